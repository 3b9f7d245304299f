"""AWS in memory, as much of it as functions/drop uses."""

from __future__ import annotations

import hashlib
import io
import json
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError


class Bucket:
    """A bucket in memory: as much of S3 as the function uses, conditional writes included."""

    exceptions = SimpleNamespace(NoSuchKey=type("NoSuchKey", (ClientError,), {}))

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.puts = 0
        self.versions: dict[tuple[str, str], bytes] = {}

    def drop(self, key: str, content: bytes) -> None:
        """Put an object as a person does: a new version of it."""
        self.puts += 1
        self.objects[key] = content

    def get_paginator(self, _operation: str) -> Bucket:
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803
        return [{"Contents": [{"Key": key} for key in self.objects if key.startswith(Prefix)]}]

    def get_object(self, *, Bucket: str, Key: str, VersionId: str = "") -> dict[str, Any]:  # noqa: N803
        if VersionId:
            return {"Body": Body(self.versions[(Key, VersionId)]), "VersionId": VersionId}
        if Key not in self.objects:
            raise self.exceptions.NoSuchKey({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": Body(self.objects[Key]), "VersionId": self.version(Key)}

    def version(self, key: str) -> str:
        """The version that is current, to be had by its id from now on."""
        found = f"{key}-{hashlib.sha256(self.objects[key]).hexdigest()}-{self.puts}"
        self.versions[(key, found)] = self.objects[key]
        return found

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")
        return {"VersionId": self.version(Key)}

    def put_object(self, *, Key: str, Body: bytes, **rest: Any) -> None:  # noqa: N803
        if rest.get("IfNoneMatch") == "*" and Key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.objects[Key] = Body

    def copy(self, source: dict[str, str], _bucket: str, key: str, ExtraArgs: dict[str, str]) -> None:  # noqa: N803
        assert ExtraArgs["ServerSideEncryption"] == "aws:kms"
        self.objects[key] = self.versions[(source["Key"], source["VersionId"])]

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        self.objects.pop(Key, None)

    def document(self, key: str) -> Any:
        return json.loads(self.objects[key])


class Body(io.BytesIO):
    """A streaming body."""

    def iter_chunks(self, size: int) -> Any:
        return iter(lambda: self.read(size), b"")


class Pipeline:
    """Runs in memory: data version → status."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, str]] = {}
        self.started: list[dict[str, Any]] = []
        self.crashes = False

    def get_paginator(self, _operation: str) -> Pipeline:
        return self

    def paginate(self, *, pipelineName: str) -> list[dict[str, Any]]:  # noqa: N803
        runs = [{"pipelineExecutionId": key, "status": run["status"]} for key, run in self.runs.items()]
        return [{"pipelineExecutionSummaries": runs}]

    def get_pipeline_execution(self, *, pipelineName: str, pipelineExecutionId: str) -> dict[str, Any]:  # noqa: N803
        run = self.runs[pipelineExecutionId]
        variables = [{"name": run.get("variable", "DataVersion"), "resolvedValue": run["version"]}]
        return {"pipelineExecution": {"variables": variables}}

    def start_pipeline_execution(self, **request: Any) -> dict[str, str]:
        if self.crashes:
            raise ConnectionError("the function is killed here")
        self.started.append(request)
        variable = request["variables"][0]
        run = {"status": "InProgress", "version": variable["value"], "variable": variable["name"]}
        self.runs[f"run-{variable['value']}"] = run
        return {"pipelineExecutionId": f"run-{variable['value']}"}


class Topic:
    """What was published."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def publish(self, *, TopicArn: str, Subject: str, Message: str) -> None:  # noqa: N803
        self.messages.append(Message)
