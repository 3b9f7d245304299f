"""Executions on their way through a pipeline."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.codepipeline.conftest import REPORTING, Desk, approval, invoke, type_id

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html")


def test_creating_a_pipeline_starts_its_first_execution(desk: Desk) -> None:
    name = desk.create(approval())
    desk.decide(name)
    execution = desk.finish(name)
    assert execution["trigger"]["triggerType"] == "CreatePipeline"
    assert execution["sourceRevisions"][0]["revisionSummary"].startswith("Amazon S3 version id: ")


def test_actions_of_one_run_order_run_side_by_side_and_later_ones_after_them(desk: Desk) -> None:
    stage = approval("First")
    stage["actions"] += approval("Second")["actions"]
    stage["actions"].append({**approval("Third")["actions"][0], "runOrder": 2})
    name = desk.create(stage)
    first = desk.token(name, action="First")
    second = desk.token(name, action="Second")
    assert "latestExecution" not in desk.stage(name, "Test")["actionStates"][2]
    desk.decide(name, token=first, action="First")
    desk.decide(name, token=second, action="Second")
    desk.decide(name, action="Third")
    desk.finish(name)


def test_output_variables_pipeline_variables_and_the_execution_id_reach_later_actions(desk: Desk) -> None:
    function = desk.function(REPORTING)
    parameters = json.dumps({"size": "#{variables.Size}", "etag": "#{Source.ETag}"})
    first = invoke("First", function, namespace="First", configuration={"UserParameters": parameters})
    text = '{"all": "#{First.size} #{codepipeline.PipelineExecutionId}"}'
    second = invoke("Second", function, configuration={"UserParameters": text}, runOrder=2)
    name = desk.create(
        {"name": "Invoke", "actions": [first, second]}, variables=[{"name": "Size", "defaultValue": "small"}]
    )
    desk.finish(name)
    execution_id = desk.start(name, variables=[{"name": "Size", "value": "large"}])
    desk.finish(name, 1)
    newest = desk.action(name, "Second")
    assert newest["output"]["outputVariables"] == {"all": f"large {execution_id}"}
    assert newest["input"]["configuration"]["UserParameters"] == text
    assert newest["input"]["resolvedConfiguration"]["UserParameters"] == f'{{"all": "large {execution_id}"}}'
    execution = desk.codepipeline.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution_id)
    assert execution["pipelineExecution"]["variables"] == [{"name": "Size", "resolvedValue": "large"}]


def test_a_variable_that_was_not_produced_fails_the_action_that_reads_it(desk: Desk) -> None:
    function = desk.function(REPORTING)
    name = desk.create(
        {"name": "Invoke", "actions": [invoke("Read", function, configuration={"UserParameters": "#{Source.Sauce}"})]}
    )
    desk.finish(name, status="Failed")
    error = desk.action(name, "Read")["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert "#{Source.Sauce}: the namespace Source has BucketName, ETag, ObjectKey, VersionId" in error["message"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"name": "Wrong", "value": "x"}], r"Pipeline variables \[Wrong\] are not declared"),
        ([], r"Pipeline variables \[Size\] have no default: give them a value"),
    ],
    ids=["unknown", "missing"],
)
def test_wrong_pipeline_variables_are_refused(desk: Desk, given: list[dict[str, str]], message: str) -> None:
    name = desk.create(approval(), variables=[{"name": "Size"}])
    assert desk.executions(name) == []
    with pytest.raises(ClientError, match=message):
        desk.start(name, **({"variables": given} if given else {}))


def test_the_same_client_request_token_starts_one_execution(desk: Desk) -> None:
    name = desk.create(approval())
    first = desk.start(name, clientRequestToken="one")
    assert desk.start(name, clientRequestToken="one") == first
    assert desk.start(name, clientRequestToken="two") != first


def test_an_execution_can_be_started_for_an_older_version_of_its_source(desk: Desk) -> None:
    older = desk.upload({"hello.txt": "older"})
    desk.upload({"hello.txt": "newer"})
    name = desk.create(approval())
    desk.token(name)
    override = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": older}
    execution_id = desk.start(name, sourceRevisions=[override])

    def found() -> dict[str, Any]:
        return next((item for item in desk.actions(name) if item["pipelineExecutionId"] == execution_id), {})

    desk.wait(lambda: found().get("status") == "Succeeded")
    assert found()["output"]["outputVariables"]["VersionId"] == older


def test_a_revision_for_what_is_no_source_is_refused(desk: Desk) -> None:
    name = desk.create(approval())
    override = {"actionName": "Approve", "revisionType": "COMMIT_ID", "revisionValue": "x"}
    with pytest.raises(ClientError, match="Source action Approve does not exist in pipeline"):
        desk.start(name, sourceRevisions=[override])
    override = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "x"}
    with pytest.raises(ClientError, match=r"Revision type COMMIT_ID is not supported by source action Source \(S3\)"):
        desk.start(name, sourceRevisions=[override])


def test_a_missing_source_object_fails_the_source_action(desk: Desk) -> None:
    desk.s3.delete_object(Bucket=desk.sources, Key="source.zip")
    name = desk.create(approval())
    desk.finish(name, status="Failed")
    error = desk.action(name, "Source")["output"]["executionResult"]["errorDetails"]
    assert error == {
        "code": "RevisionUnavailable",
        "message": f"The object s3://{desk.sources}/source.zip does not exist",
    }


def test_artifacts_are_encrypted_with_the_stores_key(desk: Desk) -> None:
    key = desk.engine.client("kms").create_key()["KeyMetadata"]["Arn"]
    store = {"type": "S3", "location": desk.bucket, "encryptionKey": {"id": key, "type": "KMS"}}
    name = desk.create(approval(), artifactStore=store)
    desk.token(name)
    place = desk.action(name, "Source")["output"]["outputArtifacts"][0]["s3location"]
    assert re.fullmatch(f"{name}"[:20] + r"/SourceOutp/[A-Za-z0-9]{7}", place["key"])
    head = desk.s3.head_object(Bucket=place["bucket"], Key=place["key"])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_a_newer_execution_supersedes_the_one_that_waits(desk: Desk) -> None:
    name = desk.create(approval())
    token = desk.token(name)
    waiting = desk.start(name)
    desk.wait(lambda: desk.stage(name, "Test").get("inboundExecution", {}).get("pipelineExecutionId") == waiting)
    newest = desk.start(name)
    desk.finish(name, 1, status="Superseded")
    desk.decide(name, token=token)
    desk.finish(name)
    desk.wait(lambda: desk.stage(name, "Test")["latestExecution"]["pipelineExecutionId"] == newest)


def test_a_queue_keeps_its_order(desk: Desk) -> None:
    name = desk.create(approval(), executionMode="QUEUED")
    token = desk.token(name)
    waiting = [desk.start(name), desk.start(name)]
    desk.wait(lambda: len(desk.stage(name, "Test").get("inboundExecutions", [])) == 2)
    desk.decide(name, token=token)
    for number, execution_id in enumerate(waiting, start=1):
        desk.wait(lambda wanted=execution_id: inside(desk, name) == wanted and desk.token(name))
        desk.decide(name)
        desk.finish(name, number)


def test_parallel_executions_do_not_wait_for_each_other(desk: Desk) -> None:
    name = desk.create(approval(), executionMode="PARALLEL")
    desk.start(name)

    def waiting() -> list[dict[str, Any]]:
        return [item for item in desk.actions(name) if item["actionName"] == "Approve"]

    desk.wait(lambda: len(waiting()) == 2)
    assert {item["status"] for item in waiting()} == {"InProgress"}


def test_a_disabled_transition_holds_executions_until_it_is_enabled(desk: Desk) -> None:
    name = desk.create(approval("Gate", "Gate"), approval())
    where = {"pipelineName": name, "stageName": "Test", "transitionType": "Inbound"}
    desk.codepipeline.disable_stage_transition(**where, reason="not today")
    desk.decide(name, stage="Gate", action="Gate")
    desk.wait(lambda: "inboundExecution" in desk.stage(name, "Test"))
    state = desk.stage(name, "Test")["inboundTransitionState"]
    assert (state["enabled"], state["disabledReason"]) == (False, "not today")
    desk.codepipeline.enable_stage_transition(**where)
    desk.decide(name)
    desk.finish(name)


def test_only_failed_actions_are_retried(desk: Desk) -> None:
    stage = approval("Good")
    stage["actions"] += approval("Bad")["actions"]
    name = desk.create(stage)
    desk.decide(name, action="Good")
    desk.decide(name, "Rejected", action="Bad")
    execution = desk.finish(name, status="Failed")
    retry(desk, name, execution, "FAILED_ACTIONS")
    desk.decide(name, action="Bad")
    desk.finish(name)
    assert [item["actionName"] for item in desk.actions(name)].count("Good") == 1
    assert desk.stage(name, "Test")["retryStageMetadata"]["manualStageRetryAttempt"] == 1


def test_all_actions_are_retried(desk: Desk) -> None:
    stage = approval("Good")
    stage["actions"].append({**approval("Bad")["actions"][0], "runOrder": 2})
    name = desk.create(stage)
    desk.decide(name, action="Good")
    desk.decide(name, "Rejected", action="Bad")
    retry(desk, name, desk.finish(name, status="Failed"), "ALL_ACTIONS")
    desk.decide(name, action="Good")
    desk.decide(name, action="Bad")
    desk.finish(name)
    assert [item["actionName"] for item in desk.actions(name)].count("Good") == 2
    latest = {"pipelineExecutionId": desk.executions(name)[0]["pipelineExecutionId"], "startTimeRange": "Latest"}
    found = desk.codepipeline.list_action_executions(pipelineName=name, filter={"latestInPipelineExecution": latest})
    assert [item["actionName"] for item in found["actionExecutionDetails"]] == ["Bad", "Good", "Source"]


def test_a_stage_that_has_not_failed_cannot_be_retried(desk: Desk) -> None:
    name = desk.create(approval())
    desk.token(name)
    with pytest.raises(ClientError, match=r"StageNotRetryableException.*Stage Test has not failed in the execution"):
        retry(desk, name, desk.executions(name)[0], "FAILED_ACTIONS")


def test_an_execution_that_was_overtaken_in_the_stage_cannot_be_retried(desk: Desk) -> None:
    name = desk.create(approval())
    desk.decide(name, "Rejected")
    failed = desk.finish(name, status="Failed")
    desk.start(name)
    desk.decide(name, "Rejected")
    desk.finish(name, 1, status="Failed")
    with pytest.raises(ClientError, match=r"NotLatestPipelineExecutionException.*A later execution has been in stage"):
        retry(desk, name, failed, "FAILED_ACTIONS")


def test_an_execution_is_stopped_and_what_runs_abandoned(desk: Desk) -> None:
    name = desk.create(approval())
    token = desk.token(name)
    stop(desk, name, abandon=True, reason="enough")
    execution = desk.finish(name, status="Stopped")
    assert execution["stopTrigger"] == {"reason": "enough"}
    assert desk.action(name, "Approve")["status"] == "Abandoned"
    assert desk.stage(name, "Test")["latestExecution"]["status"] == "Stopped"
    with pytest.raises(ClientError, match="ApprovalAlreadyCompletedException"):
        desk.decide(name, token=token)
    with pytest.raises(ClientError, match=r"PipelineExecutionNotStoppableException.*its status is Stopped"):
        stop(desk, name, abandon=True)


def test_a_stopped_execution_finishes_what_runs_and_begins_nothing_new(desk: Desk) -> None:
    stage = approval("First")
    stage["actions"].append({**approval("Second")["actions"][0], "runOrder": 2})
    name = desk.create(stage)
    token = desk.token(name, action="First")
    stop(desk, name, abandon=False)
    assert desk.executions(name)[0]["status"] == "Stopping"
    with pytest.raises(ClientError, match="DuplicatedStopRequestException"):
        stop(desk, name, abandon=False)
    desk.decide(name, token=token, action="First")
    desk.finish(name, status="Stopped")
    assert [item["actionName"] for item in desk.actions(name)] == ["First", "Source"]
    assert desk.action(name, "First")["status"] == "Succeeded"


def test_an_execution_keeps_the_version_that_it_began_with(desk: Desk) -> None:
    name = desk.create(approval())
    token = desk.token(name)
    declared = desk.codepipeline.get_pipeline(name=name)["pipeline"]
    declared["stages"].append(approval("Again", "Second"))
    updated = desk.codepipeline.update_pipeline(pipeline=declared)["pipeline"]
    assert updated["version"] == 2
    desk.decide(name, token=token)
    desk.finish(name)
    assert len(desk.codepipeline.get_pipeline(name=name, version=1)["pipeline"]["stages"]) == 2


def test_a_deleted_pipeline_is_gone_with_what_it_ran(desk: Desk) -> None:
    name = desk.create(approval())
    desk.token(name)
    desk.codepipeline.delete_pipeline(name=name)
    desk.codepipeline.delete_pipeline(name=name)
    with pytest.raises(ClientError, match=f"does not have a pipeline with name '{name}'"):
        desk.codepipeline.get_pipeline_state(name=name)
    desk.create(approval(), name=name)
    desk.decide(name)
    desk.finish(name)
    assert len(desk.executions(name)) == 1


def test_an_action_runs_under_its_own_role_which_the_pipelines_role_assumes(desk: Desk) -> None:
    role = desk.make_role(aws=desk.role)
    source = desk.source()
    source["actions"][0]["roleArn"] = role
    name = desk.create(approval(), stages=[source, approval()])
    desk.token(name)
    found = desk.action(name, "Source")
    assert found["input"]["roleArn"] == role
    journal = (desk.engine.home / "journal.jsonl").read_text()
    assert f"assumed-role/{role.rsplit('/', 1)[-1]}/{found['pipelineExecutionId']}" in journal


def test_a_role_that_may_not_do_what_the_action_does_is_named_in_the_failure(desk: Desk) -> None:
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}]}
    iam = desk.engine.client("iam")
    iam.put_role_policy(RoleName=desk.role.rsplit("/", 1)[-1], PolicyName="deny", PolicyDocument=json.dumps(nothing))
    name = desk.create(approval())
    desk.finish(name, status="Failed")
    error = desk.action(name, "Source")["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "PermissionError"
    assert f"The role {desk.role} does not have sufficient permissions" in error["message"]


def test_a_role_that_codepipeline_may_not_assume_is_refused(desk: Desk) -> None:
    wrong = desk.make_role("lambda.amazonaws.com")
    with pytest.raises(ClientError, match="its trust policy does not allow sts:AssumeRole"):
        desk.create(approval(), roleArn=wrong)


def test_a_wrong_declaration_is_refused_when_the_pipeline_is_created(desk: Desk) -> None:
    stage = {"name": "Wrong", "actions": [{"name": "Commands", "actionTypeId": type_id("Compute", "Commands")}]}
    with pytest.raises(ClientError, match=r"InvalidActionDeclarationException.*run the commands in a CodeBuild action"):
        desk.create(stage)


def inside(desk: Desk, name: str) -> str:
    found: str = desk.stage(name, "Test")["latestExecution"]["pipelineExecutionId"]
    return found


def retry(desk: Desk, name: str, execution: dict[str, Any], mode: str) -> None:
    desk.codepipeline.retry_stage_execution(
        pipelineName=name, stageName="Test", pipelineExecutionId=execution["pipelineExecutionId"], retryMode=mode
    )


def stop(desk: Desk, name: str, **members: Any) -> None:
    execution_id = desk.executions(name)[0]["pipelineExecutionId"]
    desk.codepipeline.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=execution_id, **members)
