"""Processing jobs as a caller sees them."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Sagemaker, eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html")

IN, OUT = "/opt/ml/processing/input/words", "/opt/ml/processing/output/words"


def request(**changes: Any) -> dict[str, Any]:
    """A job that writes its input in upper case."""
    return {
        "ProcessingJobName": f"process-{uuid.uuid4().hex[:8]}",
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": IMAGE, "ContainerArguments": [IN, OUT]},
        "ProcessingInputs": [s3_input("words", f"s3://{BUCKET}/words/", IN)],
        "ProcessingOutputConfig": {"Outputs": [s3_output("words", f"s3://{BUCKET}/upper", OUT)]},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **changes,
    }


def s3_input(name: str, uri: str, path: str, **more: str) -> dict[str, Any]:
    """An input in File mode."""
    source = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File", **more}
    return {"InputName": name, "S3Input": source}


def s3_output(name: str, uri: str, path: str, mode: str = "EndOfJob") -> dict[str, Any]:
    """An output."""
    return {"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}


def run(sagemaker: Sagemaker, **changes: Any) -> dict[str, Any]:
    """Create a job and wait for its end."""
    client, wanted = sagemaker.client("sagemaker"), request(**changes)
    client.create_processing_job(**wanted)

    def ended() -> dict[str, Any] | None:
        job: dict[str, Any] = client.describe_processing_job(ProcessingJobName=wanted["ProcessingJobName"])
        return job if job["ProcessingJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    result: dict[str, Any] = eventually(ended)
    return result


@pytest.fixture(autouse=True)
def words(sagemaker: Sagemaker) -> None:
    sagemaker.put("words/a.txt", "hello")


def test_a_job_turns_inputs_into_outputs(sagemaker: Sagemaker) -> None:
    job = run(sagemaker)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["ExitMessage"] == "all upper case"
    assert sagemaker.get("upper/a.txt") == b"HELLO"
    assert job["ProcessingEndTime"] >= job["ProcessingStartTime"]


def test_an_entry_point_can_be_given(sagemaker: Sagemaker) -> None:
    code = sagemaker.put(
        "code/copy.py", "import sys, shutil; shutil.copytree(sys.argv[1], sys.argv[2], dirs_exist_ok=True)"
    )
    job = run(
        sagemaker,
        AppSpecification={
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/copy.py"],
            "ContainerArguments": [IN, OUT],
        },
        ProcessingInputs=[
            s3_input("words", f"s3://{BUCKET}/words/", IN),
            s3_input("code", code, "/opt/ml/processing/input/code"),
        ],
        ProcessingOutputConfig={"Outputs": [s3_output("words", f"s3://{BUCKET}/copied", OUT)]},
    )
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert sagemaker.get("copied/a.txt") == b"hello"


def test_the_job_finds_its_own_request(sagemaker: Sagemaker) -> None:
    job = run(
        sagemaker,
        AppSpecification={
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["cp", "-r"],
            "ContainerArguments": ["/opt/ml/config", OUT],
        },
        ProcessingOutputConfig={"Outputs": [s3_output("config", f"s3://{BUCKET}/seen", OUT)]},
    )
    seen = json.loads(sagemaker.get("seen/config/processingjobconfig.json"))
    assert seen["ProcessingJobName"] == job["ProcessingJobName"]
    assert seen["AppSpecification"]["ContainerEntrypoint"] == ["cp", "-r"]
    assert json.loads(sagemaker.get("seen/config/resourceconfig.json")) == {
        "current_host": "algo-1",
        "hosts": ["algo-1"],
    }


def test_a_job_that_exits_with_a_code_fails_with_it(sagemaker: Sagemaker) -> None:
    job = run(sagemaker, Environment={"EXIT": "3"})
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: all upper case, exit code: 3"


def test_a_job_past_its_maximum_runtime_is_stopped(sagemaker: Sagemaker) -> None:
    job = run(
        sagemaker,
        AppSpecification={"ImageUri": IMAGE, "ContainerEntrypoint": ["sleep"], "ContainerArguments": ["60"]},
        StoppingCondition={"MaxRuntimeInSeconds": 1},
    )
    assert job["ProcessingJobStatus"] == "Stopped"
    assert job["FailureReason"] == "The processing job exceeded its MaxRuntimeInSeconds of 1"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"ProcessingInputs": [s3_input("words", f"s3://{BUCKET}/words/", "/tmp/words")]},  # noqa: S108
            r"ProcessingInputs\[0\].S3Input.LocalPath is '/tmp/words'; it must be an absolute path that",
            id="an input outside /opt/ml/processing",
        ),
        pytest.param(
            {"ProcessingOutputConfig": {"Outputs": [s3_output("w", f"s3://{BUCKET}/x", OUT, "Continuous")]}},
            r"Outputs\[0\].S3Output.S3UploadMode = Continuous is not executed by this engine \(executed: EndOfJob\)",
            id="continuous upload",
        ),
        pytest.param(
            {"ExperimentConfig": {"TrialName": "t"}},
            "CreateProcessingJob: ExperimentConfig is not executed by this engine",
            id="a member that is not executed",
        ),
    ],
)
def test_a_request_that_cannot_work_is_refused(sagemaker: Sagemaker, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        sagemaker.client("sagemaker").create_processing_job(**request(**changes))
