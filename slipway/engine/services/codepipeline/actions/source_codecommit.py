"""Source/CodeCommit: a commit's files as a zip.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slipway.engine import git
from slipway.engine.services.codepipeline.action_type import HOUR, ActionType, Key
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded

_POLLING = "set it to false and start the pipeline from an EventBridge rule on the repository"


def start(attempt: Attempt) -> Succeeded:
    """Fetch the branch's newest commit, or the one that the execution was started for."""
    repository, branch = attempt.configuration["RepositoryName"], attempt.configuration["BranchName"]
    codecommit = attempt.client("codecommit")
    commit_id = attempt.override.get("COMMIT_ID") or _newest(codecommit, repository, branch)
    commit = codecommit.get_commit(repositoryName=repository, commitId=commit_id)["commit"]
    attempt.write(git.archive(attempt.caller, repository, commit_id))
    url = _url(attempt, repository, commit_id)
    message = commit.get("message", "").strip()
    return Succeeded(
        {
            "RepositoryName": repository,
            "BranchName": branch,
            "CommitId": commit_id,
            "CommitMessage": message,
            "AuthorDate": _date(commit["author"]["date"]),
            "CommitterDate": _date(commit["committer"]["date"]),
        },
        Link(id=commit_id, url=url, summary=message[:2048]),
        {"revisionId": commit_id, "revisionSummary": message[:2048], "revisionUrl": url},
    )


def _newest(codecommit: Any, repository: str, branch: str) -> str:
    try:
        answer = codecommit.get_branch(repositoryName=repository, branchName=branch)
    except (
        codecommit.exceptions.BranchDoesNotExistException,
        codecommit.exceptions.RepositoryDoesNotExistException,
    ) as error:
        message = f"The branch {branch} of the repository {repository} could not be read: {error}"
        raise ActionFailed("RevisionUnavailable", message) from error
    commit_id: str = answer["branch"]["commitId"]
    return commit_id


def _date(git_date: str) -> str:
    """`<seconds> <zone>`, git's form and CodeCommit's, as ISO 8601."""
    return datetime.fromtimestamp(int(git_date.split(" ")[0]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _url(attempt: Attempt, repository: str, commit_id: str) -> str:
    return (
        f"https://{attempt.region}.console.aws.amazon.com/codesuite/codecommit/repositories/{repository}"
        f"/commit/{commit_id}?region={attempt.region}"
    )


ACTION = ActionType(
    category="Source",
    provider="CodeCommit",
    start=start,
    poll=start,
    keys={
        "RepositoryName": Key(required=True),
        "BranchName": Key(required=True),
        "PollForSourceChanges": Key(values=("false",), refused={"true": _POLLING}, default="true"),
        "OutputArtifactFormat": Key(
            values=("CODE_ZIP",), refused={"CODEBUILD_CLONE_REF": "only zips are handed to the next action"}
        ),
    },
    inputs=(0, 0),
    outputs=(1, 1),
    seconds=HOUR,
)
