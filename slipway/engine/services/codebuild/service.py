"""The service object, and what every operation needs."""

from __future__ import annotations

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Service
from slipway.engine.store import Record, Table

SERVICE = Service("codebuild")


def projects(engine: Engine) -> Table:
    """Projects by name, in the API's own shape."""
    return engine.store("codebuild").table("projects")


def builds(engine: Engine) -> Table:
    """Builds by id (`<project>:<uuid>`), in the API's own shape."""
    return engine.store("codebuild").table("builds")


def project_of(engine: Engine, name: str) -> Record:
    """The project called `name`, also when given by its ARN; it must exist."""
    record = projects(engine).get(name.rpartition("/")[2])
    if record is None:
        raise AwsError(
            "ResourceNotFoundException", f"Project cannot be found: {engine.arn('codebuild', f'project/{name}')}"
        )
    return record


def build_of(engine: Engine, identifier: str) -> Record:
    """The build with this id or ARN; it must exist."""
    record = builds(engine).get(build_id(identifier))
    if record is None:
        raise AwsError("ResourceNotFoundException", f"Build {identifier} does not exist")
    return record


def build_id(identifier: str) -> str:
    """A build's id from its id or ARN."""
    return identifier.rpartition("/")[2]


class NotExecuted(AwsError):
    """CodeBuild would take it, the engine does not execute it."""


def refuse(condition: object, what: str) -> None:
    """Refuse, by name, what the engine does not execute."""
    if condition:
        raise NotExecuted(
            "InvalidInputException", f"{what} is not executed by the local engine; docs/local-engine.md says what is"
        )
