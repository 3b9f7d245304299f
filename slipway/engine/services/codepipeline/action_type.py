"""What an action type or a rule type is, and how one is found: by the name of its file.

`actions/<category>_<provider>.py` exposes `ACTION`, `rules/<provider>.py` exposes `RULE`. Adding a provider is adding
a file.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slipway.engine.services.codepipeline.outcome import Succeeded, Waiting

if TYPE_CHECKING:
    from slipway.engine.services.codepipeline.attempt import Attempt

Step = Callable[["Attempt"], Succeeded | Waiting]
Check = Callable[[Mapping[str, str]], str | None]

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_REFUSED = {
    "CodeStarSourceConnection": "a connection needs its git host (GitHub, GitLab, Bitbucket); use CodeCommit or S3",
    "Commands": "run the commands in a CodeBuild action",
    "ECR": "start the pipeline from an EventBridge rule on ECR instead",
}


@dataclass(frozen=True)
class Key:
    """A configuration key; `values` lists what it may be, `refused` which of AWS's values are not executed and why.

    `default` is AWS's own, given when it is one of the refused: then the key must be set.
    """

    required: bool = False
    values: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    json: bool = False
    default: str = ""


@dataclass(frozen=True)
class ActionType:
    """An action's type: its configuration, how many artifacts it takes and gives, and how it is run.

    `start` begins, `poll` asks again; after a restart of the engine `start` is called once more unless it had returned,
    so it must be idempotent. `check` looks at a whole configuration and returns a sentence when it cannot work.
    `seconds` is AWS's time-out: docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
    """

    category: str
    provider: str
    start: Step
    poll: Step
    keys: Mapping[str, Key]
    inputs: tuple[int, int]
    outputs: tuple[int, int]
    seconds: float
    check: Check | None = None


@dataclass(frozen=True)
class RuleType:
    """A rule's type; run as an action is, `ActionFailed` meaning that the rule does not hold."""

    provider: str
    start: Step
    poll: Step
    keys: Mapping[str, Key]
    inputs: tuple[int, int] = (0, 5)
    seconds: float = HOUR


class NotExecuted(Exception):
    """AWS has (or may have) this type; the engine does not execute it."""


def find_action(category: str, provider: str) -> ActionType:
    """The action type, found by its file's name; NotExecuted otherwise."""
    found = _find(f"actions.{category.lower()}_{provider.lower()}", "ACTION")
    if not isinstance(found, ActionType) or (found.category, found.provider) != (category, provider):
        because = f": {_REFUSED[provider]}" if provider in _REFUSED else ""
        raise NotExecuted(f"action type {category}/{provider} is not executed by this engine{because}")
    return found


def find_rule(provider: str) -> RuleType:
    """The rule type, found by its file's name; NotExecuted otherwise."""
    found = _find(f"rules.{provider.lower()}", "RULE")
    if not isinstance(found, RuleType) or found.provider != provider:
        raise NotExecuted(f"rule {provider} is not executed by this engine")
    return found


def _find(module: str, attribute: str) -> object:
    name = f"{__package__}.{module}"
    if not module.replace("_", "").replace(".", "").isalnum() or importlib.util.find_spec(name) is None:
        return None
    return getattr(importlib.import_module(name), attribute)


def configuration_fault(keys: Mapping[str, Key], configuration: Mapping[str, str]) -> str | None:
    """What is wrong with a configuration as declared, in AWS's words; None when nothing is."""
    for name, key in keys.items():
        if key.required and name not in configuration:
            return f"is missing required configuration '{name}'"
    for name, value in configuration.items():
        if name not in keys:
            return f"contains unknown configuration '{name}'"
        fault = _value_fault(name, value, keys[name])
        if fault:
            return fault
    return configuration_not_executed(keys, configuration)


def configuration_not_executed(keys: Mapping[str, Key], configuration: Mapping[str, str]) -> str | None:
    """What AWS would do with a configuration and the engine does not; None when that is nothing."""
    for name, key in keys.items():
        value = configuration.get(name, key.default)
        if value not in key.refused:
            continue
        if name in configuration:
            return f"has '{name}' set to '{value}', which this engine does not execute: {key.refused[value]}"
        return f"leaves out '{name}', whose default '{value}' this engine does not execute: {key.refused[value]}"
    return None


def _value_fault(name: str, value: str, key: Key) -> str | None:
    if not 1 <= len(value) <= 1000:
        return f"has a value of {len(value)} characters for '{name}'; it must have 1 to 1000"
    if "#{" in value:
        return None
    if key.values and value not in (*key.values, *key.refused):
        return f"has '{name}' set to '{value}'; allowed values are {', '.join(key.values)}"
    return f"has a value for '{name}' that is not valid JSON" if key.json and not is_json(value) else None


def is_json(value: str) -> bool:
    """Whether a configuration's value is JSON."""
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
