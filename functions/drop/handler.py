"""Looks at new data under `incoming/`: a good drop becomes a version and starts a run, a bad one is rejected.

A file is a drop; a folder is one once its `_SUCCESS` is there. The version is a hash of the content and its claim is
put conditionally, so the same data, or the same event twice, starts one run. While a run with new data is going on,
later drops wait, and only the newest of them starts when it is over.

Invoked with messages of the queue that the rules in `cf/triggers.yaml` write to:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import logging
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_ssm import SSMClient

ARTIFACT_BUCKET: Final = os.environ["ARTIFACT_BUCKET"]
DATA_BUCKET: Final = os.environ["DATA_BUCKET"]
DATA_PARAMETER: Final = os.environ["DATA_PARAMETER"]
KEY_ARN: Final = os.environ["KEY_ARN"]
PIPELINE: Final = os.environ["PIPELINE"]
SOURCE_REVISION_TYPE: Final = os.environ["SOURCE_REVISION_TYPE"]
TOPIC_ARN: Final = os.environ["TOPIC_ARN"]
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
S3: Final[S3Client] = boto3.client("s3")
SNS: Final[SNSClient] = boto3.client("sns")
SSM: Final[SSMClient] = boto3.client("ssm")

INCOMING: Final = "incoming/"
COMPLETE: Final = "_SUCCESS"
PENDING: Final = "drops/pending.json"
UNCHANGED: Final = "-"
# Rows beyond this are looked at by Prepare, which reads all of them anyway.
SAMPLE_BYTES: Final = 4 << 20
CHUNK_BYTES: Final = 1 << 20
FEWEST_ROWS: Final = 50
MOST_FAULTS: Final = 20
BOOLEANS: Final = ("true", "false", "yes", "no", "y", "n", "t", "f", "1", "0")


@dataclass(frozen=True)
class Drop:
    """Files that came together; `version` is a hash of their content, `sample` the beginning of the first of them."""

    keys: list[str]
    version: str
    sample: bytes
    is_whole: bool


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Act on every message; one that fails comes again, and in the end goes to the dead-letter queue."""
    failures = []
    for record in event["Records"]:
        try:
            act(json.loads(record["body"]))
        except Exception:
            logging.exception("message %s comes again", record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def act(event: dict[str, Any]) -> None:
    """An object has come, or a run is over."""
    if event["source"] == "aws.codepipeline":
        start_pending()
        return
    drop = find(event["detail"]["object"]["key"])
    if drop is None:
        return
    execution = last_execution()
    faults = check(drop, execution["config"])
    if faults:
        reject(drop, faults)
    else:
        accept(drop)


def find(key: str) -> Drop | None:
    """The drop that an object belongs to; None if it is not complete, or was dealt with before."""
    folder, _, name = key.rpartition("/")
    if f"{folder}/" == INCOMING:
        keys = [item for item in listed(key) if item == key]
    elif name == COMPLETE:
        keys = [item for item in listed(f"{folder}/") if not item.endswith(("/", f"/{COMPLETE}"))]
    else:
        return None
    return open_drop(keys) if keys else None


def listed(prefix: str) -> list[str]:
    """The keys below a prefix, in order."""
    pages = S3.get_paginator("list_objects_v2").paginate(Bucket=DATA_BUCKET, Prefix=prefix)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", []))


def open_drop(keys: list[str]) -> Drop:
    """Read everything once, and remember only its hash and its beginning."""
    digest, sample, size = hashlib.sha256(), bytearray(), 0
    for key in keys:
        for chunk in S3.get_object(Bucket=DATA_BUCKET, Key=key)["Body"].iter_chunks(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            if key == keys[0] and len(sample) < SAMPLE_BYTES:
                sample += chunk
    return Drop(keys, digest.hexdigest()[:16], bytes(sample), size == len(sample))


def last_execution() -> dict[str, Any]:
    """What production was built from, or before there is one, what Build resolved last."""
    commit = production_commit()
    key = f"executions/{commit}.json" if commit else "executions/latest.json"
    execution: dict[str, Any] = json.load(S3.get_object(Bucket=ARTIFACT_BUCKET, Key=key)["Body"])
    return execution


def production_commit() -> str | None:
    """The commit that production runs, None before there is one."""
    try:
        parameter = SSM.get_parameter(Name=DATA_PARAMETER)["Parameter"]
    except SSM.exceptions.ParameterNotFound:
        return None
    return str(json.loads(parameter["Value"])["commit"])


def check(drop: Drop, config: dict[str, Any]) -> list[str]:
    """What is wrong with a drop, in sentences; nothing, if it is as the configuration declares."""
    others = [key for key in drop.keys if not key.endswith(".csv")]
    if others:
        return [f"expected only .csv files, found {', '.join(others)}"]
    try:
        text = decode(drop)
    except UnicodeDecodeError as error:
        return [f"expected UTF-8, found byte {error.object[error.start]:#04x} at position {error.start}"]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *rows = list(reader) or [[]]
    except csv.Error as error:
        return [f"row {reader.line_num}: expected CSV: {error}"]
    return check_header(header, config["dataset"]) or check_rows(rows, header, config, drop.is_whole)


def decode(drop: Drop) -> str:
    """The sample as text; one that was cut ends with its last whole line."""
    return (drop.sample if drop.is_whole else drop.sample.rpartition(b"\n")[0]).decode("utf-8-sig")


def check_header(header: list[str], dataset: dict[str, Any]) -> list[str]:
    """Every declared column once, and no other."""
    if not header:
        return ["expected a header and rows, found an empty file"]
    declared = [column["name"] for column in dataset["columns"]]
    missing = [name for name in [*declared, dataset["target"]] if name not in header]
    unknown = [name for name in header if name not in declared and name != dataset["target"]]
    twice = sorted({name for name in header if header.count(name) > 1})
    return [
        *(f"column {name!r} is missing{' and is the target' * (name == dataset['target'])}" for name in missing),
        *(f"column {name!r} is not in dataset.columns{_closest(name, missing)}" for name in unknown),
        *(f"column {name!r} stands twice in the header" for name in twice),
    ]


def _closest(name: str, names: list[str]) -> str:
    matches = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def check_rows(rows: list[list[str]], header: list[str], config: dict[str, Any], is_whole: bool) -> list[str]:
    """Types, row count and target; classes and count only if no row is left out."""
    faults = []
    for fault in row_faults(rows, header, config):
        faults.append(fault)
        if len(faults) == MOST_FAULTS:
            return [*faults, "and perhaps more"]
    if is_whole and len(rows) < FEWEST_ROWS:
        faults.append(f"expected at least {FEWEST_ROWS} rows, found {len(rows)}")
    return faults or (check_target(rows, header, config) if is_whole else [])


def row_faults(rows: list[list[str]], header: list[str], config: dict[str, Any]) -> Iterator[str]:
    """Rows with too many or too few fields, and values that are not of their column's type."""
    types = {column["name"]: column["type"] for column in config["dataset"]["columns"]}
    missing = {"", *config["prepare"]["missingValues"]}
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            yield f"row {line}: expected {len(header)} fields, found {len(row)}"
            continue
        for name, value in zip(header, row, strict=True):
            if name == config["dataset"]["target"]:
                if value.strip() in missing:
                    yield f"row {line}: column {name!r}, the target, is empty"
            elif value.strip() not in missing and not fits(value.strip(), types[name]):
                yield f"row {line}: column {name!r}: expected a {types[name]}, found {value[:40]!r}"


def fits(value: str, kind: str) -> bool:
    """Whether a value is of a column's type."""
    if kind == "boolean":
        return value.lower() in BOOLEANS
    if kind != "number":
        return True
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def check_target(rows: list[list[str]], header: list[str], config: dict[str, Any]) -> list[str]:
    """Two classes to tell apart, and the positive one among them."""
    target = config["dataset"]["target"]
    classes = sorted({row[header.index(target)].strip() for row in rows})
    positive = config["evaluate"].get("positiveClass")
    if len(classes) < 2:
        return [f"column {target!r}, the target, holds one class only, {classes[0]!r}; a model needs two"]
    if positive is not None and positive not in classes:
        return [f"column {target!r}, the target: expected the positive class {positive!r}, found {', '.join(classes)}"]
    return []


def reject(drop: Drop, faults: list[str]) -> None:
    """Move the drop aside with its reasons beside it, and tell people."""
    folder = f"rejected/{drop.version}/"
    copy(drop, folder)
    put(f"{folder}reason.json", {"files": drop.keys, "version": drop.version, "reasons": faults})
    message = [f"New data was rejected: s3://{DATA_BUCKET}/{folder}", *faults, "Correct it and drop it again."]
    SNS.publish(TopicArn=TOPIC_ARN, Subject=f"{PIPELINE}: new data was rejected"[:100], Message="\n".join(message))
    clear(drop)


def accept(drop: Drop) -> None:
    """Keep the drop as a version, claim it, and start its run or let it wait, unless the claim has its run already."""
    copy(drop, f"datasets/{drop.version}/")
    claimed = claim(drop)
    if "pipelineExecutionId" not in claimed:
        start_or_wait(drop.version)
    clear(drop)


def claim(drop: Drop) -> dict[str, Any]:
    """The claim of a version: put now, or by whoever was first, who may have crashed before starting the run.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """
    document: dict[str, Any] = {"version": drop.version, "files": drop.keys}
    try:
        put(claim_key(drop.version), document, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
            raise
        document = json.load(S3.get_object(Bucket=DATA_BUCKET, Key=claim_key(drop.version))["Body"])
    return document


def claim_key(version: str) -> str:
    """Where the claim of a version is."""
    return f"drops/{version}.json"


def start_or_wait(version: str) -> None:
    """Start the run, unless another one with new data is going on: then this version is the one that comes next."""
    runs = data_runs()
    if version in runs:
        record(version, runs[version])
    elif runs:
        put(PENDING, {"version": version})
        # The other run may have ended in between, and its event been looked at before there was anything pending.
        start_pending()
    else:
        start(version)


def start_pending() -> None:
    """Start the version that waits, if there is one and no run with new data is going on."""
    if not listed(PENDING) or data_runs():
        return
    start(json.load(S3.get_object(Bucket=DATA_BUCKET, Key=PENDING)["Body"])["version"])
    S3.delete_object(Bucket=DATA_BUCKET, Key=PENDING)


def data_runs() -> dict[str, str]:
    """The runs with new data that are not over: data version → pipeline execution."""
    found = {}
    pages = CODEPIPELINE.get_paginator("list_pipeline_executions").paginate(pipelineName=PIPELINE)
    for summary in (summary for page in pages for summary in page["pipelineExecutionSummaries"]):
        if summary["status"] == "InProgress":
            found[data_version(summary["pipelineExecutionId"])] = summary["pipelineExecutionId"]
    found.pop(UNCHANGED, None)
    return found


def data_version(execution_id: str) -> str:
    """The value of the pipeline's variable in a run."""
    run = CODEPIPELINE.get_pipeline_execution(pipelineName=PIPELINE, pipelineExecutionId=execution_id)
    variables = run["pipelineExecution"].get("variables", [])
    return next((item["resolvedValue"] for item in variables if item["name"] == "DataVersion"), UNCHANGED)


def start(version: str) -> None:
    """Start the pipeline at production's commit; the token makes a second attempt the same run."""
    commit = production_commit()
    revision = {"actionName": "Source", "revisionType": SOURCE_REVISION_TYPE, "revisionValue": commit}
    run = CODEPIPELINE.start_pipeline_execution(
        name=PIPELINE,
        clientRequestToken=f"data-{version}",
        variables=[{"name": "DataVersion", "value": version}],
        sourceRevisions=[revision] if commit else [],  # type: ignore[list-item]
    )
    record(version, run["pipelineExecutionId"])


def record(version: str, execution_id: str) -> None:
    """Write the run in the claim, so that the same data starts no other."""
    put(claim_key(version), {"version": version, "pipelineExecutionId": execution_id})


def copy(drop: Drop, folder: str) -> None:
    """Copy the files of a drop to a folder."""
    for key in drop.keys:
        source = {"Bucket": DATA_BUCKET, "Key": key}
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY_ARN}
        S3.copy(source, DATA_BUCKET, f"{folder}{key.rpartition('/')[2]}", ExtraArgs=extra)  # type: ignore[arg-type]


def clear(drop: Drop) -> None:
    """Take the drop out of the inbox; the bucket keeps old versions."""
    for key in drop.keys:
        S3.delete_object(Bucket=DATA_BUCKET, Key=key)
    folder = f"{drop.keys[0].rpartition('/')[0]}/"
    if folder != INCOMING:
        S3.delete_object(Bucket=DATA_BUCKET, Key=f"{folder}{COMPLETE}")


def put(key: str, document: object, **condition: Any) -> None:
    """Write a JSON document to the data bucket."""
    body = json.dumps(document).encode()
    S3.put_object(
        Bucket=DATA_BUCKET, Key=key, Body=body, ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY_ARN, **condition
    )
