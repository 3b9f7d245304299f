"""`trainingjob.json` and `deployment.json`, dropped, from their check to production."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slipway.runs import Run
from tests.end_to_end.plant import STACK
from tests.end_to_end.support import run_slipway
from tests.end_to_end.workshop import Workshop

TRAINING = {
    "AlgorithmSpecification": {"TrainingInputMode": "File"},
    "ResourceConfig": {"InstanceType": "ml.m5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 40},
    "HyperParameters": {"max_depth": "3", "eta": "0.2"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 900},
}
DEPLOYMENT = {
    "DevelopmentEndpoint": {"InstanceType": "ml.t2.large", "InitialInstanceCount": 2, "InferenceMonitoring": False},
    "ProductionEndpoint": {
        "InferenceMonitoring": True,
        "InferenceMonitoringSampling": 50,
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1,
        "AutoScaling": {
            "MinCapacity": 1,
            "MaxCapacity": 3,
            "TargetValue": 200.0,
            "ScaleInCooldown": 30,
            "ScaleOutCooldown": 60,
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance",
        },
    },
}


def drop(workshop: Workshop, folder: Path, training: dict[str, Any]) -> tuple[int, dict[str, Any], str]:
    """`slipway drop FOLDER --json` of a request: exit code, what it says, and what it complains about."""
    (folder / "trainingjob.json").write_text(json.dumps(training))
    (folder / "deployment.json").write_text(json.dumps(DEPLOYMENT))
    done = run_slipway(workshop.plant.home, "drop", str(folder), "--stack", STACK, "--json")
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_wrong_request_is_kept_aside_with_its_reasons_and_starts_nothing(workshop: Workshop, tmp_path: Path) -> None:
    before = workshop.plant.newest()
    code, told, complaint = drop(workshop, tmp_path, {**TRAINING, "RoleArn": "arn:aws:iam::123456789012:role/MLOps"})
    assert (code, told["status"]) == (7, "rejected")
    assert told["reasons"] == [
        "trainingjob.json: RoleArn is refused: jobs have the training stack's role; leave it out"
    ]
    assert told["reasons"][0] in complaint
    assert workshop.plant.newest() == before


@pytest.fixture(scope="module")
def run(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of a request, in production."""
    code, told, complaint = drop(workshop, tmp_path_factory.mktemp("june"), TRAINING)
    assert (code, told["status"]) == (0, "started"), complaint
    return workshop.approved(told["run"])


def test_the_model_was_trained_as_asked(workshop: Workshop, run: Run) -> None:
    sagemaker = workshop.client("sagemaker")
    newest = sagemaker.list_training_jobs(SortBy="CreationTime", SortOrder="Descending")["TrainingJobSummaries"][0]
    job = sagemaker.describe_training_job(TrainingJobName=newest["TrainingJobName"])
    assert (job["HyperParameters"]["max_depth"], job["HyperParameters"]["eta"]) == ("3", "0.2")
    resources = job["ResourceConfig"]
    assert (resources["InstanceType"], resources["VolumeSizeInGB"]) == ("ml.m5.2xlarge", 40)
    assert job["StoppingCondition"]["MaxRuntimeInSeconds"] == 900


def test_the_endpoints_are_as_asked(workshop: Workshop, run: Run) -> None:
    sagemaker = workshop.client("sagemaker")
    configs = {}
    for environment in ("test", "production"):
        name = workshop.plant.installed.environment(environment)["EndpointName"]
        config = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
        configs[environment] = sagemaker.describe_endpoint_config(EndpointConfigName=config)
    variant = configs["test"]["ProductionVariants"][0]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.t2.large", 2)
    assert not configs["test"].get("DataCaptureConfig", {}).get("EnableCapture", False)
    assert configs["production"]["DataCaptureConfig"]["InitialSamplingPercentage"] == 50
    scaling = workshop.client("application-autoscaling")
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 3)
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert (tracking["TargetValue"], tracking["ScaleInCooldown"], tracking["ScaleOutCooldown"]) == (200.0, 30, 60)


def test_the_approver_was_told_and_the_model_answers(workshop: Workshop, run: Run) -> None:
    notice = run.variables("Build", "Build")["NOTICE"]
    assert "train.hyperparameters.max_depth 3" in notice
    assert set(workshop.predict()["predictions"][0]) == {"label", "score"}
