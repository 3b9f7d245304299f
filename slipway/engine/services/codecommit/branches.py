"""Branches.

docs.aws.amazon.com/codecommit/latest/APIReference/API_GetBranch.html and its neighbours.
"""

from __future__ import annotations

from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.codecommit.references import changing
from slipway.engine.services.codecommit.service import (
    SERVICE,
    arn_of,
    checked_branch,
    checked_commit,
    open_repository,
    record_of,
)


def _references(call: Call) -> dict[str, str]:
    """The condition key that protects branches by name.

    docs.aws.amazon.com/codecommit/latest/userguide/how-to-conditional-branch.html
    """
    return {"codecommit:References": f"refs/heads/{call.params['branchName']}"}


@SERVICE.operation("GetBranch", resource=arn_of("repositoryName"))
def get_branch(call: Call) -> dict[str, Any]:
    """A branch and the commit at its tip."""
    if "branchName" not in call.params:
        raise AwsError("BranchNameRequiredException", "A branch name is required but was not specified")
    branch = checked_branch(call.params["branchName"])
    commit = open_repository(call).branches().get(branch)
    if commit is None:
        raise AwsError("BranchDoesNotExistException", f"{branch} does not exist in {call.params['repositoryName']}")
    return {"branch": {"branchName": branch, "commitId": commit}}


@SERVICE.operation("ListBranches", resource=arn_of("repositoryName"))
def list_branches(call: Call) -> dict[str, Any]:
    """The names of all branches, in one page."""
    return {"branches": sorted(open_repository(call).branches())}


@SERVICE.operation("CreateBranch", resource=arn_of("repositoryName"), context=_references)
def create_branch(call: Call) -> dict[str, Any]:
    """A branch at an existing commit."""
    branch, commit = checked_branch(call.params["branchName"]), checked_commit(call.params["commitId"])
    record = record_of(call.engine, call.params["repositoryName"])
    with changing(call.engine, record["repositoryName"], call.caller.arn) as repository:
        if repository.resolve(commit) is None:
            raise AwsError("CommitDoesNotExistException", f"{commit} does not exist in {record['repositoryName']}")
        if branch in repository.branches():
            raise AwsError("BranchNameExistsException", f"{branch} already exists in {record['repositoryName']}")
        repository.move(f"refs/heads/{branch}", commit)
    return {}


@SERVICE.operation("DeleteBranch", resource=arn_of("repositoryName"), context=_references)
def delete_branch(call: Call) -> dict[str, Any]:
    """Delete a branch, unless it is the default one; the answer for one that does not exist is empty."""
    branch = checked_branch(call.params["branchName"])
    record = record_of(call.engine, call.params["repositoryName"])
    if branch == record.get("defaultBranch"):
        raise AwsError("DefaultBranchCannotBeDeletedException", f"{branch} is the default branch of the repository")
    with changing(call.engine, record["repositoryName"], call.caller.arn) as repository:
        commit = repository.branches().get(branch)
        if commit is None:
            return {}
        repository.delete(f"refs/heads/{branch}")
    return {"deletedBranch": {"branchName": branch, "commitId": commit}}
