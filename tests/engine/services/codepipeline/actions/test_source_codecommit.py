"""Source/CodeCommit."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.engine.services.codepipeline.conftest import Desk, approval, type_id

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html"
)


def source(repository: str, branch: str = "master") -> dict[str, Any]:
    configuration = {"RepositoryName": repository, "BranchName": branch, "PollForSourceChanges": "false"}
    action = {"name": "Source", "actionTypeId": type_id("Source", "CodeCommit"), "configuration": configuration}
    return {"name": "Source", "actions": [{**action, "outputArtifacts": [{"name": "Code"}], "namespace": "Source"}]}


def commit(desk: Desk, text: str, parent: str = "") -> str:
    commit_id: str = desk.engine.client("codecommit").create_commit(
        repositoryName=f"repository-{desk.suffix}",
        branchName="master",
        authorName="Ada",
        email="ada@example.com",
        commitMessage=f"Say {text}\n",
        putFiles=[{"filePath": "hello.txt", "fileContent": text.encode()}],
        **({"parentCommitId": parent} if parent else {}),
    )["commitId"]
    return commit_id


def test_the_branchs_newest_commit_becomes_the_artifact(desk: Desk) -> None:
    repository = f"repository-{desk.suffix}"
    desk.engine.client("codecommit").create_repository(repositoryName=repository)
    first = commit(desk, "one")
    second = commit(desk, "two", first)
    name = desk.create(approval(), stages=[source(repository), approval()])
    desk.token(name)
    done = desk.action(name, "Source")["output"]
    variables = done["outputVariables"]
    assert variables["CommitId"] == second
    assert variables["CommitMessage"] == "Say two"
    assert (variables["RepositoryName"], variables["BranchName"]) == (repository, "master")
    assert variables["AuthorDate"].endswith("Z")
    place = done["outputArtifacts"][0]["s3location"]
    content = desk.s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(content)).read("hello.txt") == b"two"
    revision = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": first}
    execution = desk.start(name, sourceRevisions=[revision])
    desk.wait(lambda: len([item for item in desk.actions(name) if item["actionName"] == "Source"]) == 2)
    desk.wait(lambda: desk.action(name, "Source")["status"] == "Succeeded")
    assert desk.action(name, "Source")["output"]["outputVariables"]["CommitId"] == first
    found = desk.codepipeline.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
    revision = found["pipelineExecution"]["artifactRevisions"][0]
    assert (revision["name"], revision["revisionId"], revision["revisionSummary"]) == ("Code", first, "Say one")


def test_a_missing_branch_fails_the_action(desk: Desk) -> None:
    repository = f"repository-{desk.suffix}"
    desk.engine.client("codecommit").create_repository(repositoryName=repository)
    name = desk.create(approval(), stages=[source(repository, "gone"), approval()])
    desk.finish(name, status="Failed")
    error = desk.action(name, "Source")["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "RevisionUnavailable"
    assert error["message"].startswith(f"The branch gone of the repository {repository} could not be read: ")
