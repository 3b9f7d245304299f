"""Stage conditions, automatic retry, and rolling back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.codepipeline.conftest import REPORTING, Desk, approval

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html")


def rule(provider: str = "VariableCheck", name: str = "Check", **configuration: str) -> dict[str, Any]:
    type_id = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "ruleTypeId": type_id, "configuration": configuration}


def check(operator: str, value: str) -> dict[str, Any]:
    return rule(Variable="#{Source.ObjectKey}", Operator=operator, Value=value)


def conditions(result: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"conditions": [{"result": result, "rules": list(rules)}]}


def condition_status(desk: Desk, name: str, member: str) -> str:
    status: str = desk.stage(name, "Test")[member]["latestExecution"]["status"]
    return status


@pytest.mark.parametrize(
    ("operator", "value"),
    [("EQ", "source.zip"), ("NE", "other.zip"), ("CONTAINS", "urce"), ("MATCHES", r"s.*\.zip")],
    ids=["EQ", "NE", "CONTAINS", "MATCHES"],
)
def test_a_stage_is_entered_when_its_entry_condition_is_met(desk: Desk, operator: str, value: str) -> None:
    name = desk.create({**approval(), "beforeEntry": conditions("FAIL", check(operator, value))})
    desk.decide(name)
    desk.finish(name)
    assert condition_status(desk, name, "beforeEntryConditionState") == "Succeeded"


def test_a_stage_is_skipped_when_its_entry_condition_says_so(desk: Desk) -> None:
    name = desk.create({**approval(), "beforeEntry": conditions("SKIP", check("EQ", "x"))}, approval("Last", "Last"))
    desk.decide(name, stage="Last", action="Last")
    desk.finish(name)
    assert desk.stage(name, "Test")["latestExecution"]["status"] == "Skipped"


def test_a_stage_that_failed_by_its_entry_condition_can_be_let_in(desk: Desk) -> None:
    name = desk.create({**approval(), "beforeEntry": conditions("FAIL", check("EQ", "x"))})
    execution = desk.finish(name, status="Failed")
    (found,) = desk.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"]
    assert found["ruleName"] == "Check"
    assert found["output"]["executionResult"]["errorDetails"]["message"] == (
        "The variable has the value 'source.zip', and EQ 'x' does not hold"
    )
    desk.codepipeline.override_stage_condition(
        pipelineName=name,
        stageName="Test",
        pipelineExecutionId=execution["pipelineExecutionId"],
        conditionType="BEFORE_ENTRY",
    )
    desk.decide(name)
    desk.finish(name)
    assert condition_status(desk, name, "beforeEntryConditionState") == "Overridden"


def test_a_condition_that_did_not_fail_the_stage_cannot_be_overridden(desk: Desk) -> None:
    name = desk.create(approval())
    desk.decide(name, "Rejected")
    execution = desk.finish(name, status="Failed")
    with pytest.raises(ClientError, match="ConditionNotOverridableException"):
        desk.codepipeline.override_stage_condition(
            pipelineName=name,
            stageName="Test",
            pipelineExecutionId=execution["pipelineExecutionId"],
            conditionType="ON_SUCCESS",
        )


def test_a_function_decides_whether_a_stage_has_succeeded(desk: Desk) -> None:
    function = desk.function(REPORTING)
    refusing = rule("LambdaInvoke", FunctionName=function, UserParameters='{"fail": "not good"}')
    name = desk.create({**approval(), "onSuccess": conditions("FAIL", refusing)})
    desk.decide(name)
    desk.finish(name, status="Failed")
    (found,) = desk.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"]
    assert found["output"]["executionResult"]["errorDetails"]["message"] == "not good"
    assert desk.action(name, "Approve")["status"] == "Succeeded"


def test_an_alarm_fails_the_stage_that_waits_for_it(desk: Desk) -> None:
    cloudwatch = desk.engine.client("cloudwatch")
    alarm = f"alarm-{desk.suffix}"
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Test",
        MetricName="Errors",
        Statistic="Sum",
        Period=86_400,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    waiting = rule("CloudWatchAlarm", AlarmName=alarm, WaitTime="60")
    name = desk.create({**approval(), "onSuccess": conditions("FAIL", waiting)})
    desk.decide(name)
    desk.wait(lambda: "onSuccessConditionState" in desk.stage(name, "Test"))
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
    desk.finish(name, status="Failed")
    (found,) = desk.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"]
    message = found["output"]["executionResult"]["errorDetails"]["message"]
    assert message == f"The alarm {alarm} is in the state ALARM"


def test_a_failed_stage_is_retried_once_by_itself(desk: Desk) -> None:
    stage = {**approval(), "onFailure": {"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}}}
    name = desk.create(stage)
    first = desk.token(name)
    desk.decide(name, "Rejected", token=first)
    desk.wait(lambda: desk.token(name) != first)
    desk.decide(name, "Rejected")
    desk.finish(name, status="Failed")
    metadata = desk.stage(name, "Test")["retryStageMetadata"]
    assert metadata == {"autoStageRetryAttempt": 1, "latestRetryTrigger": "AutomatedStageRetry"}


def test_a_failed_stage_is_rolled_back_to_the_last_execution_that_succeeded(desk: Desk) -> None:
    name = desk.create({**approval(), "onFailure": {"result": "ROLLBACK"}})
    desk.decide(name)
    good = desk.finish(name)
    source = desk.action(name, "Source")["output"]["outputVariables"]["VersionId"]
    desk.upload({"hello.txt": "bad"})
    desk.start(name)
    desk.decide(name, "Rejected")
    bad = desk.finish(name, 1, status="Failed")
    desk.wait(lambda: len(desk.executions(name)) == 3)
    desk.decide(name)
    rolled = desk.finish(name, 2)
    assert rolled["executionType"] == "ROLLBACK"
    assert rolled["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": good["pipelineExecutionId"]}
    assert rolled["trigger"] == {"triggerType": "AutomatedRollback", "triggerDetail": bad["pipelineExecutionId"]}
    assert rolled["sourceRevisions"][0]["revisionId"] == source
    assert bad["statusSummary"] == (
        f"The stage Test is rolled back to {good['pipelineExecutionId']} by {rolled['pipelineExecutionId']}"
    )
    assert desk.stage(name, "Test")["latestExecution"]["type"] == "ROLLBACK"


def test_a_rollback_that_fails_is_not_rolled_back_again(desk: Desk) -> None:
    name = desk.create({**approval(), "onFailure": {"result": "ROLLBACK"}})
    desk.decide(name)
    desk.finish(name)
    desk.start(name)
    desk.decide(name, "Rejected")
    desk.finish(name, 1, status="Failed")
    desk.wait(lambda: len(desk.executions(name)) == 3)
    desk.decide(name, "Rejected")
    rolled = desk.finish(name, 2, status="Failed")
    assert rolled["statusSummary"] == "The stage Test could not be rolled back: this execution is a rollback itself"
    assert len(desk.executions(name)) == 3


def test_a_first_failure_has_nothing_to_roll_back_to(desk: Desk) -> None:
    name = desk.create({**approval(), "onFailure": {"result": "ROLLBACK"}})
    desk.decide(name, "Rejected")
    failed = desk.finish(name, status="Failed")
    assert failed["statusSummary"] == (
        "The stage Test could not be rolled back: no earlier execution of this pipeline version succeeded in it"
    )
    assert len(desk.executions(name)) == 1


def test_a_failure_condition_that_is_not_met_engages_nothing(desk: Desk) -> None:
    name = desk.create({**approval(), "onFailure": conditions("ROLLBACK", check("EQ", "x"))})
    desk.decide(name)
    desk.finish(name)
    desk.start(name)
    desk.decide(name, "Rejected")
    desk.finish(name, 1, status="Failed")
    assert condition_status(desk, name, "onFailureConditionState") == "Failed"
    assert len(desk.executions(name)) == 2


def test_a_stage_is_rolled_back_by_hand(desk: Desk) -> None:
    name = desk.create(approval())
    desk.decide(name)
    good = desk.finish(name)["pipelineExecutionId"]
    where = {"pipelineName": name, "stageName": "Test"}
    desk.codepipeline.rollback_stage(**where, targetPipelineExecutionId=good)
    desk.decide(name)
    rolled = desk.finish(name, 1)
    assert rolled["trigger"]["triggerType"] == "ManualRollback"
    with pytest.raises(ClientError, match=r"UnableToRollbackStageException.*that execution is a rollback itself"):
        desk.codepipeline.rollback_stage(**where, targetPipelineExecutionId=rolled["pipelineExecutionId"])
    with pytest.raises(ClientError, match=r"UnableToRollbackStageException.*is a source stage"):
        desk.codepipeline.rollback_stage(pipelineName=name, stageName="Source", targetPipelineExecutionId=good)
    found = desk.codepipeline.list_pipeline_executions(
        pipelineName=name, filter={"succeededInStage": {"stageName": "Test"}}
    )
    assert len(found["pipelineExecutionSummaries"]) == 2


def test_a_rollback_to_another_version_of_the_pipeline_is_refused(desk: Desk) -> None:
    name = desk.create(approval())
    desk.decide(name)
    good = desk.finish(name)["pipelineExecutionId"]
    desk.codepipeline.update_pipeline(pipeline=desk.codepipeline.get_pipeline(name=name)["pipeline"])
    with pytest.raises(ClientError, match=r"ran version 1 of the pipeline, which is at version 2 now"):
        desk.codepipeline.rollback_stage(pipelineName=name, stageName="Test", targetPipelineExecutionId=good)
