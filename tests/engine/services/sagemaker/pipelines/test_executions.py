"""Executions that really run their jobs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.pipelines.support import (
    OUT,
    PIPELINE_ROLE,
    Pipelines,
    compare,
    condition,
    fail,
    get,
    join,
    processing,
    step,
    training,
)
from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/pipelines-overview.html")

REPORT = {"PropertyFileName": "Report", "OutputName": "words", "FilePath": "report.json"}
WRITE_REPORT = "import json, sys; json.dump({'metrics': {'auc': {'value': 0.75}}}, open(sys.argv[1], 'w'))"
AUC = {"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "metrics.auc.value"}}
THRESHOLD = {"Name": "Threshold", "Type": "Float", "DefaultValue": 0.7}


def evaluate(**more: Any) -> dict[str, Any]:
    """Writes a report that a property file names."""
    return processing(
        "Evaluate",
        get("Steps.Train.ModelArtifacts.S3ModelArtifacts"),
        Entrypoint=["python3", "-c"],
        Arguments=[WRITE_REPORT, f"{OUT}/report.json"],
        PropertyFiles=[REPORT],
        **more,
    )


def register(group: str) -> dict[str, Any]:
    """Registers what Train made."""
    container = {"Image": IMAGE, "ModelDataUrl": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")}
    types = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
    arguments = {
        "ModelPackageGroupName": group,
        "InferenceSpecification": {"Containers": [container], **types},
        "ModelApprovalStatus": "PendingManualApproval",
    }
    return step("Register", "RegisterModel", arguments)


def whole(group: str) -> list[dict[str, Any]]:
    """Prepare, train, evaluate, and register or fail."""
    good = compare("GreaterThanOrEqualTo", AUC, get("Parameters.Threshold"))
    below = join("auc is below", get("Parameters.Threshold"), on=" ")
    return [
        processing("Prepare"),
        training("Train", get("Steps.Prepare.ProcessingOutputConfig.Outputs['words'].S3Output.S3Uri")),
        evaluate(),
        condition("GoodEnough", good, then=[register(group)], other=[fail("TooLow", below)]),
    ]


def test_a_pipeline_prepares_trains_evaluates_and_registers(pipelines: Pipelines) -> None:
    execution, steps = pipelines.run(*whole("registered"), parameters=[THRESHOLD])
    assert execution["PipelineExecutionStatus"] == "Succeeded", steps
    assert {name: one["StepStatus"] for name, one in steps.items()} == dict.fromkeys(
        ["Prepare", "Train", "Evaluate", "GoodEnough", "Register"], "Succeeded"
    )
    assert steps["GoodEnough"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    package = pipelines.client.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    assert (package["ModelPackageGroupName"], package["ModelPackageVersion"]) == ("registered", 1)
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[-1]
    assert re.fullmatch(rf"pipelines-{execution['PipelineExecutionArn'][-12:]}-Train-[A-Za-z0-9]{{10}}", job)
    trained = pipelines.client.describe_training_job(TrainingJobName=job)
    model = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    assert model == trained["ModelArtifacts"]["S3ModelArtifacts"]
    assert pipelines.account.get("pipelines/Prepare/a.txt") == b"HELLO"


def test_the_other_branch_fails_the_execution_with_its_message(pipelines: Pipelines) -> None:
    execution, steps = pipelines.run(*whole("unused"), parameters=[THRESHOLD], values={"Threshold": "0.9"})
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert execution["FailureReason"] == "Step failure: One or multiple steps failed."
    assert "Register" not in steps
    assert steps["TooLow"]["Metadata"] == {"Fail": {"ErrorMessage": "auc is below 0.9"}}
    with pytest.raises(ClientError, match="ended with a Fail step: it cannot be retried"):
        pipelines.client.retry_pipeline_execution(PipelineExecutionArn=execution["PipelineExecutionArn"])


def test_steps_without_dependencies_run_side_by_side_and_a_failed_one_waits_for_the_others(
    pipelines: Pipelines,
) -> None:
    slow = processing("Slow", Entrypoint=["sleep"], Arguments=["5"])
    broken = processing("Broken", Environment={"EXIT": "3"})
    after = processing("After", DependsOn=["Broken"])
    execution, steps = pipelines.run(slow, broken, after)
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert "After" not in steps
    assert steps["Slow"]["StepStatus"] == "Succeeded"
    assert steps["Broken"]["FailureReason"] == "ClientError: AlgorithmError: all upper case, exit code: 3"
    assert steps["Broken"]["StartTime"] < steps["Slow"]["EndTime"]
    assert steps["Broken"]["EndTime"] < steps["Slow"]["EndTime"]


def test_no_more_steps_run_at_once_than_the_configuration_says(pipelines: Pipelines) -> None:
    names = ["One", "Two"]
    sleepers = [processing(name, Entrypoint=["sleep"], Arguments=["0.5"]) for name in names]
    one_by_one = {"MaxParallelExecutionSteps": 1}
    execution, steps = pipelines.run(*sleepers, ParallelismConfiguration=one_by_one)
    assert execution["ParallelismConfiguration"] == one_by_one
    assert steps["One"]["EndTime"] <= steps["Two"]["StartTime"]


def test_a_retry_goes_on_where_the_execution_failed(pipelines: Pipelines) -> None:
    name = pipelines.create(processing("First"), training("Then", f"s3://{BUCKET}/late/", DependsOn=["First"]))
    arn = pipelines.start(name)
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    before = pipelines.steps(arn)
    assert "No S3 objects found" in before["Then"]["FailureReason"]
    pipelines.account.put("late/a.txt", "there now")
    pipelines.client.retry_pipeline_execution(PipelineExecutionArn=arn)
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    after = pipelines.steps(arn)
    assert after["First"] == before["First"]
    assert after["Then"]["Metadata"] != before["Then"]["Metadata"]
    with pytest.raises(ClientError, match="is in status Succeeded: it cannot be retried"):
        pipelines.client.retry_pipeline_execution(PipelineExecutionArn=arn)


def test_stopping_an_execution_stops_its_jobs_and_begins_nothing_more(pipelines: Pipelines) -> None:
    arn = pipelines.start(pipelines.create(training("Train", hyperparameters={"sleep": "60"}), evaluate()))
    job = pipelines.step_in(arn, "Train", "Executing")["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[-1]
    pipelines.client.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert {name: one["StepStatus"] for name, one in pipelines.steps(arn).items()} == {"Train": "Stopped"}
    assert pipelines.client.describe_training_job(TrainingJobName=job)["TrainingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="is in status Stopped: it cannot be stopped"):
        pipelines.client.stop_pipeline_execution(PipelineExecutionArn=arn)


def test_a_model_is_made_and_named(pipelines: Pipelines) -> None:
    container = {"Image": IMAGE, "ModelDataUrl": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")}
    model = step("Create", "Model", {"PrimaryContainer": container, "ExecutionRoleArn": ROLE})
    named = condition("Named", compare("Equals", get("Steps.Create.ModelName"), "another"), other=[fail("Another")])
    execution, steps = pipelines.run(training("Train"), model, named)
    assert execution["PipelineExecutionStatus"] == "Failed"
    made = steps["Create"]["Metadata"]["Model"]["Arn"].rsplit("/", 1)[-1]
    assert re.fullmatch(r"pipelines-[a-z0-9]{12}-Create-[A-Za-z0-9]{10}", made)
    assert pipelines.client.describe_model(ModelName=made)["ExecutionRoleArn"] == ROLE


def test_a_metric_is_found_by_its_name_and_variables_have_values(pipelines: Pipelines) -> None:
    says = join(
        *(get("Steps.Train.FinalMetricDataList['validation:auc'].Value"), get("Execution.PipelineName")),
        *(get("Execution.PipelineExecutionId"), get("Parameters.Count"), get("Parameters.Sure")),
        on="|",
    )
    parameters = [
        {"Name": "Count", "Type": "Integer", "DefaultValue": 3},
        {"Name": "Sure", "Type": "Boolean", "DefaultValue": True},
    ]
    execution, steps = pipelines.run(training("Train"), fail("Says", says), parameters=parameters)
    pipeline, _, identity = execution["PipelineExecutionArn"].split("/")[1:]
    assert steps["Says"]["FailureReason"] == f"0.75|{pipeline}|{identity}|3|true"


def test_a_call_that_the_pipelines_role_may_not_make_fails_the_step(pipelines: Pipelines) -> None:
    powerless = "arn:aws:iam::111122223333:role/Powerless"
    arn = pipelines.start(pipelines.create(processing("Prepare"), RoleArn=powerless))
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    reason = pipelines.steps(arn)["Prepare"]["FailureReason"]
    assert "Failed to invoke sagemaker:CreateProcessingJob. Error Details: User: " in reason
    assert "assumed-role/Powerless/SageMaker is not authorized to perform: sagemaker:CreateProcessingJob" in reason


def test_a_property_file_that_is_not_there_or_has_no_such_path_fails_the_step(pipelines: Pipelines) -> None:
    read = {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "metrics.mse.value"}
    look = condition("Look", compare("LessThan", {"Std:JsonGet": read}, 6.0))
    _, steps = pipelines.run(training("Train"), evaluate(), look)
    uri = f"s3://{BUCKET}/pipelines/Evaluate/report.json"
    assert steps["Look"]["FailureReason"] == f"ClientError: Invalid json path 'metrics.mse.value' in {uri}"
    missing = {"S3Uri": f"s3://{BUCKET}/nowhere.json", "Path": "a"}
    _, steps = pipelines.run(condition("Look", compare("Equals", {"Std:JsonGet": missing}, 1)))
    assert "Received an error while reading file s3://sagemaker-tests/nowhere.json" in steps["Look"]["FailureReason"]


def test_an_execution_is_told_as_it_was_started(pipelines: Pipelines) -> None:
    name = pipelines.create(processing("Prepare"), parameters=[THRESHOLD])
    token = "t" * 32
    arn = pipelines.start(
        name, PipelineExecutionDisplayName="nightly", ClientRequestToken=token, values={"Threshold": "0.5"}
    )
    assert pipelines.start(name, ClientRequestToken=token) == arn
    pipelines.client.update_pipeline_execution(PipelineExecutionArn=arn, PipelineExecutionDescription="by night")
    found = pipelines.ended(arn)
    assert (found["PipelineExecutionDisplayName"], found["PipelineExecutionDescription"]) == ("nightly", "by night")
    (listed,) = pipelines.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    assert (listed["PipelineExecutionArn"], listed["PipelineExecutionStatus"]) == (arn, "Succeeded")
    values = pipelines.client.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert values == [{"Name": "Threshold", "Value": "0.5"}]
    began_with = pipelines.client.describe_pipeline(PipelineName=name)["PipelineDefinition"]
    pipelines.client.update_pipeline(
        PipelineName=name, PipelineDefinition=json.dumps({**json.loads(began_with), "Parameters": []})
    )
    described = pipelines.client.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert described["PipelineDefinition"] == began_with
    assert pipelines.client.describe_pipeline(PipelineName=name)["RoleArn"] == PIPELINE_ROLE


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({}, r"\[Threshold\] do not have default values and must be provided", id="missing"),
        pytest.param({"Threshold": "high"}, "'high' of pipeline parameter 'Threshold' is not of Type Float", id="type"),
        pytest.param({"Threshold": "1", "Other": "2"}, r"\[Other\] are not defined", id="unknown"),
        pytest.param({"Threshold": "3"}, r"must be one of \[1, 2\]", id="not among EnumValues"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_begins(
    pipelines: Pipelines, values: dict[str, str], message: str
) -> None:
    declared = {"Name": "Threshold", "Type": "Float", "EnumValues": [1, 2]}
    name = pipelines.create(processing("Prepare"), parameters=[declared])
    with pytest.raises(ClientError, match=message):
        pipelines.start(name, values=values)
    assert pipelines.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"] == []


def test_selective_execution_is_refused_by_name(pipelines: Pipelines) -> None:
    name = pipelines.create(processing("Prepare"))
    with pytest.raises(ClientError, match="SelectiveExecutionConfig is not executed by this engine"):
        pipelines.start(name, SelectiveExecutionConfig={"SelectedSteps": [{"StepName": "Prepare"}]})
