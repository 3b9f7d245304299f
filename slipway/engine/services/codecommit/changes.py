"""Making commits through the API, and the seed of a new repository.

docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateCommit.html
docs.aws.amazon.com/codecommit/latest/APIReference/API_PutFile.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine import git
from slipway.engine.errors import AwsError
from slipway.engine.git import Entry, Person, Repository
from slipway.engine.service import Call
from slipway.engine.services.codecommit.commits import FILE_MODES, checked_path
from slipway.engine.services.codecommit.references import changing
from slipway.engine.services.codecommit.service import SERVICE, arn_of, checked_branch, record_of, repository_arn

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

# docs.aws.amazon.com/codecommit/latest/userguide/limits.html
_FILES_IN_COMMIT = 100
_FILE_LIMIT = 6 * 1024 * 1024

_GIT_MODES = {name: mode for mode, name in FILE_MODES.items()}

Changes = dict[str, tuple[str, str] | None]


@dataclass(frozen=True)
class Written:
    """A commit that was made."""

    commit: str
    tree: str
    before: Mapping[str, Entry]
    after: Mapping[str, Entry]


def _references(call: Call) -> dict[str, str]:
    return {"codecommit:References": f"refs/heads/{call.params['branchName']}"}


@SERVICE.operation("CreateCommit", resource=arn_of("repositoryName"), context=_references)
def create_commit(call: Call) -> dict[str, Any]:
    """A commit that adds, changes, moves and deletes files."""
    if call.params.get("keepEmptyFolders"):
        raise AwsError("UnsupportedOperation", "keepEmptyFolders=true is not executed by the local engine", status=400)
    puts = call.params.get("putFiles", [])
    deletes, modes = call.params.get("deleteFiles", []), call.params.get("setFileModes", [])
    _check_paths([item["filePath"] for item in (*puts, *deletes, *modes)])
    author = _author(call.params.get("authorName"), call.params.get("email"), call)
    with changing(call.engine, _name(call), call.caller.arn) as repository:
        parent = _parent(call, repository)
        present = repository.files(parent) if parent else {}
        changes = _puts(repository, puts, present)
        changes |= {_existing(item["filePath"], present).path: None for item in deletes}
        changes |= {
            item["filePath"]: (_GIT_MODES[item["fileMode"]], _existing(item["filePath"], present).id) for item in modes
        }
        written = _write(
            repository, call.params["branchName"], parent, changes, call.params.get("commitMessage"), author
        )
    return {"commitId": written.commit, "treeId": written.tree, **_summary(written)}


@SERVICE.operation("PutFile", resource=arn_of("repositoryName"), context=_references)
def put_file(call: Call) -> dict[str, Any]:
    """A commit of one file."""
    path = checked_path(call.params["filePath"])
    author = _author(call.params.get("name"), call.params.get("email"), call)
    with changing(call.engine, _name(call), call.caller.arn) as repository:
        parent = _parent(call, repository)
        mode = _GIT_MODES[call.params.get("fileMode", "NORMAL")]
        [blob] = repository.write_blobs([_checked_content(path, call.params["fileContent"])])
        present = repository.entry(parent, path) if parent else None
        if present is not None and (present.mode, present.id) == (mode, blob):
            raise AwsError("SameFileContentException", f"{path} already has that content and mode")
        message = call.params.get("commitMessage")
        written = _write(repository, call.params["branchName"], parent, {path: (mode, blob)}, message, author)
    return {"commitId": written.commit, "treeId": written.tree, "blobId": blob}


def seed(caller: Caller, name: str, branch: str, files: Mapping[str, tuple[str, bytes]]) -> str:
    """The first commit of an empty repository, as AWS::CodeCommit::Repository makes it from `Code`; the commit's id.

    `files` is path → (git mode, content). `caller` needs `codecommit:CreateCommit`. CloudFormation is not held to the
    hundred files that a CreateCommit call may bring, so this is no API call.
    """
    engine = caller.engine
    record = record_of(engine, name)
    caller.check(
        "codecommit:CreateCommit", repository_arn(engine, name), {"codecommit:References": f"refs/heads/{branch}"}
    )
    with changing(engine, record["repositoryName"], caller.arn) as repository:
        blobs = repository.write_blobs(content for _, content in files.values())
        changes: Changes = {path: (mode, blob) for (path, (mode, _)), blob in zip(files.items(), blobs, strict=True)}
        message = "Initial commit by AWS CloudFormation\n"
        author = Person("AWS CloudFormation", "noreply-awscloudformation@amazon.com")
        return _write(repository, checked_branch(branch), None, changes, message, author).commit


def _name(call: Call) -> str:
    return str(record_of(call.engine, call.params["repositoryName"])["repositoryName"])


def _author(name: str | None, email: str | None, call: Call) -> Person:
    return Person(name or call.caller.arn.rpartition("/")[2], email or "")


def _check_paths(paths: list[str]) -> None:
    if not paths:
        raise AwsError(
            "FileEntryRequiredException", "A commit needs at least one file to put, delete or set the mode of"
        )
    if len(paths) > _FILES_IN_COMMIT:
        raise AwsError(
            "MaximumFileEntriesExceededException",
            f"{len(paths)} files are more than the {_FILES_IN_COMMIT} of one commit",
        )
    repeated = sorted({path for path in paths if paths.count(path) > 1})
    if repeated:
        raise AwsError("SamePathRequestException", f"{', '.join(repeated)} named more than once in one commit")
    for path in paths:
        checked_path(path)


def _parent(call: Call, repository: Repository) -> str | None:
    """The branch's tip, which the call must name; None for the first commit of an empty repository."""
    branch, given = checked_branch(call.params["branchName"]), call.params.get("parentCommitId")
    branches = repository.branches()
    tip = branches.get(branch)
    if tip is None and branches:
        raise AwsError("BranchDoesNotExistException", f"{branch} does not exist in {call.params['repositoryName']}")
    if tip is not None and given is None:
        raise AwsError("ParentCommitIdRequiredException", f"parentCommitId is required: {branch} already has commits")
    if given is not None and repository.resolve(given) is None:
        raise AwsError(
            "ParentCommitDoesNotExistException", f"{given} does not exist in {call.params['repositoryName']}"
        )
    if given != tip:
        raise AwsError("ParentCommitIdOutdatedException", f"{given} is not the tip of {branch}, which is {tip}")
    return tip


def _puts(repository: Repository, puts: list[dict[str, Any]], present: Mapping[str, Entry]) -> Changes:
    changes: Changes = {}
    for item in puts:
        path, source = checked_path(item["filePath"]), item.get("sourceFile")
        if (source is None) == ("fileContent" not in item):
            code = (
                "SourceFileOrContentRequiredException"
                if source is None
                else "FileContentAndSourceFileSpecifiedException"
            )
            raise AwsError(code, f"{path}: give either fileContent or sourceFile")
        mode = _GIT_MODES[item.get("fileMode", "NORMAL")]
        if source is None:
            [blob] = repository.write_blobs([_checked_content(path, item["fileContent"])])
        else:
            blob = _existing(source["filePath"], present).id
            changes |= {source["filePath"]: None} if source.get("isMove") else {}
        changes[path] = (mode, blob)
    return changes


def _checked_content(path: str, content: bytes) -> bytes:
    if len(content) > _FILE_LIMIT:
        raise AwsError(
            "FileContentSizeLimitExceededException", f"{path} has {len(content)} bytes, more than {_FILE_LIMIT}"
        )
    return content


def _existing(path: str, present: Mapping[str, Entry]) -> Entry:
    entry = present.get(checked_path(path))
    if entry is None:
        raise AwsError("FileDoesNotExistException", f"{path} does not exist at the parent commit")
    return entry


def _write(
    repository: Repository, branch: str, parent: str | None, changes: Changes, message: str | None, author: Person
) -> Written:
    before = repository.files(parent) if parent else {}
    _check_names(before, changes)
    tree = repository.write_tree(parent, changes)
    if parent and repository.commit(parent).tree == tree:
        raise AwsError("NoChangeException", f"The commit would change nothing on {branch}")
    commit = repository.write_commit(tree, [parent] if parent else [], message or "", author)
    repository.move(f"refs/heads/{branch}", commit, parent or git.NO_COMMIT)
    return Written(commit, tree, before, repository.files(commit))


def _check_names(before: Mapping[str, Entry], changes: Changes) -> None:
    """A path cannot be both a file and a folder."""
    kept = ({*before} | {*changes}) - {path for path, change in changes.items() if change is None}
    folders = {path[:at] for path in kept for at, letter in enumerate(path) if letter == "/"}
    for path in sorted(kept & folders):
        code = (
            "FileNameConflictsWithDirectoryNameException"
            if path in changes
            else "DirectoryNameConflictsWithFileNameException"
        )
        raise AwsError(code, f"{path} would be both a file and a folder")


def _summary(written: Written) -> dict[str, list[dict[str, str]]]:
    before, after = written.before, written.after
    groups = {
        "filesAdded": [entry for path, entry in after.items() if path not in before],
        "filesUpdated": [entry for path, entry in after.items() if path in before and before[path] != entry],
        "filesDeleted": [entry for path, entry in before.items() if path not in after],
    }
    return {name: [_metadata(entry) for entry in entries] for name, entries in groups.items()}


def _metadata(entry: Entry) -> dict[str, str]:
    return {"absolutePath": entry.path, "blobId": entry.id, "fileMode": FILE_MODES.get(entry.mode, "NORMAL")}
