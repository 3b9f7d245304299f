"""The bare repository."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipway.engine import git
from slipway.engine.git import GitError, Person, Repository

ADA = Person("Ada Lovelace", "ada@example.com")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.create(tmp_path / "r.git")


def commit(repository: Repository, files: dict[str, tuple[str, bytes]], parent: str | None = None) -> str:
    blobs = repository.write_blobs(content for _, content in files.values())
    changes = {path: (mode, blob) for (path, (mode, _)), blob in zip(files.items(), blobs, strict=True)}
    tree = repository.write_tree(parent, changes)
    return repository.write_commit(tree, [parent] if parent else [], "Message\n\nwith a body", ADA)


def test_what_is_committed_is_read_back(repository: Repository) -> None:
    first = commit(repository, {"a b/ü.txt": (git.REGULAR, b"\x00\r\n"), "run": (git.EXECUTABLE, b"true")})
    second = commit(repository, {"run": (git.REGULAR, b"true")}, first)
    repository.move("refs/heads/main", second)
    assert repository.branches() == {"main": second}
    read = repository.commit(second)
    assert (read.parents, read.author, read.message) == ([first], ADA, "Message\n\nwith a body")
    entry = repository.entry(second, "a b/ü.txt")
    assert entry is not None
    assert repository.blob(entry.id) == b"\x00\r\n"
    [difference] = repository.differences(first, second)
    assert (difference.change, difference.before and difference.before.mode) == ("M", git.EXECUTABLE)


def test_an_archive_holds_every_byte_and_executable_bit(repository: Repository) -> None:
    attributes = b"* text=auto eol=crlf export-subst\nsecret export-ignore\n"
    files = {".gitattributes": (git.REGULAR, attributes), "secret": (git.EXECUTABLE, b"$Format:%H$\n")}
    content = repository.archive(commit(repository, files))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("secret") == b"$Format:%H$\n"
        assert archive.getinfo("secret").external_attr >> 16 & 0o111


def test_a_reference_that_moved_meanwhile_is_not_overwritten(repository: Repository) -> None:
    first = commit(repository, {"a": (git.REGULAR, b"1")})
    second = commit(repository, {"a": (git.REGULAR, b"2")}, first)
    repository.move("refs/heads/main", first)
    with pytest.raises(GitError, match="cannot lock ref"):
        repository.move("refs/heads/main", second)
    repository.move("refs/heads/main", second, first)
    assert repository.resolve("main") == second


def test_what_names_no_commit_resolves_to_nothing(repository: Repository) -> None:
    for specifier in ("main", "0" * 40, "--help", "a b", ""):
        assert repository.resolve(specifier) is None


@settings(max_examples=15, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_content_is_stored_as_it_is(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = Repository.create(tmp_path_factory.mktemp("git") / "r.git")
    [blob] = repository.write_blobs([content])
    assert repository.blob(blob) == content
