"""The current SageMaker Python SDK, in an environment of its own: its pipelines run, and its images are the bundle's.

`make .venv/sagemaker/.ready` installs it.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from config import aws_images
from slipway import local
from tests.engine.services.sagemaker.pipelines.support import PIPELINE_ROLE, Pipelines
from tests.engine.services.sagemaker.support import Sagemaker
from tests.heavy.sagemaker.conftest import BUCKET, ROLE, Account

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv/sagemaker/bin/python"
SDK = Path(__file__).parent / "sdk"
NAME = "made-by-the-sdk"
TABLE = {"InputDataUrl": f"s3://{BUCKET}/sdk-tables/"}


def said(script: str, *arguments: str, folder: Path, **variables: str) -> Any:
    """The last line that a script in the SDK's environment prints, as JSON."""
    environment = {
        **os.environ,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(SDK / "config.yaml"),
        # The SDK would ask for a simulation of the role's policies, which the engine refuses; it checks the calls.
        "SAGEMAKER_VALIDATE_ROLE": "false",
        **variables,
    }
    command = [str(PYTHON), str(SDK / script), *arguments]
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    # The SDK itself tells how far it has come.
    return json.loads(done.stdout.splitlines()[-1])


def said_of(running: local.LocalEngine, script: str, *arguments: str, folder: Path) -> Any:
    """The same, of a script whose calls go to the engine."""
    key, secret = running.keys()
    keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    return said(script, *arguments, folder=folder, AWS_ENDPOINT_URL=running.url, **keys)


@pytest.fixture(scope="module")
def definition(running: local.LocalEngine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The pipeline's definition, its scripts uploaded to the engine by the SDK."""
    made: dict[str, Any] = said_of(running, "definition.py", BUCKET, ROLE, folder=tmp_path_factory.mktemp("work"))
    return made


@pytest.fixture(scope="module")
def pipelines(running: local.LocalEngine, definition: dict[str, Any]) -> Pipelines:
    """The engine with that pipeline, its role and a table: the label, its echo, and a number that says nothing."""
    made = Pipelines(Sagemaker(running))
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    actions = ["sagemaker:*", "iam:PassRole", "s3:GetObject"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    iam, version = running.client("iam"), {"Version": "2012-10-17"}
    iam.create_role(RoleName="Pipeline", AssumeRolePolicyDocument=json.dumps({**version, "Statement": [trust]}))
    policy = json.dumps({**version, "Statement": [statement]})
    iam.put_role_policy(RoleName="Pipeline", PolicyName="pipeline", PolicyDocument=policy)
    table = "".join(f"{row % 2},{row % 2 + row % 7 / 10},{row % 9}\n" for row in range(1000))
    running.client("s3").put_object(Bucket=BUCKET, Key="sdk-tables/rows.csv", Body=table)
    made.client.create_pipeline(PipelineName=NAME, PipelineDefinition=json.dumps(definition), RoleArn=PIPELINE_ROLE)
    return made


def test_the_sdk_makes_the_steps_that_the_page_names(definition: dict[str, Any]) -> None:
    steps = {step["Name"]: step for step in definition["Steps"]}
    assert {name: step["Type"] for name, step in steps.items()} == {
        "Preprocess": "Processing",
        "Train": "Training",
        "Evaluate": "Processing",
        "Check": "Condition",
    }
    inside = steps["Check"]["Arguments"]
    assert [step["Type"] for step in inside["IfSteps"] + inside["ElseSteps"]] == ["RegisterModel", "Fail"]


def test_the_engine_prepares_trains_evaluates_and_registers(running: local.LocalEngine, pipelines: Pipelines) -> None:
    arn = pipelines.start(NAME, values=TABLE)
    execution = pipelines.ended(arn, 600)
    steps = pipelines.steps(arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded", Account(running).log(
        "/aws/sagemaker/ProcessingJobs", "pipelines-"
    )
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    trained = pipelines.client.describe_training_job(TrainingJobName=job)
    assert {found["MetricName"] for found in trained["FinalMetricDataList"]} >= {"train:auc", "validation:auc"}
    package = pipelines.client.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"] == trained["ModelArtifacts"]["S3ModelArtifacts"]
    report = json.loads(Account(running).get(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]))
    assert report["rows"] == 200
    assert report["accuracy"] > 0.8


def test_the_sdk_finds_serves_and_asks_what_was_registered(
    running: local.LocalEngine, pipelines: Pipelines, tmp_path: Path
) -> None:
    found = pipelines.client.list_training_jobs(StatusEquals="Completed", NameContains="pipelines-")
    job = found["TrainingJobSummaries"][0]["TrainingJobName"]
    (package,) = pipelines.client.list_model_packages(ModelPackageGroupName=NAME)["ModelPackageSummaryList"]
    pipelines.client.update_model_package(ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved")
    made = said_of(running, "registry.py", *(NAME, job, ROLE, "0.9,3"), folder=tmp_path)
    assert (made["group"], made["status"], made["job"]) == (NAME, "Approved", "Completed")
    assert made["metrics"]["validation:auc"] > 0.8
    assert 0 <= float(made["answer"]) <= 1
    assert made["variant"] == "one"
    assert made["package"] == package["ModelPackageArn"]
    assert pipelines.client.list_endpoints(NameContains="by-the-sdk")["Endpoints"] == []


def test_a_model_below_the_threshold_fails_the_execution(pipelines: Pipelines) -> None:
    arn = pipelines.start(NAME, values={**TABLE, "Threshold": "1.01"})
    assert pipelines.ended(arn, 600)["PipelineExecutionStatus"] == "Failed"
    steps = pipelines.steps(arn)
    assert steps["TooLow"]["Metadata"]["Fail"]["ErrorMessage"] == "Execution failed due to an accuracy below 1.01"
    assert "Register" not in steps
    assert {name for name, step in steps.items() if "CacheHitResult" in step} == {"Preprocess", "Train"}


def test_the_bundles_images_are_the_sdks_in_every_region(tmp_path: Path) -> None:
    images = json.loads(aws_images.FILE.read_text(encoding="utf-8"))
    of_the_sdk = said("images.py", str(aws_images.FILE), folder=tmp_path)
    for name, image in images.items():
        for region in image["registries"]:
            # The SDK leaves the operating system out of AutoGluon's tags, of which AWS pushes both.
            assert aws_images.uri(name, region).removesuffix("-ubuntu22.04") == of_the_sdk[name][region]
