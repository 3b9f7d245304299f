"""A CodeCommit pipeline that invokes a function, which reports with continuation tokens until a stack is deployed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.foreign.support import FOREIGN, Stranger, eventually, messages, outputs

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html"
)

TEMPLATE = FOREIGN / "continuation" / "pipeline.yaml"
APPLICATION = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: {timeout}
"""


def commit(stranger: Stranger, repository: str, content: str, parent: str = "") -> str:
    """Put the application's template on the branch; the commit's id."""
    options = {"parentCommitId": parent} if parent else {}
    made: str = stranger.client("codecommit").put_file(
        repositoryName=repository,
        branchName="main",
        filePath="template.yaml",
        fileContent=content.encode(),
        commitMessage="Change the queue",
        **options,
    )["commitId"]
    return made


def deployed_timeout(stranger: Stranger, stack: str) -> str:
    resource = stranger.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Queue")
    url = resource["StackResourceDetail"]["PhysicalResourceId"]
    attributes: dict[str, str] = stranger.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    return attributes["VisibilityTimeout"]


def test_it_deploys_what_is_pushed_and_is_deleted(stranger: Stranger) -> None:
    repository, application = stranger.name("repo"), stranger.name("app")
    stack = stranger.create("pipeline", TEMPLATE, RepositoryName=repository, DeployedStackName=application)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stranger.reasons(stack["StackId"])
    pipeline = outputs(stack)["PipelineName"]

    # The pipeline's creation is its first run, and there is no branch yet.
    first = stranger.run(pipeline, 1)
    assert first["status"] == "Failed"
    assert stranger.actions(pipeline, first)["Repository"]["status"] == "Failed"

    commit_id = commit(stranger, repository, APPLICATION.format(timeout=31))
    second = stranger.run(pipeline, 2)
    actions = stranger.actions(pipeline, second)
    assert second["status"] == "Succeeded", actions
    assert second["trigger"]["triggerType"] == "CloudWatchEvent"
    assert second["sourceRevisions"][0]["revisionId"] == commit_id
    variables = actions["Stack"]["output"]["outputVariables"]
    assert variables == {"StackStatus": "CREATE_COMPLETE", "Looks": "3"}
    result = actions["Stack"]["output"]["executionResult"]
    assert result["externalExecutionSummary"] == f"{application} is CREATE_COMPLETE"
    assert deployed_timeout(stranger, application) == "31"
    assert looks(stranger, stack) == 3

    commit(stranger, repository, APPLICATION.format(timeout="forty"), commit_id)
    third = stranger.run(pipeline, 3)
    assert third["status"] == "Failed"
    error = stranger.actions(pipeline, third)["Stack"]["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "JobFailed"
    assert "Queue" in error["message"]

    clean(stranger, stack, application)


def looks(stranger: Stranger, stack: dict[str, Any]) -> int:
    """How often the function said that it looked."""
    function = stranger.client("cloudformation").describe_stack_resource(
        StackName=stack["StackId"], LogicalResourceId="DeployFunction"
    )["StackResourceDetail"]["PhysicalResourceId"]

    def all_looks() -> int | None:
        events = stranger.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        return messages(events).count("look ") or None

    return eventually(all_looks, "the function's log is there")


def clean(stranger: Stranger, stack: dict[str, Any], application: str) -> None:
    """Delete the deployed stack, the pipeline's, and the bucket that the latter retains."""
    cloudformation = stranger.client("cloudformation")
    app_id = cloudformation.describe_stacks(StackName=application)["Stacks"][0]["StackId"]
    assert stranger.delete(app_id)["StackStatus"] == "DELETE_COMPLETE"
    deleted = stranger.delete(stack["StackId"])
    assert deleted["StackStatus"] == "DELETE_COMPLETE", stranger.reasons(stack["StackId"])
    pipelines = stranger.client("codepipeline").list_pipelines()["pipelines"]
    assert outputs(stack)["PipelineName"] not in [pipeline["name"] for pipeline in pipelines]
    bucket = outputs(stack)["ArtifactBucket"]
    stranger.empty(bucket)
    stranger.client("s3").delete_bucket(Bucket=bucket)
