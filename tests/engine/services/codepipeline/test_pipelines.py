"""Pipelines as things with a name: create, list, tag, page."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline.paging import page
from tests.engine.services.codepipeline.conftest import Desk, approval

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/APIReference/API_CreatePipeline.html")


def test_a_name_can_be_used_once(desk: Desk) -> None:
    name = desk.create(approval())
    with pytest.raises(ClientError, match=f"PipelineNameInUseException.*'{name}' already exists"):
        desk.create(approval(), name=name)


def test_a_pipeline_is_listed_with_its_type_and_mode(desk: Desk) -> None:
    name = desk.create(approval(), executionMode="QUEUED")
    paginator = desk.codepipeline.get_paginator("list_pipelines")
    found = [item for part in paginator.paginate(PaginationConfig={"PageSize": 1}) for item in part["pipelines"]]
    (listed,) = [item for item in found if item["name"] == name]
    assert (listed["pipelineType"], listed["executionMode"], listed["version"]) == ("V2", "QUEUED", 1)


def test_tags_are_added_and_removed(desk: Desk) -> None:
    arn = f"arn:aws:codepipeline:us-east-1:111122223333:{desk.create(approval())}"
    desk.codepipeline.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    desk.codepipeline.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert desk.codepipeline.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]
    with pytest.raises(ClientError, match=r"InvalidTagsException.*begin with aws: are reserved: aws:x"):
        desk.codepipeline.tag_resource(resourceArn=arn, tags=[{"key": "aws:x", "value": "1"}])


def test_a_version_that_never_was_is_not_found(desk: Desk) -> None:
    name = desk.create(approval())
    with pytest.raises(ClientError, match=f"PipelineVersionNotFoundException.*Pipeline {name} has no version 7"):
        desk.codepipeline.get_pipeline(name=name, version=7)


def test_the_first_stage_has_no_inbound_transition(desk: Desk) -> None:
    name = desk.create(approval())
    with pytest.raises(ClientError, match=r"Stage Source is the first of the pipeline and has no inbound transition"):
        desk.codepipeline.disable_stage_transition(
            pipelineName=name, stageName="Source", transitionType="Inbound", reason="x"
        )


def test_what_is_not_executed_is_refused_by_name(desk: Desk) -> None:
    with pytest.raises(ClientError, match=r"does not execute codepipeline:ListDeployActionExecutionTargets"):
        desk.codepipeline.list_deploy_action_execution_targets(actionExecutionId="00000000-0000-0000-0000-000000000000")


def test_pages_join_to_the_whole_list() -> None:
    first, token = page({"maxResults": 2}, ["a", "b", "c"])
    second, end = page({"maxResults": 2, **token}, ["a", "b", "c"])
    assert (first + second, end) == (["a", "b", "c"], {})


def test_a_token_of_somebody_elses_is_refused() -> None:
    with pytest.raises(AwsError, match="invalid format"):
        page({"nextToken": "x"}, ["a"])
