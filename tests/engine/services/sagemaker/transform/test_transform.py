"""Transform jobs as a caller sees them."""

from __future__ import annotations

import gzip
import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.job_events import listening
from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Sagemaker, eventually, model_archive

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html")
BATCH = IMAGE.replace(":tests", ":batch")
EVENTS = "docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"
LOG = "/aws/sagemaker/TransformJobs"
LINES = {"SplitType": "Line", "ContentType": "text/csv"}
TO_LINES = {"AssembleWith": "Line", "Accept": "text/csv"}


class Batch:
    """Makes models and data, and runs jobs."""

    def __init__(self, account: Sagemaker) -> None:
        self.account = account
        self.client = account.client("sagemaker")
        self.key = f"batch-{uuid.uuid4().hex[:8]}"

    def model(self, role: str = ROLE, **variables: str) -> str:
        name = f"model-{uuid.uuid4().hex[:8]}"
        url = self.account.put(f"models/{name}/model.tar.gz", model_archive("adds up"))
        container = {"Image": BATCH, "ModelDataUrl": url, "Environment": variables}
        self.client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role)
        return name

    def put(self, name: str, body: bytes | str) -> None:
        self.account.put(f"{self.key}/in/{name}", body)

    def request(self, model: str, **changes: Any) -> dict[str, Any]:
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{self.key}/in/"}}
        return {
            "TransformJobName": f"job-{uuid.uuid4().hex[:8]}",
            "ModelName": model,
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **changes,
            "TransformInput": {"DataSource": source, **changes.get("TransformInput", LINES)},
            "TransformOutput": {
                "S3OutputPath": f"s3://{BUCKET}/{self.key}/out",
                **changes.get("TransformOutput", TO_LINES),
            },
        }

    def finished(self, name: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            job: dict[str, Any] = self.client.describe_transform_job(TransformJobName=name)
            return job if job["TransformJobStatus"] in {"Completed", "Failed", "Stopped"} else None

        result: dict[str, Any] = eventually(ended)
        return result

    def run(self, model: str, **changes: Any) -> dict[str, Any]:
        wanted = self.request(model, **changes)
        self.client.create_transform_job(**wanted)
        return self.finished(wanted["TransformJobName"])

    def outputs(self) -> dict[str, str]:
        folder = f"{self.key}/out/"
        return {key.removeprefix(folder): self.account.get(key).decode() for key in self.account.keys(folder)}


@pytest.fixture
def batch(sagemaker: Sagemaker) -> Batch:
    return Batch(sagemaker)


def test_every_file_below_the_prefix_becomes_an_output(batch: Batch) -> None:
    batch.put("one.csv", "1,2\n3,4\n")
    batch.put("deep/two.csv", "5,6")
    job = batch.run(batch.model())
    assert job["TransformJobStatus"] == "Completed", job.get("FailureReason")
    assert batch.outputs() == {"one.csv.out": "3\n7\n", "deep/two.csv.out": "11\n"}
    assert job["TransformStartTime"] <= job["TransformEndTime"]
    listed = batch.client.list_transform_jobs(NameContains=job["TransformJobName"])["TransformJobSummaries"]
    assert [item["TransformJobStatus"] for item in listed] == ["Completed"]


def test_more_instances_than_the_quota_are_refused(batch: Batch) -> None:
    wanted = batch.request(batch.model(), TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 101})
    refused = batch.client.exceptions.ResourceLimitExceeded
    with pytest.raises(refused, match=r"'ml\.m5\.large for transform job usage' is 100 Instances"):
        batch.client.create_transform_job(**wanted)


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/inference-pipeline-batch.html")
def test_each_container_of_a_pipeline_gets_what_the_one_before_it_answered(batch: Batch) -> None:
    batch.put("one.csv", "1,2\n3,4")
    name = f"pipeline-{batch.key}"
    batch.client.create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        Containers=[{"Image": BATCH}, {"Image": BATCH, "Environment": {"ECHO": "yes"}}],
    )
    job = batch.run(name)
    assert job["TransformJobStatus"] == "Completed", job.get("FailureReason")
    assert json.loads(batch.outputs()["one.csv.out"])["body"] == "3\n7"


def test_a_manifest_names_the_files(batch: Batch) -> None:
    batch.put("one.csv", "1,2")
    batch.put("other.csv", "3,4")
    manifest = batch.account.put(
        f"{batch.key}/manifest", json.dumps([{"prefix": f"s3://{BUCKET}/{batch.key}/in/"}, "other.csv"])
    )
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": manifest}}
    batch.run(batch.model(), TransformInput={**LINES, "DataSource": source})
    assert batch.outputs() == {"other.csv.out": "7\n"}


@pytest.mark.parametrize("manifest", ["not JSON", "{}", "[1]", '["one.csv"]'])
def test_a_manifest_that_is_none_fails_the_job(batch: Batch, manifest: str) -> None:
    uri = batch.account.put(f"{batch.key}/manifest", manifest)
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": uri}}
    job = batch.run(batch.model(), TransformInput={**LINES, "DataSource": source})
    assert job["FailureReason"].startswith(f'ClientError: The manifest "{uri}" must be a JSON array')


def test_ids_are_kept_from_the_model_and_joined_to_the_predictions(batch: Batch) -> None:
    batch.put("one.csv", '"a,1",1,2\nb,3,4\n')
    wanted = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    batch.run(batch.model(), DataProcessing=wanted)
    assert batch.outputs() == {"one.csv.out": '"a,1",3\nb,7\n'}


def test_predictions_become_attributes_of_json_lines(batch: Batch) -> None:
    batch.put("one.jsonl", '{"id":1,"features":[1,2]}\n{"id":2,"features":[3]}')
    batch.run(
        batch.model(),
        DataProcessing={"JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"},
        TransformInput={"SplitType": "Line", "ContentType": "application/jsonlines"},
        TransformOutput={"AssembleWith": "Line", "Accept": "application/jsonlines"},
    )
    assert [json.loads(line) for line in batch.outputs()["one.jsonl.out"].splitlines()] == [
        {"id": 1, "SageMakerOutput": {"label": 3}},
        {"id": 2, "SageMakerOutput": {"label": 3}},
    ]


def test_the_container_hears_what_the_request_says(batch: Batch) -> None:
    batch.put("one.csv.gz", gzip.compress(b"1\n2\n3"))
    batch.run(
        batch.model(ECHO="yes", MY_OWN="model", MY_OTHER="model"),
        BatchStrategy="SingleRecord",
        MaxPayloadInMB=1,
        MaxConcurrentTransforms=2,
        Environment={"MY_OWN": "job"},
        TransformInput={**LINES, "CompressionType": "Gzip"},
    )
    told = [json.loads(line) for line in batch.outputs()["one.csv.gz.out"].splitlines()]
    assert [item["body"] for item in told] == ["1", "2", "3"]
    assert {(item["contentType"], item["accept"], item["model"]) for item in told} == {
        ("text/csv", "text/csv", "adds up")
    }
    variables = told[0]["variables"]
    assert (variables["MY_OWN"], variables["MY_OTHER"]) == ("job", "model")
    assert variables["SAGEMAKER_BATCH"] == "true"
    assert variables["SAGEMAKER_BATCH_STRATEGY"] == "SINGLE_RECORD"
    assert variables["SAGEMAKER_MAX_CONCURRENT_TRANSFORMS"] == "2"


def test_what_the_container_wants_is_asked_for_first(batch: Batch) -> None:
    batch.put("one.csv", "1\n2")
    job = batch.run(batch.model(ECHO="yes", PARAMETERS='{"BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 3}'))
    assert [json.loads(line)["body"] for line in batch.outputs()["one.csv.out"].splitlines()] == ["1", "2"]
    log = batch.account.log(LOG)
    assert "[sagemaker logs]: MaxConcurrentTransforms=1, MaxPayloadInMB=3, BatchStrategy=SINGLE_RECORD" in log
    streams = batch.account.client("logs").describe_log_streams(
        logGroupName=LOG, logStreamNamePrefix=job["TransformJobName"]
    )["logStreams"]
    assert sorted(stream["logStreamName"].count("/") for stream in streams) == [1, 2]
    assert any(stream["logStreamName"].endswith("/data-log") for stream in streams)


def test_without_a_split_a_file_is_one_request_and_instances_share_the_files(batch: Batch) -> None:
    for number in range(4):
        batch.put(f"{number}.txt", f"file\n{number}")
    batch.run(
        batch.model(ECHO="yes"),
        TransformInput={},
        TransformOutput={},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 2},
    )
    told = [json.loads(text) for text in batch.outputs().values()]
    assert sorted(item["body"] for item in told) == [f"file\n{number}" for number in range(4)]
    assert len({item["pid"] for item in told}) == 2


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html")
@pytest.mark.parametrize(
    ("bad", "reason", "log"),
    [
        ("not a number", "ClientError: See job logs for more information", "/in/bad.csv: ClientError: 400"),
        ("status=500", "AlgorithmError: See job logs for more information", "bad.csv: AlgorithmError: 500"),
        ("die", "AlgorithmError: See job logs for more information", "Unable to get response from algorithm"),
    ],
)
def test_a_bad_record_costs_its_file_and_fails_the_job(batch: Batch, bad: str, reason: str, log: str) -> None:
    batch.put("a-good.csv", "1,2")
    batch.put("bad.csv", f"1,2\n{bad}")
    job = batch.run(batch.model())
    assert (job["TransformJobStatus"], job["FailureReason"]) == ("Failed", reason)
    assert batch.outputs() == {"a-good.csv.out": "3\n"}
    assert log in batch.account.log(LOG)


def test_a_record_that_does_not_fit_is_named_in_the_log(batch: Batch) -> None:
    batch.put("large.csv", "1" * (1024 * 1024 + 1))
    assert batch.run(batch.model(), MaxPayloadInMB=1)["FailureReason"].startswith("ClientError: See job logs")
    assert "large.csv: ClientError: record 1 has 1048577 bytes, which exceeds MaxPayloadInMB" in batch.account.log(LOG)


def test_a_container_that_ends_at_once_fails_the_job(batch: Batch) -> None:
    batch.put("one.csv", "1")
    job = batch.run(batch.model(CRASH="yes"))
    assert job["FailureReason"].startswith("AlgorithmError: Model container failed to respond to ping.")
    assert "the container ended with exit code 7" in batch.account.log(LOG)


def test_data_that_is_not_there_fails_the_job(batch: Batch) -> None:
    assert "No S3 objects found under S3 URL" in batch.run(batch.model())["FailureReason"]


def test_a_stopped_job_leaves_no_output(batch: Batch) -> None:
    batch.put("a.csv", "1,2")
    batch.put("b.csv", "sleep=60")
    wanted = batch.request(batch.model())
    batch.client.create_transform_job(**wanted)
    name = wanted["TransformJobName"]
    eventually(lambda: "TransformStartTime" in batch.client.describe_transform_job(TransformJobName=name))
    batch.client.stop_transform_job(TransformJobName=name)
    assert batch.finished(name)["TransformJobStatus"] == "Stopped"
    assert batch.outputs() == {}
    with pytest.raises(ClientError, match="because the transform job is in status Stopped"):
        batch.client.stop_transform_job(TransformJobName=name)


def test_a_job_runs_the_model_that_was_there_when_it_was_created(batch: Batch) -> None:
    batch.put("one.csv", "1,2")
    model = batch.model()
    wanted = batch.request(model)
    batch.client.create_transform_job(**wanted)
    batch.client.delete_model(ModelName=model)
    assert batch.finished(wanted["TransformJobName"])["TransformJobStatus"] == "Completed"
    with pytest.raises(ClientError, match="Could not find model"):
        batch.client.create_transform_job(**batch.request(model))


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (
            {"PrimaryContainer": {"Image": BATCH, "ModelDataUrl": f"s3://{BUCKET}/models/", "Mode": "MultiModel"}},
            "the Mode of the model's container = MultiModel is not executed",
        ),
        (
            {
                "Containers": [{"Image": BATCH, "ContainerHostname": name} for name in ("one", "two")],
                "InferenceExecutionConfig": {"Mode": "Direct"},
            },
            "the model's InferenceExecutionConfig.Mode = Direct is not executed",
        ),
    ],
)
def test_a_model_whose_requests_name_what_they_are_for_is_refused(
    batch: Batch, model: dict[str, Any], says: str
) -> None:
    batch.model()
    batch.client.create_model(ModelName=batch.key, ExecutionRoleArn=ROLE, **model)
    with pytest.raises(ClientError, match=says):
        batch.client.create_transform_job(**batch.request(batch.key))


@pytest.mark.specification(EVENTS)
def test_a_change_of_status_is_an_event(batch: Batch) -> None:
    batch.put("one.csv", "1")
    with listening(batch.account, "Transform Job") as heard:
        name = batch.run(batch.model())["TransformJobName"]

        def told() -> list[dict[str, Any]]:
            ours = [detail for detail in heard() if detail["TransformJobName"] == name]
            return ours if len(ours) > 1 else []

        details = eventually(told)
    assert sorted(detail["TransformJobStatus"] for detail in details) == ["Completed", "InProgress"]
    assert not [key for detail in details for key in detail if key.startswith("_")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2}, "cannot exceed 100 MB"),
        ({"DataProcessing": {"InputFilter": "features"}}, "does not begin with"),
        ({"DataProcessing": {"JoinSource": "Input"}, "TransformOutput": {}}, "the same ContentType and Accept"),
        (
            {"DataProcessing": {"JoinSource": "Input"}, "TransformInput": {"ContentType": "text/csv"}},
            "needs Line as both SplitType and AssembleWith",
        ),
        ({"BatchStrategy": "SingleRecord", "TransformInput": {}}, "needs a SplitType other than None"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(batch: Batch, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ClientError, match=says) as error:
        batch.client.create_transform_job(**batch.request(batch.model(), **changes))
    assert error.value.response["Error"]["Code"] == "ValidationException"
