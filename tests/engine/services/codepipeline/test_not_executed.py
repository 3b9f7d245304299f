"""What is refused of a pipeline before its stack makes anything."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.resource import Partly
from slipway.engine.resources.codepipeline import RESOURCES

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html")

ZIP = {"S3Bucket": Partly("${Bucket}"), "S3ObjectKey": "app.zip", "PollForSourceChanges": False}


def reasons(**properties: Any) -> list[str]:
    return list(RESOURCES["AWS::CodePipeline::Pipeline"].check({"RoleArn": Partly("${Role.Arn}"), **properties}))


def stage(provider: str, configuration: Any, owner: str = "AWS", **members: Any) -> dict[str, Any]:
    type_id = {"Category": "Source", "Owner": owner, "Provider": provider, "Version": "1"}
    return {"Name": "Source", "Actions": [{"Name": "App", "ActionTypeId": type_id, "Configuration": configuration}]} | (
        members
    )


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        pytest.param(
            stage("CodeStarSourceConnection", {}),
            "action App in stage Source cannot be used: action type Source/CodeStarSourceConnection is not executed by "
            "this engine: a connection needs its git host (GitHub, GitLab, Bitbucket); use CodeCommit or S3",
            id="a connection",
        ),
        pytest.param(
            stage("GitHub", {}, owner="ThirdParty"),
            "action App in stage Source has an action type of ThirdParty (GitHub), which is not executed",
            id="a third party",
        ),
        pytest.param(
            stage("S3", {"S3Bucket": "b", "S3ObjectKey": "k"}),
            "action App in stage Source leaves out 'PollForSourceChanges', whose default 'true' this engine does not "
            "execute: set it to false and start the pipeline from an EventBridge rule on the bucket",
            id="polling by default",
        ),
        pytest.param(
            stage("S3", {**ZIP, "PollForSourceChanges": True}),
            "action App in stage Source has 'PollForSourceChanges' set to 'true', which this engine does not execute: "
            "set it to false and start the pipeline from an EventBridge rule on the bucket",
            id="polling",
        ),
        pytest.param(
            stage("S3", ZIP, BeforeEntry={"Conditions": [{"Rules": [{"RuleTypeId": {"Provider": "Commands"}}]}]}),
            "BeforeEntry of stage Source: rule Commands is not executed by this engine",
            id="a rule",
        ),
    ],
)
def test_an_action_that_is_not_executed_is_told_by_name(found: dict[str, Any], reason: str) -> None:
    assert reasons(Stages=[found]) == [reason]


def test_triggers_are_told_by_name() -> None:
    told = reasons(Triggers=[{"ProviderType": "CodeStarSourceConnection"}])
    assert told == ["Triggers need a connection to a git host; start the pipeline from an EventBridge rule"]


@pytest.mark.parametrize(
    "stages",
    [
        pytest.param([stage("S3", ZIP)], id="a source that is executed"),
        pytest.param([stage("S3", {**ZIP, "PollForSourceChanges": Partly("${Poll}")})], id="an unknown value"),
        pytest.param([stage("S3", Partly("${Configuration}"))], id="an unknown configuration"),
        pytest.param(Partly("${Stages}"), id="unknown stages"),
        pytest.param([stage("S3", {**ZIP, "Colour": "red"})], id="what AWS refuses when it makes the pipeline"),
    ],
)
def test_what_is_not_known_and_what_aws_refuses_itself_are_let_through(stages: Any) -> None:
    assert reasons(Stages=stages) == []
