"""What an action or a rule comes to.

Waiting       it goes on elsewhere: ask again
Succeeded     it is done
ActionFailed  raised: it failed, with AWS's code and a sentence
Halted        raised: nobody wants the answer any more (abandoned, or the engine stops)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Link:
    """Where the work really happens: `id`, `url` and `summary` of the external execution, and its log stream's ARN."""

    id: str = ""
    url: str = ""
    summary: str = ""
    log_stream_arn: str = ""


@dataclass(frozen=True)
class Waiting:
    """The action goes on; `memory` is what is needed to ask again, also after a restart of the engine."""

    memory: dict[str, Any]
    link: Link = Link()
    percent: int | None = None


@dataclass(frozen=True)
class Succeeded:
    """The action is done; `variables` are its output variables, `revision` what a source action found."""

    variables: dict[str, str] = field(default_factory=dict)
    link: Link = Link()
    revision: dict[str, Any] | None = None


class ActionFailed(Exception):
    """The action failed.

    `code` is one of AWS's failure types (JobFailed, ConfigurationError, PermissionError, RevisionUnavailable, …):
    docs.aws.amazon.com/codepipeline/latest/APIReference/API_FailureDetails.html
    """

    def __init__(self, code: str, message: str, link: Link | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.link = link


class Halted(Exception):
    """The engine stops, the pipeline is gone or the action was abandoned: leave everything as it is recorded."""
