"""Pipelines as records: made, listed, changed, deleted."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.pipelines.support import (
    PIPELINE_ROLE,
    Pipelines,
    definition,
    fail,
    processing,
    training,
)
from tests.engine.services.sagemaker.support import BUCKET

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html")

TEXT = definition(fail("Stop"))


def name() -> str:
    return f"pipeline-{uuid.uuid4().hex[:8]}"


def test_a_pipeline_is_made_once_for_each_token(pipelines: Pipelines) -> None:
    given = {
        "PipelineName": name(),
        "PipelineDefinition": TEXT,
        "RoleArn": PIPELINE_ROLE,
        "ClientRequestToken": "t" * 32,
        "PipelineDescription": "says stop",
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": 3},
        "Tags": [{"Key": "team", "Value": "a"}],
    }
    arn = pipelines.client.create_pipeline(**given)["PipelineArn"]
    assert pipelines.client.create_pipeline(**given)["PipelineArn"] == arn
    with pytest.raises(ClientError, match=rf"Pipeline with name \({given['PipelineName']}\) already exists"):
        pipelines.client.create_pipeline(**{**given, "ClientRequestToken": "u" * 32})
    found = pipelines.client.describe_pipeline(PipelineName=arn)
    assert (found["PipelineStatus"], found["PipelineDisplayName"]) == ("Active", given["PipelineName"])
    assert (found["PipelineDefinition"], found["PipelineDescription"]) == (TEXT, "says stop")
    assert pipelines.client.list_tags(ResourceArn=arn)["Tags"] == given["Tags"]
    listed = pipelines.client.list_pipelines(PipelineNamePrefix=str(given["PipelineName"]))["PipelineSummaries"]
    assert [one["PipelineArn"] for one in listed] == [arn]


def test_a_definition_may_stand_in_s3_and_changes_with_the_pipeline(pipelines: Pipelines) -> None:
    made = name()
    pipelines.account.put("definitions/one.json", TEXT)
    place = {"Bucket": BUCKET, "ObjectKey": "definitions/one.json"}
    pipelines.client.create_pipeline(PipelineName=made, PipelineDefinitionS3Location=place, RoleArn=PIPELINE_ROLE)
    changed = definition(fail("Another"))
    answer = pipelines.client.update_pipeline(PipelineName=made, PipelineDefinition=changed)
    assert answer["PipelineVersionId"] == 2
    found = pipelines.client.describe_pipeline(PipelineName=made)
    assert (found["PipelineDefinition"], found["RoleArn"]) == (changed, PIPELINE_ROLE)
    assert found["LastModifiedTime"] > found["CreationTime"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"PipelineDefinition": "{"}, "Unable to parse pipeline definition. It is not valid JSON", id="no JSON"
        ),
        pytest.param({}, "Exactly one of PipelineDefinition and PipelineDefinitionS3Location", id="no definition"),
        pytest.param(
            {"PipelineDefinitionS3Location": {"Bucket": BUCKET, "ObjectKey": "nowhere.json"}},
            "Unable to read the pipeline definition s3://sagemaker-tests/nowhere.json",
            id="nothing in S3",
        ),
        pytest.param(
            {"PipelineDefinition": TEXT, "RoleArn": "arn:aws:iam::111122223333:role/Nobody"}, "Nobody", id="no role"
        ),
    ],
)
def test_a_pipeline_that_cannot_be_is_refused(pipelines: Pipelines, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        pipelines.client.create_pipeline(**{"PipelineName": name(), "RoleArn": PIPELINE_ROLE, **changes})


def test_a_pipeline_is_deleted_with_its_executions_but_not_while_one_runs(pipelines: Pipelines) -> None:
    made = pipelines.create(training("Train", hyperparameters={"sleep": "60"}))
    arn = pipelines.start(made)
    pipelines.step_in(arn, "Train", "Executing")
    with pytest.raises(ClientError, match=f"has running executions: {arn}"):
        pipelines.client.delete_pipeline(PipelineName=made)
    pipelines.client.stop_pipeline_execution(PipelineExecutionArn=arn)
    pipelines.ended(arn)
    pipelines.client.delete_pipeline(PipelineName=made)
    with pytest.raises(ClientError, match=f"pipeline/{made}' does not exist"):
        pipelines.client.list_pipeline_executions(PipelineName=made)
    with pytest.raises(ClientError, match=f"Pipeline execution with ARN {arn} does not exist"):
        pipelines.client.list_pipeline_execution_steps(PipelineExecutionArn=arn)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("describe_pipeline", {}),
        ("update_pipeline", {}),
        ("delete_pipeline", {}),
        ("start_pipeline_execution", {}),
        ("list_pipeline_executions", {}),
    ],
)
def test_a_pipeline_that_is_not_there_is_said_to_be_missing(
    pipelines: Pipelines, call: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match=r"pipeline/nowhere' does not exist") as refusal:
        getattr(pipelines.client, call)(PipelineName="nowhere", **arguments)
    assert refusal.value.response["Error"]["Code"] == "ResourceNotFound"


@pytest.mark.specification("docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html")
def test_who_may_only_start_one_pipeline_may_do_nothing_else(pipelines: Pipelines) -> None:
    mine, other = pipelines.create(processing("Prepare")), pipelines.create(processing("Prepare"))
    iam, user = pipelines.account.client("iam"), f"starter-{uuid.uuid4().hex[:8]}"
    arn = pipelines.client.describe_pipeline(PipelineName=mine)["PipelineArn"]
    allowed = [
        {"Effect": "Allow", "Action": "sagemaker:StartPipelineExecution", "Resource": arn},
        {"Effect": "Allow", "Action": "sagemaker:DescribePipelineExecution", "Resource": f"{arn}/execution/*"},
        {"Effect": "Allow", "Action": "sagemaker:CreatePipeline", "Resource": "*"},
    ]
    iam.create_user(UserName=user)
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_user_policy(UserName=user, PolicyName="start", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    session = pipelines.account.running.session()
    client = session.client(
        "sagemaker",
        endpoint_url=pipelines.account.running.url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=None,
    )
    execution = client.start_pipeline_execution(PipelineName=mine)["PipelineExecutionArn"]
    assert client.describe_pipeline_execution(PipelineExecutionArn=execution)["PipelineArn"] == arn
    for refused in (
        lambda: client.start_pipeline_execution(PipelineName=other),
        lambda: client.stop_pipeline_execution(PipelineExecutionArn=execution),
        lambda: client.list_pipeline_execution_steps(PipelineExecutionArn=execution),
        lambda: client.create_pipeline(PipelineName=name(), PipelineDefinition=TEXT, RoleArn=PIPELINE_ROLE),
    ):
        with pytest.raises(ClientError, match=r"is not authorized to perform: (sagemaker|iam:PassRole)"):
            refused()
    pipelines.ended(execution)
