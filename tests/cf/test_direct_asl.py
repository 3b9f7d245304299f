"""cf/direct.asl.json: the direct flow's way through its states, and what it removes when a step fails."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.cf import state_machine
from tests.cf.state_machine import Execution, Task, TaskFailed
from tests.cf.test_training_asl import answers, fails

PATH = Path(__file__).parents[2] / "cf" / "direct.asl.json"
SUBSTITUTIONS = {
    "Partition": "aws",
    "Prefix": "a-prefix-of-32-letters-x-y-z-123",
    "ArtifactBucket": "artifacts",
    "DataBucket": "data",
    "KeyArn": "key",
    "JobRoleArn": "job-role",
    "ModelRoleArn": "model-role",
    "TrainingImage": "training-image",
    "InferenceImage": "inference-image",
    "AutogluonSourceKey": "packages/autogluon/1/sourcedir.tar.gz",
}
DEFINITION = state_machine.load(PATH, SUBSTITUTIONS)
STATES = DEFINITION["States"]
TASKS = [name for name, state in STATES.items() if state["Type"] == "Task"]
MODEL = "s3://artifacts/direct/out/job/output/model.tar.gz"
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/shop/1"
CHECKING = ["InitArgs", "FitArgs", "Rules", "Validate", "Valid", "Accept", "Flow"]
REQUEST: dict[str, Any] = {
    "Parameters": {
        "Flow": {"Train": True, "Evaluate": True, "Deploy": True},
        "PretrainedModel": {"Name": PACKAGE},
        "Train": {
            "TrainDataPath": "s3://data/direct/train.csv",
            "TestDataPath": "s3://data/direct/test.csv",
            "TrainingOutput": "s3://artifacts/direct/out",
            "InstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "FitArgs": json.dumps(json.dumps({"time_limit": 60})),
            "InitArgs": json.dumps({"label": "churn"}),
        },
        "Evaluation": {"Threshold": 0.8, "Metric": "roc_auc"},
        "Deploy": {"InstanceCount": 3, "InstanceType": "ml.m5.large", "Mode": "endpoint"},
    }
}


def request(train: bool = True, evaluate: bool = True, deploy: bool = True, **changes: Any) -> dict[str, Any]:
    """The request with these flags, its Deploy changed."""
    made = copy.deepcopy(REQUEST)
    made["Parameters"]["Flow"] = {"Train": train, "Evaluate": evaluate, "Deploy": deploy}
    made["Parameters"]["Deploy"] |= changes
    return made


def tasks(**changed: Task) -> dict[str, Task]:
    """A first request that goes well, but for what is changed."""
    metrics = [{"MetricName": "roc_auc", "Value": 0.9}]
    job = {"TrainingJobName": "job", "ModelArtifacts": {"S3ModelArtifacts": MODEL}, "FinalMetricDataList": metrics}
    return dict.fromkeys(TASKS, answers({})) | {
        "Train": answers(job),
        "Find": fails("SageMaker.SageMakerException", 'Could not find endpoint "arn:…".'),
        "Look": answers({"EndpointStatus": "InService", "EndpointConfigName": name()}),
        **changed,
    }


@cache
def name() -> str:
    """What the execution `run-1` calls all that it makes."""
    (made,) = state_machine.run(
        DEFINITION, request(deploy=False), dict.fromkeys(TASKS, fails("States.TaskFailed", "over"))
    ).arguments["Train"]
    return str(made["TrainingJobName"])


def run(asked: Any = None, /, **changed: Task) -> Execution:
    return state_machine.run(DEFINITION, request() if asked is None else asked, tasks(**changed))


def test_a_first_request_trains_evaluates_and_creates_the_endpoint() -> None:
    execution = run()
    assert execution.visited == [
        *CHECKING,
        *("Train", "Model", "Evaluate", "Score", "Gate", "Deploy", "Configure", "Find", "Missing", "Create"),
        *("Wait", "Look", "InService", "Deployed", "Previous", "Done"),
    ]
    assert execution.output["Evaluation"] == {"Metric": "roc_auc", "Score": 0.9, "Threshold": 0.8, "Passed": True}
    assert execution.output["Train"]["OutputUrl"] == MODEL.replace("model.tar.gz", "output.tar.gz")
    assert execution.output["Deployment"]["Deployed"] is True
    (variant,) = execution.arguments["Configure"][0]["ProductionVariants"]
    assert (variant["InitialInstanceCount"], variant["ModelName"]) == (3, name())


def test_the_scripts_get_their_arguments_as_json_and_no_network() -> None:
    (job,) = run().arguments["Train"]
    assert json.loads(job["HyperParameters"]["init_args"]) == {"label": "churn"}
    assert json.loads(job["HyperParameters"]["fit_args"]) == {"time_limit": 60}
    assert job["HyperParameters"]["metric"] == '"roc_auc"'
    assert job["EnableNetworkIsolation"] is True
    uris = {item["ChannelName"]: item["DataSource"]["S3DataSource"]["S3Uri"] for item in job["InputDataConfig"]}
    assert uris["code"] == "s3://artifacts/packages/autogluon/1/sourcedir.tar.gz"
    (metric,) = job["AlgorithmSpecification"]["MetricDefinitions"]
    assert re.findall(metric["Regex"], "test:roc_auc=0.9557\n") == ["0.9557"]


def test_a_wrong_request_starts_nothing() -> None:
    asked = request()
    del asked["Parameters"]["Flow"]["Deploy"]
    execution = run(asked)
    assert (execution.visited[-1], execution.error, execution.arguments) == ("Refused", "Request", {})
    assert execution.cause == "Parameters.Flow.Deploy: missing; expected true or false, whether it is deployed"


def test_text_that_is_no_json_is_a_fault_like_any_other() -> None:
    asked = request()
    asked["Parameters"]["Train"]["FitArgs"] = "{broken"
    execution = run(asked)
    assert execution.error == "Request"
    assert execution.cause.startswith("Parameters.Train.FitArgs: expected a JSON object as a text")


def test_a_score_below_the_threshold_skips_the_deployment_and_says_so() -> None:
    asked = request()
    asked["Parameters"]["Evaluation"]["Threshold"] = 0.95
    execution = run(asked)
    assert execution.visited[-1] == "Skipped"
    assert execution.output["Deployment"] == {
        "Deployed": False,
        "Reason": "roc_auc is 0.9, below the threshold 0.95",
    }


def test_a_metric_that_was_not_measured_fails() -> None:
    job = {"TrainingJobName": "job", "ModelArtifacts": {"S3ModelArtifacts": MODEL}}
    execution = run(Train=answers(job))
    assert (execution.error, "measured no roc_auc" in execution.cause) == ("Evaluate", True)


def test_an_endpoint_that_is_there_is_updated_and_its_old_configuration_goes() -> None:
    execution = run(Find=answers({"EndpointConfigName": "before"}))
    assert "Create" not in execution.visited
    assert execution.visited[-6:] == ["Look", "InService", "Deployed", "Previous", "Forget", "Done"]
    assert execution.arguments["Forget"] == [{"EndpointConfigName": "before"}]


def test_a_package_is_deployed_without_training() -> None:
    execution = run(request(train=False, evaluate=False))
    assert "Train" not in execution.visited
    assert execution.arguments["Package"][0]["Containers"] == [{"ModelPackageName": PACKAGE}]
    assert execution.output["Deployment"]["ModelName"] == name()


def test_batch_runs_a_transform_job_and_makes_no_endpoint() -> None:
    paths = {
        "BatchInputDataPath": "s3://data/direct/rows",
        "BatchOutputDataPath": "s3://artifacts/direct/predictions",
    }
    execution = run(request(Mode="batch", **paths))
    assert "Configure" not in execution.visited
    (job,) = execution.arguments["Transform"]
    assert job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://data/direct/rows"
    assert job["TransformResources"]["InstanceCount"] == 3
    assert execution.output["Deployment"]["BatchOutputDataPath"] == "s3://artifacts/direct/predictions"


FAILED_ENDPOINT = answers({"EndpointStatus": "Failed", "EndpointConfigName": "c", "FailureReason": "no capacity"})
ROLLED_BACK = answers({"EndpointStatus": "InService", "EndpointConfigName": "before"})


def broken(_: dict[str, Any]) -> Any:
    raise TaskFailed("States.TaskFailed", "broken")


@pytest.mark.parametrize(
    ("asked", "changed", "step", "removed"),
    [
        (request(), {"Look": FAILED_ENDPOINT}, "Create", ["RemoveEndpoint", "RemoveEndpointConfig"]),
        (request(), {"Create": broken}, "Create", ["RemoveEndpointConfig"]),
        (
            request(),
            {"Find": answers({"EndpointConfigName": "before"}), "Look": ROLLED_BACK},
            "Update",
            ["RemoveEndpointConfig"],
        ),
        (request(train=False, evaluate=False), {"Configure": broken}, "Configure", ["RemoveModel"]),
        (request(train=False, evaluate=False), {"Create": broken}, "Create", ["RemoveEndpointConfig", "RemoveModel"]),
    ],
    ids=["a failed endpoint", "no endpoint", "an update rolled back", "no configuration", "a package's model"],
)
def test_nothing_half_made_is_left(
    asked: dict[str, Any], changed: dict[str, Task], step: str, removed: list[str]
) -> None:
    execution = run(asked, **changed)
    assert [state for state in execution.visited if state.startswith("Remove") and state != "Remove"] == removed
    assert (execution.visited[-1], execution.error) == ("Failed", step)


def test_what_cannot_be_removed_does_not_hide_what_failed() -> None:
    execution = run(Look=FAILED_ENDPOINT, RemoveEndpoint=broken)
    assert execution.error == "Create"
    assert "no capacity" in execution.cause
    assert "RemoveEndpoint failed: broken" in execution.cause


def test_names_are_sagemakers() -> None:
    assert re.fullmatch("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name())
