"""Git, as CodeCommit keeps it: a bare repository, read and written through git's own plumbing.

`Repository` is the one place of the engine that runs `git`. `archive` is what CodePipeline's source action calls.
CodeCommit makes that zip through an API of which AWS publishes only the permissions, so here it is a function that asks
for them:
docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

REGULAR, EXECUTABLE, SYMLINK, TREE, SUBMODULE = "100644", "100755", "120000", "040000", "160000"
NO_COMMIT = "0" * 40

# A checkout on AWS holds the bytes that were committed: no attribute in the tree may change or leave out a file.
_ATTRIBUTES = "* -text -eol -ident -filter -working-tree-encoding -export-ignore -export-subst\n"


class GitError(Exception):
    """git refused; the message is its own."""


@dataclass(frozen=True)
class Entry:
    """A line of a tree: `mode` as git writes it, the object's id, the path from the root."""

    mode: str
    id: str
    path: str


@dataclass(frozen=True)
class Person:
    """Author or committer of a commit."""

    name: str
    email: str


@dataclass(frozen=True)
class Commit:
    """A commit, with dates as git writes them (`<seconds> <zone>`), which is also CodeCommit's form."""

    id: str
    tree: str
    parents: list[str]
    author: Person
    author_date: str
    committer: Person
    committer_date: str
    message: str


@dataclass(frozen=True)
class Difference:
    """One line of a tree diff; `change` is A, M or D."""

    change: str
    before: Entry | None
    after: Entry | None


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What git sees: none of the person's configuration, none of the engine's variables."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "GIT_CONFIG_KEY_1": "gc.auto",
        "GIT_CONFIG_VALUE_1": "0",
        **(extra or {}),
    }


class Repository:
    """A bare repository on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> Repository:
        """An empty repository at `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        _run(["git", "init", "--quiet", "--bare", "--template=", str(path)], environment())
        repository = cls(path)
        (path / "info").mkdir(exist_ok=True)
        (path / "info" / "attributes").write_text(_ATTRIBUTES)
        return repository

    def git(self, *arguments: str, stdin: bytes | None = None, **extra: str) -> bytes:
        """The output of one git command; `extra` are environment variables."""
        return _run(["git", f"--git-dir={self.path}", *arguments], environment(extra), stdin)

    # Reading

    def references(self, prefix: str = "refs/") -> dict[str, str]:
        """Full reference name to object id."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)", prefix).decode().splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def branches(self) -> dict[str, str]:
        """Branch name to commit id."""
        prefix = "refs/heads/"
        return {name.removeprefix(prefix): commit for name, commit in self.references(prefix).items()}

    def resolve(self, specifier: str) -> str | None:
        """The commit that a commit id, branch, tag or HEAD names."""
        try:
            return (
                self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{specifier}^{{commit}}")
                .decode()
                .strip()
            )
        except GitError:
            return None

    def commit(self, commit: str) -> Commit:
        """What the commit records."""
        head, _, message = self.git("cat-file", "commit", commit).decode(errors="replace").partition("\n\n")
        fields = [line.split(" ", 1) for line in head.splitlines() if " " in line and not line.startswith(" ")]
        values = {key: value for key, value in fields if key != "parent"}
        author, author_date = _signature(values["author"])
        committer, committer_date = _signature(values["committer"])
        parents = [value for key, value in fields if key == "parent"]
        return Commit(commit, values["tree"], parents, author, author_date, committer, committer_date, message)

    def tree(self, commit: str, folder: str = "") -> list[Entry]:
        """The entries directly in `folder`."""
        where = f"{commit}:{folder.strip('/')}"
        prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
        return [Entry(entry.mode, entry.id, prefix + entry.path) for entry in self._list("ls-tree", "-z", where)]

    def files(self, commit: str) -> dict[str, Entry]:
        """Every file of a commit, by path."""
        return {entry.path: entry for entry in self._list("ls-tree", "-r", "-z", "--full-tree", commit)}

    def entry(self, commit: str, path: str) -> Entry | None:
        """The entry at `path`, if there is one."""
        found = self._list("ls-tree", "-z", "--full-tree", commit, "--", path.strip("/"))
        return found[0] if found else None

    def _list(self, *arguments: str) -> list[Entry]:
        lines = self.git(*arguments).decode(errors="surrogateescape").split("\0")
        return [_entry(line) for line in lines if line]

    def blob(self, blob: str) -> bytes:
        """The bytes of a file."""
        return self.git("cat-file", "blob", blob)

    def differences(self, before: str | None, after: str) -> list[Difference]:
        """What changed between two commits; everything was added when `before` is None."""
        start = before or self.git("hash-object", "-t", "tree", "--stdin", stdin=b"").decode().strip()
        fields = self.git("diff-tree", "-r", "-z", "--no-renames", start, after).decode().split("\0")
        return [_difference(meta, path) for meta, path in zip(fields[::2], fields[1::2], strict=False)]

    def archive(self, commit: str) -> bytes:
        """A zip of the commit's files with their executable bits."""
        return self.git("archive", "--format=zip", commit)

    # Writing

    def write_blobs(self, contents: Iterable[bytes]) -> list[str]:
        """Store files; their ids in the same order. One git process, however many there are."""
        with tempfile.TemporaryDirectory(dir=self.path) as folder:
            paths = []
            for number, content in enumerate(contents):
                paths.append(Path(folder, str(number)))
                paths[-1].write_bytes(content)
            names = "".join(f"{path}\n" for path in paths).encode()
            return self.git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names).decode().split()

    def write_tree(self, base: str | None, changes: Mapping[str, tuple[str, str] | None]) -> str:
        """The tree of commit `base` after `changes`: path → (mode, blob id), or None to delete."""
        lines = [_index_line(path, change) for path, change in changes.items()]
        with tempfile.TemporaryDirectory(dir=self.path) as folder:
            index = str(Path(folder, "index"))
            self.git("read-tree", base or "--empty", GIT_INDEX_FILE=index)
            self.git("update-index", "-z", "--index-info", stdin="".join(lines).encode(), GIT_INDEX_FILE=index)
            return self.git("write-tree", GIT_INDEX_FILE=index).decode().strip()

    def write_commit(self, tree: str, parents: list[str], message: str, author: Person) -> str:
        """A commit object; no branch moves."""
        identity = {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_COMMITTER_NAME": author.name,
            "GIT_COMMITTER_EMAIL": author.email,
        }
        arguments = [argument for parent in parents for argument in ("-p", parent)]
        return self.git("commit-tree", tree, *arguments, stdin=message.encode(), **identity).decode().strip()

    def move(self, reference: str, new: str, old: str = NO_COMMIT) -> None:
        """Set a reference that stands at `old` (nowhere, by default); anything else is a `GitError`."""
        self.git("update-ref", reference, new, old)

    def delete(self, reference: str) -> None:
        """Remove a reference."""
        self.git("update-ref", "-d", reference)

    @property
    def default_branch(self) -> str:
        """The branch that HEAD names; it may not exist yet."""
        return self.git("symbolic-ref", "HEAD").decode().strip().removeprefix("refs/heads/")

    @default_branch.setter
    def default_branch(self, branch: str) -> None:
        self.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")

    # Git's own protocol (https://git-scm.com/docs/http-protocol)

    def advertise(self, service: str, protocol: str) -> bytes:
        """The answer to `GET /info/refs?service=git-<service>`."""
        command = (service, "--stateless-rpc", "--advertise-refs", str(self.path))
        refs = _run(["git", *command], environment({"GIT_PROTOCOL": protocol}))
        if service == "upload-pack" and protocol.startswith("version=2"):
            return refs
        line = f"# service=git-{service}\n".encode()
        return b"%04x" % (len(line) + 4) + line + b"0000" + refs

    def converse(self, service: str, protocol: str, body: BinaryIO | bytes) -> bytes:
        """The answer to `POST /git-<service>`."""
        command = ["git", service, "--stateless-rpc", str(self.path)]
        return _run(command, environment({"GIT_PROTOCOL": protocol}), body, tolerant=True)


def archive(caller: Caller, repository: str, commit: str) -> bytes:
    """A zip of a commit, as CodePipeline's CodeCommit source action gets it under its role.

    The role needs `codecommit:GetCommit`, `codecommit:UploadArchive` and `codecommit:GetUploadArchiveStatus`; the
    action finds the commit by `codecommit:GetBranch` before.
    docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
    """
    engine = caller.engine
    caller.client("codecommit").get_commit(repositoryName=repository, commitId=commit)
    arn = engine.arn("codecommit", repository)
    caller.check("codecommit:UploadArchive", arn)
    content = Repository(engine.home / "codecommit" / f"{repository}.git").archive(commit)
    caller.check("codecommit:GetUploadArchiveStatus", arn)
    return content


def _run(
    command: list[str], env: dict[str, str], stdin: BinaryIO | bytes | None = None, *, tolerant: bool = False
) -> bytes:
    if isinstance(stdin, bytes):
        result = subprocess.run(command, env=env, capture_output=True, check=False, input=stdin)
    else:
        source = stdin or subprocess.DEVNULL
        result = subprocess.run(command, env=env, capture_output=True, check=False, stdin=source)
    if result.returncode and not (tolerant and result.stdout):
        raise GitError(
            result.stderr.decode(errors="replace").strip() or f"{' '.join(command)} exited {result.returncode}"
        )
    return result.stdout


def _entry(line: str) -> Entry:
    meta, path = line.split("\t", 1)
    mode, _, identifier = meta.split(" ")
    return Entry(mode, identifier, path)


def _difference(meta: str, path: str) -> Difference:
    old_mode, new_mode, old_id, new_id, change = meta.lstrip(":").split(" ")
    before = None if change == "A" else Entry(old_mode, old_id, path)
    after = None if change == "D" else Entry(new_mode, new_id, path)
    return Difference("M" if change == "T" else change, before, after)


def _index_line(path: str, change: tuple[str, str] | None) -> str:
    mode, blob = change or ("0", NO_COMMIT)
    return f"{mode} {blob}\t{path}\0"


def _signature(value: str) -> tuple[Person, str]:
    name, _, rest = value.rpartition(" <")
    email, _, date = rest.partition("> ")
    return Person(name, email), date
