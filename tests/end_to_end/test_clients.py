"""The AWS CLI as anybody installs it follows a run, pointed at the engine's URL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.aws import Aws
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.support import Desk


@dataclass(frozen=True)
class Cli(Aws):
    """`aws` at the demo's engine."""

    demonstration: Demonstration

    @property
    def desk(self) -> Desk:
        """The install that the demo left."""
        return self.demonstration.desk


@pytest.fixture(scope="module")
def aws(demonstration: Demonstration) -> Cli:
    """The CLI, logged in."""
    return Cli(demonstration.desk.engine, demonstration)


def test_codepipeline_get_pipeline_state_tells_every_stage(aws: Cli) -> None:
    state = aws.run("codepipeline", "get-pipeline-state", "--name", aws.desk.install.pipeline)
    assert [stage["stageName"] for stage in state["stageStates"]] == ["Source", "Build", "Train", "Test", "Production"]
    last = aws.demonstration.record["runs"][-1]["id"]
    assert {
        (stage["latestExecution"]["pipelineExecutionId"], stage["latestExecution"]["status"])
        for stage in state["stageStates"]
    } == {(last, "Succeeded")}


def test_stepfunctions_get_execution_history_tells_every_state(aws: Cli) -> None:
    action = aws.desk.run(aws.demonstration.record["runs"][0]["id"]).action("Train", "Train")
    assert action is not None
    events = aws.run("stepfunctions", "get-execution-history", "--execution-arn", action.external_id)["events"]
    assert (events[0]["type"], events[-1]["type"]) == ("ExecutionStarted", "ExecutionSucceeded")
    output = json.loads(events[-1]["executionSucceededEventDetails"]["output"])
    assert output["modelPackageArn"] == aws.demonstration.record["runs"][0]["outcome"]["modelPackageArn"]


def test_sagemaker_describe_endpoint_tells_what_serves(aws: Cli) -> None:
    name = aws.demonstration.record["endpoints"]["production"]
    endpoint = aws.run("sagemaker", "describe-endpoint", "--endpoint-name", name)
    assert endpoint["EndpointStatus"] == "InService"
    (variant,) = endpoint["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentInstanceCount"]) == ("default", 2)


def test_sagemaker_runtime_invoke_endpoint_predicts_as_the_api_does(aws: Cli, tmp_path: Path) -> None:
    body = json.dumps({"instances": [aws.demonstration.record["prediction"]["features"]]})
    request, answer = tmp_path / "request.json", tmp_path / "answer.json"
    request.write_text(body)
    name = aws.demonstration.record["endpoints"]["production"]
    told = aws.run(
        *("sagemaker-runtime", "invoke-endpoint", "--endpoint-name", name),
        *("--content-type", "application/json", "--body", f"fileb://{request}", str(answer)),
    )
    assert told["ContentType"] == "application/json"
    assert told["InvokedProductionVariant"] == "default"
    (prediction,) = json.loads(answer.read_text())["predictions"]
    assert set(prediction) == {"label", "score"}


def test_application_autoscaling_describe_scaling_activities_tells_both_ways(aws: Cli) -> None:
    activities = aws.run("application-autoscaling", "describe-scaling-activities", "--service-namespace", "sagemaker")
    name = aws.demonstration.record["endpoints"]["production"]
    ours = [a for a in activities["ScalingActivities"] if a["ResourceId"] == f"endpoint/{name}/variant/default"]
    assert {activity["StatusCode"] for activity in ours} == {"Successful"}
    causes = " ".join(activity["Cause"] for activity in ours)
    assert "AlarmHigh" in causes
    assert "AlarmLow" in causes


def test_logs_filter_log_events_finds_what_the_build_wrote(aws: Cli) -> None:
    group = f"/aws/codebuild/{aws.desk.install.stack}-build"
    phase = "DOWNLOAD_SOURCE"
    events = aws.run("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", phase)["events"]
    assert len({event["logStreamName"] for event in events}) == len(aws.demonstration.record["runs"])
    assert all(phase in event["message"] for event in events)


def test_logs_filter_log_events_finds_what_the_training_job_wrote(aws: Cli) -> None:
    arguments = ("--log-group-name", "/aws/sagemaker/TrainingJobs", "--filter-pattern", '"validation-roc_auc="')
    events = aws.run("logs", "filter-log-events", *arguments)["events"]
    assert any(event["logStreamName"].startswith(aws.desk.install.stack) for event in events)
