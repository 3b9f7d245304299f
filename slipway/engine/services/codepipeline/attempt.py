"""One attempt at an action or a rule, as its type's `start` and `poll` see it."""

from __future__ import annotations

import json
import zipfile
from typing import Any

from slipway.engine.caller import Caller
from slipway.engine.credentials import Credentials
from slipway.engine.engine import Engine
from slipway.engine.services.codepipeline import artifacts
from slipway.engine.services.codepipeline.artifacts import Location
from slipway.engine.services.codepipeline.declared import PRINCIPAL
from slipway.engine.services.codepipeline.outcome import ActionFailed
from slipway.engine.services.codepipeline.records import Board, attempt_of, now
from slipway.engine.store import Record

_RENEW_SECONDS = 45 * 60


class Attempt:
    """An attempt; what it reads of the execution is what is recorded now."""

    def __init__(self, board: Board, execution: Record, pipeline: dict[str, Any], record: Record) -> None:
        self.board = board
        self.engine: Engine = board.engine
        self.pipeline = pipeline
        self.execution_id: str = execution["id"]
        self.id: str = record["id"]
        self.stage: str = record["stage"]
        self.name: str = record["name"]
        self.started: float = record["startTime"]
        self.configuration: dict[str, str] = record["input"]["resolved"]
        self.declared_configuration: dict[str, str] = record["input"]["configuration"]
        self.inputs: dict[str, Location] = record["input"]["artifacts"]
        self.outputs: dict[str, Location] = record["outputs"]
        self.action_type: dict[str, str] = record["input"]["actionTypeId"]
        self.override: dict[str, str] = execution["overrides"].get(self.name, {})
        self.role: str | None = record["input"].get("roleArn")
        self.timeout_minutes: int | None = record["input"].get("timeoutInMinutes")
        self._zips: dict[str, zipfile.ZipFile] = {}
        self._assumed: Caller | None = None
        self._renew_at = 0.0

    @property
    def record(self) -> Record:
        """The attempt as it is recorded now."""
        return attempt_of(self.board.read(self.execution_id), self.id)

    @property
    def memory(self) -> dict[str, Any]:
        """What the last `Waiting` remembered."""
        memory: dict[str, Any] = self.record["memory"] or {}
        return memory

    @property
    def region(self) -> str:
        """The region's name."""
        return self.engine.region

    @property
    def store(self) -> dict[str, Any]:
        """The pipeline's artifact store."""
        return artifacts.store_of(self.pipeline, self.region)

    @property
    def caller(self) -> Caller:
        """Who the action acts as: the pipeline's role, or the action's, which the pipeline's role then assumes.

        Sessions are renewed before they expire: an action may go on for days.
        docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html
        """
        pipeline = self.engine.as_role(self.pipeline["roleArn"], PRINCIPAL, self.execution_id, self._pipeline_arn)
        if not self.role:
            return pipeline
        if self._assumed is None or now() > self._renew_at:
            self._assumed, self._renew_at = self._assume(pipeline, self.role), now() + _RENEW_SECONDS
        return self._assumed

    @property
    def acting_role(self) -> str:
        """The ARN of the role that the action acts as."""
        role: str = self.role or self.pipeline["roleArn"]
        return role

    def client(self, service: str) -> Any:
        """A client under the action's role."""
        return self.caller.client(service)

    def read(self, name: str) -> bytes:
        """An input artifact's bytes."""
        return artifacts.download(self.caller, self._input(name))

    def file(self, reference: str) -> bytes:
        """A file of an input artifact, named `Artifact::path/in/it`."""
        name, separator, path = reference.partition("::")
        if not separator or not path:
            raise ActionFailed("ConfigurationError", f"'{reference}' is not of the form ArtifactName::FileName")
        return self.member(name, path)

    def member(self, name: str, path: str) -> bytes:
        """The file at `path` in an input artifact."""
        if name not in self._zips:
            self._zips[name] = artifacts.open_zip(name, self.read(name))
        return artifacts.member(self._zips[name], name, path)

    def json_object(self, reference: str) -> dict[str, Any]:
        """A file of an input artifact that holds a JSON object."""
        try:
            content = json.loads(self.file(reference))
        except ValueError as error:
            raise ActionFailed("ConfigurationError", f"{reference} is not valid JSON: {error}") from error
        if not isinstance(content, dict):
            raise ActionFailed("ConfigurationError", f"{reference} must hold a JSON object")
        return content

    def write(self, content: bytes, name: str | None = None) -> None:
        """Write an output artifact: the named one, or the only one; nothing when the action declares none."""
        for output in [name] if name else list(self.outputs):
            artifacts.upload(self.caller, self.store, self.outputs[output], content)

    @property
    def _pipeline_arn(self) -> str:
        return self.engine.arn("codepipeline", self.pipeline["name"])

    def _input(self, name: str) -> Location:
        if name not in self.inputs:
            declared = ", ".join(self.inputs) or "none"
            raise ActionFailed(
                "ConfigurationError", f"Artifact [{name}] is not an input artifact of the action; these are: {declared}"
            )
        return self.inputs[name]

    def _assume(self, pipeline: Caller, role: str) -> Caller:
        answer = pipeline.client("sts").assume_role(RoleArn=role, RoleSessionName=self.execution_id)
        keys = answer["Credentials"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return Caller(self.engine, answer["AssumedRoleUser"]["Arn"], credentials)
