"""What bad input gets on an install whose production runs: the one that `test_restart.py` has brought there."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3

from slipway import api
from slipway.api import Api
from slipway.local import resident_megabytes
from slipway.runs import Run
from tests.end_to_end.plant import ROOT, STACK, Plant, eventually

TABLE = (ROOT / "config/data/telecom-churn.csv").read_text()
LINES = TABLE.splitlines(keepends=True)
HEADER = LINES[0]
MEGABYTE = 1024 * 1024


def edited(change: Any, rows: int = 100) -> bytes:
    """The header and the first rows of the sample, each given to `change` as a list of fields."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(change(number, row) for number, row in enumerate(csv.reader(LINES[: rows + 1])))
    return text.getvalue().encode()


def column(name: str) -> int:
    return next(csv.reader([HEADER])).index(name)


TARGET, NUMBER = "churn", "monthly_charge"
BAD = {
    "no-target": (
        edited(lambda _, row: [field for at, field in enumerate(row) if at != column(TARGET)]),
        f"column {TARGET!r} is missing and is the target",
    ),
    "text": (
        edited(lambda n, row: [("much" if n == 7 and at == column(NUMBER) else f) for at, f in enumerate(row)]),
        f"row 8: column {NUMBER!r}: expected a number, found 'much'",
    ),
    "empty": (b"", "expected a header and rows, found an empty file"),
    "header-only": (HEADER.encode(), "expected at least 50 rows, found 0"),
    "one-row": ("".join(LINES[:2]).encode(), "expected at least 50 rows, found 1"),
    "one-class": (
        edited(lambda n, row: [("no" if n and at == column(TARGET) else f) for at, f in enumerate(row)]),
        f"column {TARGET!r}, the target, holds one class only, 'no'; a model needs two",
    ),
    "latin-1": (edited(lambda _, row: row) + "é\n".encode("latin-1"), "expected UTF-8, found byte 0xe9"),
    "column-too-many": (
        edited(lambda n, row: [*row, "more" if n == 0 else "1"]),
        "column 'more' is not in dataset.columns",
    ),
    "column-too-few": (
        edited(lambda _, row: [field for at, field in enumerate(row) if at != column(NUMBER)]),
        f"column {NUMBER!r} is missing",
    ),
    "field-too-few": (
        edited(lambda n, row: row[:-1] if n == 3 else row),
        f"row 4: expected {len(next(csv.reader([HEADER])))} fields, found",
    ),
}


class Data:
    """The data bucket of the install, and what its topic tells people."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.s3 = plant.client("s3")
        self.bucket = plant.installed.data_bucket
        self.mailbox = self._subscribe()

    def _subscribe(self) -> str:
        """A queue that gets what the topic's subscribers get."""
        sqs, sns = self.plant.client("sqs"), self.plant.client("sns")
        queue = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": arn}]}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
        for topic in sns.list_topics()["Topics"]:
            sns.subscribe(TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint=arn)
        return str(queue)

    def put(self, name: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"incoming/{name}", Body=content)

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def document(self, key: str) -> Any:
        return json.load(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"])

    def rejected(self, name: str) -> dict[str, Any]:
        """The reason.json beside a file, once it was rejected."""

        def told() -> dict[str, Any] | None:
            documents = [self.document(key) for key in self.keys("rejected/") if key.endswith("/reason.json")]
            return next((document for document in documents if f"incoming/{name}" in document["files"]), None)

        return eventually(told, f"{name} is rejected")

    def reasons(self, name: str) -> list[str]:
        return list(self.rejected(name)["reasons"])

    def runs(self) -> set[str]:
        """The pipeline's executions."""
        found = self.plant.client("codepipeline").list_pipeline_executions(pipelineName=STACK)
        return {run["pipelineExecutionId"] for run in found["pipelineExecutionSummaries"]}

    def version(self, run_id: str) -> str:
        """The data version that a run was started with."""
        client = self.plant.client("codepipeline")
        run = client.get_pipeline_execution(pipelineName=STACK, pipelineExecutionId=run_id)["pipelineExecution"]
        return str({item["name"]: item["resolvedValue"] for item in run["variables"]}["DataVersion"])

    def stop(self, run_id: str) -> None:
        """Abandon a run and wait for its end."""
        self.plant.client("codepipeline").stop_pipeline_execution(
            pipelineName=STACK, pipelineExecutionId=run_id, abandon=True
        )
        self.plant.ended(run_id)

    def mail(self) -> list[str]:
        """The messages that came since the last time."""
        found = self.plant.client("sqs").receive_message(QueueUrl=self.mailbox, MaxNumberOfMessages=10)
        return [json.loads(message["Body"])["Message"] for message in found.get("Messages", [])]


@pytest.fixture(scope="module")
def data(plant: Plant) -> Data:
    """The data bucket, with every bad file dropped in it at once."""
    made = Data(plant)
    for name, (content, _) in BAD.items():
        made.put(f"{name}.csv", content)
    return made


@pytest.mark.parametrize("name", BAD)
def test_a_bad_drop_is_rejected_with_its_reason(data: Data, name: str) -> None:
    assert data.reasons(f"{name}.csv")[0].startswith(BAD[name][1])


def test_people_are_told_of_every_rejected_drop(data: Data) -> None:
    told: list[str] = []

    def all_told() -> bool:
        told.extend(data.mail())
        return all(any(reason in message for message in told) for _, reason in BAD.values())

    eventually(all_told, "every reason is in a message")
    assert all("Correct it and drop it again." in message for message in told if "rejected" in message)


def test_a_folder_is_one_drop_once_its_success_file_is_there(data: Data) -> None:
    bad, reason = BAD["no-target"]
    data.put("batch/one.csv", bad)
    data.put("batch/two.csv", edited(lambda _, row: row))
    data.put("batch/_SUCCESS", b"")
    rejected = data.rejected("batch/one.csv")
    assert rejected["files"] == ["incoming/batch/one.csv", "incoming/batch/two.csv"]
    assert rejected["reasons"][0] == reason


def test_the_same_data_twice_starts_one_run_and_other_data_waits_for_its_end(data: Data) -> None:
    same, other = edited(lambda _, row: row, 2000), edited(lambda _, row: row, 1900)
    before = data.runs()
    data.put("a.csv", same)
    data.put("again.csv", same)
    [first] = eventually(lambda: data.runs() - before, "the data starts a run")
    eventually(lambda: not data.keys("incoming/"), "both files were dealt with")
    data.put("other.csv", other)
    eventually(lambda: data.keys("drops/pending.json"), "other data waits")
    assert data.runs() - before == {first}
    data.stop(first)
    [second] = eventually(lambda: data.runs() - before - {first}, "the data that waited starts its run")
    assert [data.version(run) for run in (first, second)] == [
        hashlib.sha256(content).hexdigest()[:16] for content in (same, other)
    ]
    data.stop(second)
    eventually(lambda: not data.keys("drops/pending.json"), "nothing waits any more")


def test_two_hundred_megabytes_are_looked_at_without_being_held(data: Data) -> None:
    bad_row = HEADER.encode() + b"x\n"
    content = bad_row + b" " * (200 * MEGABYTE - len(bad_row))
    highest = 0
    data.put("large.csv", content)

    def looked_at() -> bool:
        nonlocal highest
        highest = max(highest, *(resident_megabytes(pid) for pid in functions(data.plant.home)), 0)
        return not data.keys("incoming/large.csv")

    eventually(looked_at, "200 MB are looked at")
    assert data.reasons("large.csv")[0].startswith("row 2: expected")
    assert 0 < highest < 200


def functions(home: Path) -> list[int]:
    """The processes of the drop function."""
    records = [json.loads(path.read_text() or "{}") for path in (home / "processes").glob("*.json")]
    return [record["pid"] for record in records if record.get("name", "").startswith(f"function/{STACK}-drop")]


@pytest.fixture(scope="module")
def production(plant: Plant) -> Api:
    """Production's API, as a person with every right calls it."""
    return api.of(plant.installed, "production")


@pytest.fixture(scope="module")
def features(plant: Plant) -> dict[str, Any]:
    """A row that the API takes."""
    columns = json.loads((ROOT / "config/ml-pipeline.json").read_text())["dataset"]["columns"]
    row = next(csv.DictReader(LINES))
    return {
        item["name"]: float(row[item["name"]]) if item["type"] == "number" else row[item["name"]]
        for item in columns
        if item["type"] != "id"
    }


def test_a_good_request_is_answered(production: Api, features: dict[str, Any]) -> None:
    answer = production.call(features)
    assert answer.status == 200, answer
    assert answer.body["predictions"][0]["label"] in ("yes", "no")


def test_a_request_with_missing_extra_or_misspelt_features_is_told_which(
    production: Api, features: dict[str, Any]
) -> None:
    missing = {name: value for name, value in features.items() if name != NUMBER}
    misspelt = {**missing, "monthly_chargee": 1.0}
    told = [production.call(sent) for sent in (missing, {**features, "shoe_size": 43}, misspelt)]
    assert [answer.status for answer in told] == [400, 400, 400]
    messages = [answer.body["error"]["message"] for answer in told]
    assert messages[0] == f"row 1: missing {NUMBER!r}; null stands for an unknown value"
    assert messages[1].startswith("row 1: unknown column 'shoe_size'; the columns are ")
    assert messages[2] == f"row 1: unknown column 'monthly_chargee'; did you mean {NUMBER!r}?"


def test_a_request_with_nan_or_a_wrong_type_or_too_much_is_refused(production: Api, features: dict[str, Any]) -> None:
    nan = production.call({**features, NUMBER: float("nan")})
    typed = production.call({**features, NUMBER: [1]})
    huge = production.call(list(features.values()) * 400_000)
    assert (nan.status, typed.status) == (400, 400)
    assert huge.status in (400, 413), huge
    for answer in (nan, typed, huge):
        assert isinstance(answer.body["error"]["message"], str), answer


def test_a_request_without_credentials_or_with_the_wrong_role_is_a_403(
    plant: Plant, production: Api, features: dict[str, Any]
) -> None:
    body = json.dumps({"features": features}).encode()
    unsigned = urllib3.request("POST", production.url, body=body, headers={"content-type": "application/json"})
    assert (unsigned.status, json.loads(unsigned.data)["error"]["message"]) == (403, "Missing Authentication Token")
    stranger = Api(production.install, production.url, "")
    refused = as_role(plant, stranger).call(features)
    assert refused.status == 403
    assert "is not authorized to perform: execute-api:Invoke" in refused.body["error"]["message"]


def as_role(plant: Plant, called: Api) -> Api:
    """The API called under a role that may do nothing."""
    iam, sts = plant.client("iam"), plant.client("sts")
    trust = {"Effect": "Allow", "Principal": {"AWS": plant.target.account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="stranger", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    keys = sts.assume_role(RoleArn=role, RoleSessionName="stranger")["Credentials"]
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=plant.target.region
    )
    target = type(plant.target)(session, plant.engine)
    return Api(type(called.install)(target, called.install.stack, called.install.outputs), called.url, "")


def changed(plant: Plant, path: str, content: bytes) -> Iterator[Run]:
    """Commit a file, follow the run that this starts, and put the file back as it was, in silence."""
    codecommit = plant.client("codecommit")
    where = {"repositoryName": plant.installed.clone_url.rpartition("/")[2], "branchName": plant.installed.branch}
    before = plant.newest()
    tip = codecommit.get_branch(**where)["branch"]["commitId"]
    codecommit.put_file(**where, filePath=path, fileContent=content, parentCommitId=tip, commitMessage=path)
    started = eventually(lambda: plant.newest() if plant.newest() != before else None, "the push starts a run")
    yield plant.ended(started)


def test_a_broken_buildspec_fails_build_with_its_reason(plant: Plant) -> None:
    run = next(changed(plant, "buildspec.yml", b"version: 0.2\nphases: [build"))
    failed = run.action("Build", "Build")
    assert run.status == "Failed" and failed is not None
    assert "YAML_FILE_ERROR" in failed.error, failed.error
    assert [action.name for action in run.actions] == ["Source", "Build"]
    next(
        changed(
            plant, "buildspec.yml", (ROOT / "buildspec.yml").read_bytes().replace(b"bundle", b"check-configuration")
        )
    )


def test_a_wrong_configuration_fails_build_with_the_fields_path(plant: Plant) -> None:
    config = json.loads((ROOT / "config/ml-pipeline.json").read_text())
    config.setdefault("train", {})["maxRuntimeInSeconds"] = "soon"
    run = next(changed(plant, "config/ml-pipeline.json", json.dumps(config).encode()))
    failed = run.action("Build", "Build")
    assert run.status == "Failed" and failed is not None
    group = f"/aws/codebuild/{STACK}-build"
    stream = failed.external_id.rpartition(":")[2]
    logs = plant.client("logs").filter_log_events(logGroupName=group, logStreamNamePrefix=stream, limit=1000)["events"]
    text = "\n".join(event["message"] for event in logs)
    assert "train.maxRuntimeInSeconds" in text and "soon" in text, text[-2000:]
