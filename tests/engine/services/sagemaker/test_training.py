"""Training jobs as a caller sees them."""

from __future__ import annotations

import io
import json
import tarfile
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Sagemaker, eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html")


def request(**changes: Any) -> dict[str, Any]:
    """A small request that trains."""
    return {
        "TrainingJobName": f"job-{uuid.uuid4().hex[:8]}",
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "auc", "Regex": r"validation-auc=([0-9.]+)"}],
        },
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **changes,
    }


def channel(name: str, uri: str, data_type: str = "S3Prefix", **source: str) -> dict[str, Any]:
    """One input channel."""
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": data_type, "S3Uri": uri, **source}}}


def finished(sagemaker: Sagemaker, name: str) -> dict[str, Any]:
    """The job's description once it has ended."""
    client = sagemaker.client("sagemaker")

    def ended() -> dict[str, Any] | None:
        job: dict[str, Any] = client.describe_training_job(TrainingJobName=name)
        return job if job["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    result: dict[str, Any] = eventually(ended)
    return result


def run(sagemaker: Sagemaker, **changes: Any) -> dict[str, Any]:
    """Create a job and wait for its end."""
    wanted = request(**changes)
    sagemaker.client("sagemaker").create_training_job(**wanted)
    return finished(sagemaker, wanted["TrainingJobName"])


def model(sagemaker: Sagemaker, job: dict[str, Any]) -> dict[str, str]:
    """The model's files as text."""
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
    with tarfile.open(fileobj=io.BytesIO(sagemaker.get(key))) as archive:
        return {item.name: (archive.extractfile(item) or io.BytesIO()).read().decode() for item in archive}


def test_a_job_trains_and_leaves_a_model(sagemaker: Sagemaker) -> None:
    sagemaker.put("train/a.csv", "1,2")
    sagemaker.put("train/deep/b.csv", "3,4")
    job = run(
        sagemaker,
        HyperParameters={"depth": "3"},
        Environment={"GREETING": "hello"},
        InputDataConfig=[channel("train", f"s3://{BUCKET}/train/")],
    )
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Completed", job.get("FailureReason")
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == (
        f"s3://{BUCKET}/models/{job['TrainingJobName']}/output/model.tar.gz"
    )
    seen = json.loads(model(sagemaker, job)["algo-1.json"])
    assert seen["files"] == ["train/a.csv", "train/deep/b.csv"]
    assert seen["greeting"] == "hello"
    assert seen["config"]["hyperparameters"] == {"depth": "3"}
    assert seen["config"]["inputdataconfig"]["train"]["TrainingInputMode"] == "File"
    assert seen["config"]["resourceconfig"]["hosts"] == ["algo-1"]
    assert [step["Status"] for step in job["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert job["BillableTimeInSeconds"] >= 1


def test_the_last_value_of_a_metric_is_its_final_value(sagemaker: Sagemaker) -> None:
    job = run(sagemaker)
    assert [(m["MetricName"], m["Value"]) for m in job["FinalMetricDataList"]] == [("auc", 0.75)]
    metrics = sagemaker.client("cloudwatch").list_metrics(Namespace="/aws/sagemaker/TrainingJobs")["Metrics"]
    assert "auc" in {metric["MetricName"] for metric in metrics}


def test_the_log_is_written_under_the_role(sagemaker: Sagemaker) -> None:
    job = run(sagemaker)
    streams = sagemaker.client("logs").describe_log_streams(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=job["TrainingJobName"]
    )["logStreams"]
    assert streams[0]["logStreamName"].startswith(f"{job['TrainingJobName']}/algo-1-")
    assert f"training as {job['TrainingJobName']}" in sagemaker.log("/aws/sagemaker/TrainingJobs")


def test_a_job_that_raises_fails_with_what_it_wrote(sagemaker: Sagemaker) -> None:
    job = run(sagemaker, HyperParameters={"fail": "x" * 2000})
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: xxx")
    assert job["FailureReason"].endswith(", exit code: 1")
    assert len(job["FailureReason"]) == 1024


def test_a_killed_job_fails_with_dockers_exit_code(sagemaker: Sagemaker) -> None:
    assert run(sagemaker, HyperParameters={"kill": "1"})["FailureReason"] == "AlgorithmError: , exit code: 137"


def test_a_job_past_its_maximum_runtime_is_stopped_and_keeps_its_model(sagemaker: Sagemaker) -> None:
    job = run(sagemaker, HyperParameters={"sleep": "60"}, StoppingCondition={"MaxRuntimeInSeconds": 3})
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert model(sagemaker, job) == {"partial.txt": "stopped"}


def test_a_job_can_be_stopped(sagemaker: Sagemaker) -> None:
    wanted = request(HyperParameters={"sleep": "60"})
    client = sagemaker.client("sagemaker")
    client.create_training_job(**wanted)
    name = wanted["TrainingJobName"]
    eventually(lambda: f"training as {name}" in sagemaker.log("/aws/sagemaker/TrainingJobs"))
    client.stop_training_job(TrainingJobName=name)
    job = finished(sagemaker, name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    with pytest.raises(ClientError, match="The request was rejected because the training job is in status Stopped"):
        client.stop_training_job(TrainingJobName=name)


def test_two_instances_share_the_keys_and_make_one_model(sagemaker: Sagemaker) -> None:
    for name in ("a", "b", "c"):
        sagemaker.put(f"sharded/{name}.csv", name)
    job = run(
        sagemaker,
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 5},
        InputDataConfig=[channel("train", f"s3://{BUCKET}/sharded", S3DataDistributionType="ShardedByS3Key")],
    )
    files = model(sagemaker, job)
    assert json.loads(files["algo-1.json"])["files"] == ["train/a.csv", "train/c.csv"]
    assert json.loads(files["algo-2.json"])["files"] == ["train/b.csv"]
    assert json.loads(files["algo-2.json"])["config"]["resourceconfig"]["hosts"] == ["algo-1", "algo-2"]


def test_a_manifest_names_the_files(sagemaker: Sagemaker) -> None:
    sagemaker.put("listed/x/1.csv", "1")
    sagemaker.put("listed/x/2.csv", "2")
    manifest = sagemaker.put("m.json", json.dumps([{"prefix": f"s3://{BUCKET}/listed/"}, "x/2.csv"]))
    job = run(sagemaker, InputDataConfig=[channel("train", manifest, "ManifestFile")])
    assert json.loads(model(sagemaker, job)["algo-1.json"])["files"] == ["train/x/2.csv"]


def test_checkpoints_go_both_ways(sagemaker: Sagemaker) -> None:
    config = {"S3Uri": f"s3://{BUCKET}/checkpoints/one"}
    run(sagemaker, CheckpointConfig=config)
    run(sagemaker, CheckpointConfig=config)
    assert sagemaker.keys("checkpoints/one/") == ["checkpoints/one/epoch-0", "checkpoints/one/epoch-1"]


def test_data_that_is_not_there_fails_the_job_by_name(sagemaker: Sagemaker) -> None:
    job = run(sagemaker, InputDataConfig=[channel("train", f"s3://{BUCKET}/nothing/")])
    assert job["FailureReason"].startswith(
        f'ClientError: Data download failed:No S3 objects found under S3 URL "s3://{BUCKET}/nothing/"'
    )


def test_an_image_that_is_not_there_fails_the_job_by_name(sagemaker: Sagemaker) -> None:
    job = run(
        sagemaker,
        AlgorithmSpecification={"TrainingImage": "missing:1", "TrainingInputMode": "File"},
    )
    assert job["FailureReason"] == "ClientError: The image missing:1 does not exist"


def test_a_role_without_s3_fails_the_job_with_access_denied(sagemaker: Sagemaker) -> None:
    job = run(
        sagemaker,
        RoleArn=ROLE.replace("Job", "Powerless"),
        InputDataConfig=[channel("train", f"s3://{BUCKET}/train/")],
    )
    assert job["TrainingJobStatus"] == "Failed"
    assert "AccessDenied" in job["FailureReason"]
    assert "s3:ListBucket" in job["FailureReason"]


def test_a_container_under_network_isolation_gets_no_credentials(sagemaker: Sagemaker) -> None:
    job = run(sagemaker, EnableNetworkIsolation=True)
    assert json.loads(model(sagemaker, job)["algo-1.json"])["hasCredentials"] is False


def test_a_spot_job_reports_what_it_is_billed(sagemaker: Sagemaker) -> None:
    job = run(
        sagemaker,
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
    )
    assert job["BillableTimeInSeconds"] == job["TrainingTimeInSeconds"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"EnableManagedSpotTraining": True},
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
            id="spot without a wait time",
        ),
        pytest.param(
            {"ResourceConfig": {"InstanceType": "ml.m5.tiny", "InstanceCount": 1, "VolumeSizeInGB": 5}},
            "Member must satisfy enum value set",
            id="an instance type that does not exist",
        ),
        pytest.param(
            {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2_000_000_000, "VolumeSizeInGB": 5}},
            r"ResourceLimitExceeded.*'ml\.m5\.large for training job usage' is 100 Instances, with a request",
            id="more instances than any account has",
        ),
        pytest.param(
            {
                "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 101, "VolumeSizeInGB": 5},
                "EnableManagedSpotTraining": True,
            },
            r"'ml\.m5\.large for spot training job usage' is 100 Instances",
            id="more spot instances than any account has",
        ),
        pytest.param(
            {"AlgorithmSpecification": {"TrainingInputMode": "File"}},
            "AlgorithmSpecification must name a TrainingImage",
            id="no image",
        ),
        pytest.param(
            {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "Pipe"}},
            r"InputDataConfig\[0\].InputMode = Pipe is not executed by this engine",
            id="pipe mode",
        ),
        pytest.param(
            {"ExperimentConfig": {"ExperimentName": "e"}},
            "CreateTrainingJob: ExperimentConfig is not executed by this engine",
            id="a member that is not executed",
        ),
        pytest.param(
            {
                "AlgorithmSpecification": {
                    "TrainingImage": IMAGE,
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "auc", "Regex": "("}],
                }
            },
            "The regular expression '\\(' of the metric 'auc' is not valid",
            id="a broken regular expression",
        ),
        pytest.param(
            {"CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/c", "LocalPath": "/var/checkpoints"}},
            "CheckpointConfig.LocalPath = /var/checkpoints is not executed by this engine",
            id="checkpoints outside /opt/ml",
        ),
        pytest.param(
            {"RoleArn": "arn:aws:iam::111122223333:role/Nobody"}, "role/Nobody does not exist", id="no such role"
        ),
    ],
)
def test_a_request_that_cannot_work_is_refused(sagemaker: Sagemaker, changes: dict[str, Any], message: str) -> None:
    wanted = request(InputDataConfig=[channel("train", f"s3://{BUCKET}/train/")], **changes)
    with pytest.raises(ClientError, match=message):
        sagemaker.client("sagemaker").create_training_job(**wanted)


def test_a_request_without_an_algorithm_is_refused(sagemaker: Sagemaker) -> None:
    wanted = request()
    del wanted["AlgorithmSpecification"]
    with pytest.raises(ClientError, match="AlgorithmSpecification must name a TrainingImage"):
        sagemaker.client("sagemaker").create_training_job(**wanted)


def test_a_name_is_used_once(sagemaker: Sagemaker) -> None:
    job = run(sagemaker)
    with pytest.raises(ClientError, match="Training job names must be unique within an AWS account and region"):
        sagemaker.client("sagemaker").create_training_job(**request(TrainingJobName=job["TrainingJobName"]))


def test_jobs_are_listed_in_pages(sagemaker: Sagemaker) -> None:
    for _ in range(2):
        run(sagemaker, TrainingJobName=f"paged-{uuid.uuid4().hex[:6]}")
    pages = (
        sagemaker.client("sagemaker")
        .get_paginator("list_training_jobs")
        .paginate(NameContains="paged-", StatusEquals="Completed", PaginationConfig={"PageSize": 1})
    )
    assert [len(page["TrainingJobSummaries"]) for page in pages] == [1, 1]


def test_the_state_changes_are_events(sagemaker: Sagemaker) -> None:
    sqs, events = sagemaker.client("sqs"), sagemaker.client("events")
    queue = sqs.create_queue(QueueName="training-events")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:111122223333:training-events"
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    pattern = {"source": ["aws.sagemaker"], "detail": {"TrainingJobStatus": ["Completed"]}}
    events.put_rule(Name="trained", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="trained", Targets=[{"Id": "queue", "Arn": arn}])
    job = run(sagemaker)
    message = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))[0]
    event = json.loads(message["Body"])
    assert event["detail-type"] == "SageMaker Training Job State Change"
    assert event["detail"]["TrainingJobName"] == job["TrainingJobName"]
    assert isinstance(event["detail"]["CreationTime"], int)
