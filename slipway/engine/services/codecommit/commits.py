"""Reading commits, files, folders and differences.

docs.aws.amazon.com/codecommit/latest/APIReference/API_GetCommit.html and its neighbours.
"""

from __future__ import annotations

from typing import Any

from slipway.engine import git
from slipway.engine.errors import AwsError
from slipway.engine.git import Difference, Entry, Person
from slipway.engine.service import Call
from slipway.engine.services.codecommit.service import SERVICE, arn_of, checked_commit, open_repository, resolved

# docs.aws.amazon.com/codecommit/latest/APIReference/API_GetFile.html: larger files come by git
_FILE_LIMIT = 6 * 1024 * 1024
_PAGE = 100

FILE_MODES = {git.REGULAR: "NORMAL", git.EXECUTABLE: "EXECUTABLE", git.SYMLINK: "SYMLINK"}


@SERVICE.operation("GetCommit", resource=arn_of("repositoryName"))
def get_commit(call: Call) -> dict[str, Any]:
    """What a commit records."""
    repository = open_repository(call)
    identifier = checked_commit(call.params["commitId"])
    if repository.resolve(identifier) is None:
        raise AwsError(
            "CommitIdDoesNotExistException", f"{identifier} does not exist in {call.params['repositoryName']}"
        )
    commit = repository.commit(identifier)
    return {
        "commit": {
            "commitId": commit.id,
            "treeId": commit.tree,
            "parents": commit.parents,
            "message": commit.message,
            "author": _person(commit.author, commit.author_date),
            "committer": _person(commit.committer, commit.committer_date),
            "additionalData": "",
        }
    }


def _person(person: Person, date: str) -> dict[str, str]:
    return {"name": person.name, "email": person.email, "date": date}


@SERVICE.operation("GetFile", resource=arn_of("repositoryName"))
def get_file(call: Call) -> dict[str, Any]:
    """One file with its content, at a commit, branch or tag; at the default branch's tip when none is given."""
    repository, path = open_repository(call), checked_path(call.params["filePath"])
    commit = resolved(repository, call.params.get("commitSpecifier", "HEAD"))
    entry = repository.entry(commit, path)
    if entry is None or entry.mode not in FILE_MODES:
        raise AwsError("FileDoesNotExistException", f"{path} is not a file of commit {commit}")
    content = repository.blob(entry.id)
    if len(content) > _FILE_LIMIT:
        raise AwsError("FileTooLargeException", f"{path} has {len(content)} bytes, more than the {_FILE_LIMIT} allowed")
    return {
        "commitId": commit,
        "blobId": entry.id,
        "filePath": path,
        "fileMode": FILE_MODES[entry.mode],
        "fileSize": len(content),
        "fileContent": content,
    }


@SERVICE.operation("GetFolder", resource=arn_of("repositoryName"))
def get_folder(call: Call) -> dict[str, Any]:
    """What is directly in a folder."""
    repository, path = open_repository(call), call.params["folderPath"].strip("/")
    commit = resolved(repository, call.params.get("commitSpecifier", "HEAD"))
    entry = repository.entry(commit, path) if path else None
    if path and (entry is None or entry.mode != git.TREE):
        raise AwsError("FolderDoesNotExistException", f"{path} is not a folder of commit {commit}")
    entries = repository.tree(commit, path)
    return {
        "commitId": commit,
        "folderPath": path,
        "treeId": entry.id if entry else repository.commit(commit).tree,
        "subFolders": [{"treeId": item.id, **_paths(item)} for item in entries if item.mode == git.TREE],
        "files": _files(entries, (git.REGULAR, git.EXECUTABLE)),
        "symbolicLinks": _files(entries, (git.SYMLINK,)),
        "subModules": [{"commitId": item.id, **_paths(item)} for item in entries if item.mode == git.SUBMODULE],
    }


def _paths(entry: Entry) -> dict[str, str]:
    return {"absolutePath": entry.path, "relativePath": entry.path.rpartition("/")[2]}


def _files(entries: list[Entry], modes: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"blobId": entry.id, **_paths(entry), "fileMode": FILE_MODES[entry.mode]}
        for entry in entries
        if entry.mode in modes
    ]


@SERVICE.operation("GetDifferences", resource=arn_of("repositoryName"))
def get_differences(call: Call) -> dict[str, Any]:
    """Files that differ between two commits, or all files of one; below a path when one is given."""
    repository = open_repository(call)
    before = call.params.get("beforeCommitSpecifier")
    start = resolved(repository, before) if before else None
    end = resolved(repository, call.params["afterCommitSpecifier"])
    found = [item for item in repository.differences(start, end) if _wanted(call, item)]
    offset = _offset(call.params.get("NextToken", "0"))
    page = found[offset : offset + call.params.get("MaxResults", _PAGE)]
    more = {"NextToken": str(offset + len(page))} if offset + len(page) < len(found) else {}
    return {"differences": [_difference(item) for item in page], **more}


def _offset(token: str) -> int:
    if not token.isdecimal():
        raise AwsError("InvalidContinuationTokenException", f"{token} is not a token of an earlier answer")
    return int(token)


def _wanted(call: Call, item: Difference) -> bool:
    sides = ((item.before, call.params.get("beforePath")), (item.after, call.params.get("afterPath")))
    return all(entry is None or path is None or _below(entry.path, path.strip("/")) for entry, path in sides)


def _below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _difference(item: Difference) -> dict[str, Any]:
    sides = {"beforeBlob": item.before, "afterBlob": item.after}
    blobs = {
        name: {"blobId": entry.id, "path": entry.path, "mode": entry.mode} for name, entry in sides.items() if entry
    }
    return {**blobs, "changeType": item.change}


def checked_path(path: str) -> str:
    """`path` relative to the root, when it stays inside."""
    parts = path.strip("/").split("/")
    if not all(parts) or {".", "..", ".git"} & set(parts):
        raise AwsError("InvalidPathException", f"{path} is not a path inside a repository")
    return "/".join(parts)
