"""Where a secret could have been left: all that an engine shows, keeps for others to read, or hands to processes."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slipway.local import LocalEngine

# A place, and what is there.
Found = tuple[str, bytes]


def leaks(engine: LocalEngine, secrets: dict[str, str]) -> list[str]:
    """The places where one of these secrets, by its name, can be read."""
    return [
        f"{name} in {place}"
        for place, content in everything(engine)
        for name, value in secrets.items()
        if value.encode() in content
    ]


def everything(engine: LocalEngine) -> Iterator[Found]:
    """Logs, artifacts, what services tell of themselves, the engine's own journal and log."""
    yield from _logs(engine)
    yield from _objects(engine)
    yield from _told(engine)
    for name in ("journal.jsonl", "engine.log"):
        yield name, (engine.home / name).read_bytes()


def _logs(engine: LocalEngine) -> Iterator[Found]:
    logs = engine.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            lines = [event["message"] for found in pages for event in found["events"]]
            yield f"the log {name}", "\n".join(lines).encode()


def _objects(engine: LocalEngine) -> Iterator[Found]:
    s3 = engine.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket["Name"]):
            for version in page.get("Versions", []):
                where = {"Bucket": bucket["Name"], "Key": version["Key"], "VersionId": version["VersionId"]}
                body = s3.get_object(**where)["Body"].read()
                yield from _unpacked(f"s3://{bucket['Name']}/{version['Key']}", body)


def _unpacked(place: str, body: bytes) -> Iterator[Found]:
    """The content as it is, and that of each file in an archive."""
    yield place, body
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield from _unpacked(f"{place}/{name}", archive.read(name))
    elif body.startswith(b"\x1f\x8b"):
        plain = gzip.decompress(body)
        yield place, plain
        if tarfile.is_tarfile(io.BytesIO(plain)):
            with tarfile.open(fileobj=io.BytesIO(plain)) as members:
                files = [(member.name, members.extractfile(member)) for member in members if member.isfile()]
                for name, file in files:
                    yield from _unpacked(f"{place}/{name}", file.read() if file else b"")


def _told(engine: LocalEngine) -> Iterator[Found]:
    """Builds, executions with their histories, functions and stacks, as anybody reads them who may describe them."""
    codebuild, states = engine.client("codebuild"), engine.client("stepfunctions")
    builds = codebuild.list_builds()["ids"]
    yield "builds", _text(codebuild.batch_get_builds(ids=builds[:100]) if builds else {})
    for machine in states.list_state_machines()["stateMachines"]:
        for run in states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
            arn = run["executionArn"]
            pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
            yield f"the history of {arn}", _text([page["events"] for page in pages])
    yield "functions", _text(engine.client("lambda").list_functions()["Functions"])
    cloudformation = engine.client("cloudformation")
    for stack in cloudformation.describe_stacks()["Stacks"]:
        events = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
        yield f"the stack {stack['StackName']}", _text([stack, events])


def _text(answer: Any) -> bytes:
    return json.dumps(answer, default=str).encode()


def environments(engine: LocalEngine) -> Iterator[Found]:
    """The variables of every process that the engine has started and that still runs."""
    for record in sorted((engine.home / "processes").glob("*.json")):
        told = json.loads(record.read_text() or "{}")
        environment = Path("/proc") / str(told.get("pid", 0)) / "environ"
        if environment.is_file():
            yield f"the environment of {told['name']}", environment.read_bytes()
