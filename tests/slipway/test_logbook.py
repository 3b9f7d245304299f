from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from botocore.stub import ANY

from slipway import logbook
from slipway.errors import BadInput, NotFound
from slipway.runs import Action
from tests.slipway.samples import action, at, detail, run, summary
from tests.slipway.stubs import Aws
from tests.slipway.test_executions import called, history, submitted

GROUP = "/aws/codebuild/churn"


def events(*messages: str, stream: str = "one") -> dict[str, Any]:
    told = [{"logStreamName": stream, "timestamp": 1000 * n, "message": text} for n, text in enumerate(messages)]
    return {"events": told}


def lines(aws: Aws, found: Action, most: int = 10) -> list[str]:
    name = f"{found.stage}/{found.name}"
    return [line.message for line in logbook.chosen(aws.install(), run(found), name).lines(most)]


def build(status: str = "Succeeded") -> Action:
    return action("Build/Build", status, external_id="churn-build:1")


def build_log(aws: Aws) -> None:
    told = {"groupName": GROUP, "streamName": "build-1"}
    aws.answer("codebuild.batch_get_builds", {"builds": [{"logs": told}]}, {"ids": ["churn-build:1"]})


def test_a_builds_log_is_where_the_build_says(aws: Aws) -> None:
    build_log(aws)
    aws.answer("logs.filter_log_events", events("a", "b"), {"logGroupName": GROUP, "logStreamNamePrefix": "build-1"})
    assert lines(aws, build(), most=1) == ["b"]


def test_of_a_state_machine_the_logs_of_its_jobs_are_told(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/churn-train-1"
    aws.answer("stepfunctions.get_execution_history", history(submitted(0, TrainingJobArn=arn)))
    expected = {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": "churn-train-1/"}
    aws.answer("logs.filter_log_events", events("validation-roc_auc=0.9"), expected)
    train = action("Train/Train", provider="StepFunctions", external_id="arn:aws:states:::execution:m:1")
    assert lines(aws, train) == ["validation-roc_auc=0.9"]


def test_of_a_job_that_makes_jobs_their_logs_are_told(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333"
    tuning = submitted(0, HyperParameterTuningJobArn=f"{arn}:hyper-parameter-tuning-job/tune-1")
    aws.answer(
        "stepfunctions.get_execution_history", history(tuning, called(1, AutoMLJobArn=f"{arn}:automl-job/auto-1"))
    )
    trials = {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": "tune-1"}
    aws.answer("logs.filter_log_events", events("trial"), trials)
    search = {"logGroupName": "/aws/sagemaker/AutoMLJobs", "logStreamNamePrefix": "auto-1"}
    aws.answer("logs.filter_log_events", events("begins", "candidate"), search)
    for _ in ("Processing", "Training", "Transform"):
        aws.refuse("logs.filter_log_events", "ResourceNotFoundException", "The specified log group does not exist.")
    train = action("Train/Train", provider="StepFunctions", external_id="arn:aws:states:::execution:m:1")
    assert lines(aws, train) == ["trial", "begins", "candidate"]


def test_of_a_run_of_glue_both_streams_are_told(aws: Aws) -> None:
    aws.answer("stepfunctions.get_execution_history", history(submitted(0, JobRunId="jr_1")))
    for name, said in (("output", "train: 2000 rows"), ("error", "TableError: no")):
        expected = {"logGroupName": f"/aws-glue/jobs/{name}", "logStreamNamePrefix": "jr_1"}
        aws.answer("logs.filter_log_events", events(said), expected)
    for _ in ("output", "error"):
        aws.refuse("logs.filter_log_events", "ResourceNotFoundException", "The specified log group does not exist.")
    train = action("Train/Train", provider="StepFunctions", external_id="arn:aws:states:::execution:m:1")
    assert lines(aws, train) == ["train: 2000 rows", "TableError: no"]


def pipeline(aws: Aws, stage: str, name: str, **configuration: str) -> None:
    kind = {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"}
    declared = {"name": name, "actionTypeId": kind, "configuration": configuration}
    stages = [{"name": stage, "actions": [declared]}]
    told = {"name": "churn", "roleArn": "arn:aws:iam::111122223333:role/r", "stages": stages}
    aws.answer("codepipeline.get_pipeline", {"pipeline": told})


def test_of_a_function_only_what_it_wrote_during_the_action_is_told(aws: Aws) -> None:
    pipeline(aws, "Test", "Smoke", FunctionName="churn-smoke")
    begin, end = int(at(10).timestamp() * 1000), int(at(17).timestamp() * 1000)
    expected = {"logGroupName": "/aws/lambda/churn-smoke", "startTime": begin, "endTime": end}
    aws.answer("logs.filter_log_events", events("called"), expected)
    assert lines(aws, action("Test/Smoke", begin=10, end=12, provider="Lambda")) == ["called"]


def test_of_a_deployment_the_events_of_its_stack_are_told_oldest_first(aws: Aws) -> None:
    told = [
        {
            "StackId": "arn",
            "EventId": str(number),
            "StackName": "churn-test",
            "LogicalResourceId": "Endpoint",
            "Timestamp": at(number),
            "ResourceStatus": status,
        }
        for number, status in [(2, "CREATE_FAILED"), (1, "CREATE_IN_PROGRESS")]
    ]
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": told}, {"StackName": "arn"})
    stack = action("Test/Stack", provider="CloudFormation", external_id="arn")
    assert lines(aws, stack) == ["CREATE_IN_PROGRESS ", "CREATE_FAILED "]


def test_a_deployment_that_came_to_no_stack_says_why(aws: Aws) -> None:
    pipeline(aws, "Test", "Stack", StackName="churn-test")
    aws.refuse("cloudformation.describe_stack_events", "ValidationError", "Stack [churn-test] does not exist")
    stack = action("Test/Stack", "Failed", provider="CloudFormation", error="the role may not")
    with pytest.raises(NotFound, match="Test/Stack made no stack churn-test: the role may not"):
        lines(aws, stack)


def test_without_a_name_the_failed_action_is_told_else_the_latest_with_a_log(aws: Aws) -> None:
    source = action("Source/Source", provider="CodeCommit")
    smoke = action("Test/Smoke", provider="Lambda")
    assert logbook.chosen(aws.install(), run(source, build("Failed"), smoke), None).action.name == "Build"
    assert logbook.chosen(aws.install(), run(source, build(), smoke), None).action.name == "Smoke"
    with pytest.raises(NotFound, match="run 1b28d30d has written no log yet"):
        logbook.chosen(aws.install(), run(source), None)


def test_the_reason_of_a_failure_is_told_with_the_lines_since_no_job_may_have_written_it(aws: Aws) -> None:
    gate = action("Train/Train", "Failed", provider="StepFunctions", error="Gate: roc_auc is 0.7")
    told = logbook.chosen(aws.install(), run(build(), gate), None).outcome()
    assert told == "Train/Train of run 1b28d30d: Failed: Gate: roc_auc is 0.7"
    assert logbook.chosen(aws.install(), run(build()), None).outcome() == "Build/Build of run 1b28d30d: Succeeded"
    assert logbook.Group(aws.install(), GROUP).outcome() == ""


def test_of_a_rejected_run_the_rejection_is_told_and_not_the_log_of_what_went_well(aws: Aws) -> None:
    approve = action("Test/Approve", "Failed", provider="Manual", error="The approval was rejected by ada: too low")
    smoke = action("Test/Smoke", provider="Lambda")
    with pytest.raises(NotFound, match=r"Test/Approve is a Manual action and writes no log: .* by ada: too low"):
        logbook.chosen(aws.install(), run(smoke, approve), None)


def test_an_unknown_action_is_refused_with_those_that_are_there(aws: Aws) -> None:
    with pytest.raises(BadInput, match="--action Nope: run 1b28d30d has no such action; it has Build/Build"):
        logbook.chosen(aws.install(), run(build()), "Nope")


def test_an_action_without_a_log_tells_its_error_instead(aws: Aws) -> None:
    source = action("Source/Source", "Failed", provider="CodeCommit", error="no branch master")
    with pytest.raises(NotFound, match="Source/Source is a CodeCommit action and writes no log: no branch master"):
        logbook.chosen(aws.install(), run(source), "Source/Source")


def test_a_log_group_that_does_not_exist_is_told_beside_those_that_do(aws: Aws) -> None:
    aws.refuse("logs.filter_log_events", "ResourceNotFoundException", "The specified log group does not exist.")
    groups = [{"logGroupName": "/aws/codebuild/churn-build"}, {"logGroupName": "/aws/lambda/churn-drop"}]
    aws.answer("logs.describe_log_groups", {"logGroups": groups}, {"logGroupNamePattern": "churn"})
    expected = (
        "there is no log group /nope in .*; those of stack churn: /aws/codebuild/churn-build, /aws/lambda/churn-drop"
    )
    with pytest.raises(NotFound, match=expected):
        logbook.Group(aws.install(), "/nope").lines(10)


def test_following_tells_new_lines_once_and_ends_with_the_action(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "_FOLLOW_SECONDS", 0.0)
    for status, messages in [("InProgress", ["a"]), ("Succeeded", ["a", "b"])]:
        aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary()]})
        aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": [detail("Build/Build", status)]})
        build_log(aws)
        aws.answer("logs.filter_log_events", events(*messages), {"logGroupName": ANY, "logStreamNamePrefix": ANY})
    log = logbook.chosen(aws.install(), run(build("InProgress")), None)
    assert [line.message for line in log.follow(10)] == ["a", "b"]


def test_a_group_is_followed_without_an_end(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "_FOLLOW_SECONDS", 0.0)
    aws.answer("logs.filter_log_events", events("a"))
    aws.answer("logs.filter_log_events", events("a", "b"))
    found = islice(logbook.Group(aws.install(), GROUP).follow(10), 2)
    assert [line.message for line in found] == ["a", "b"]
