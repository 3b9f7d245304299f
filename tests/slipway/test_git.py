from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slipway import git
from slipway.errors import BadInput
from slipway.git import GitFailed
from slipway.install import Install
from tests.slipway.stubs import Aws

ME = ("-c", "user.name=Me", "-c", "user.email=me@example.org")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A bare repository, seeded as CloudFormation does: one commit, no history."""
    seed = tmp_path / "seed"
    seed.mkdir()
    commit(seed, "Initial commit by AWS CloudFormation", "first", new=True)
    bare = tmp_path / "remote.git"
    git.run("clone", "--quiet", "--bare", str(seed), str(bare))
    return bare


@pytest.fixture
def installed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Me")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "me@example.org")
    return Aws().install(CloneUrl=str(repository))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The person's own checkout of the bundle, with the seed's files and a history of its own."""
    folder = tmp_path / "mine"
    folder.mkdir()
    commit(folder, "My first", "old", new=True)
    commit(folder, "My second", "first")
    return folder


def commit(folder: Path, message: str, content: str, *, new: bool = False) -> str:
    if new:
        git.run("init", "--quiet", "--initial-branch", "master", cwd=folder)
    (folder / "file").write_text(content)
    git.run("add", "--all", cwd=folder)
    git.run(*ME, "commit", "--quiet", "--message", message, cwd=folder)
    return git.run("rev-parse", "HEAD", cwd=folder)


def content(repository: Path) -> str:
    return git.run("show", "master:file", cwd=repository)


def test_a_clone_is_pushed_to_as_it_is(installed: Install, repository: Path, tmp_path: Path) -> None:
    folder = git.clone(installed, tmp_path / "clone")
    head = commit(folder, "Change", "second")
    pushed = git.push(installed, folder)
    assert (pushed.head, pushed.commit, pushed.moved) == (head, head, True)
    assert content(repository) == "second"


def test_a_clone_needs_no_settings_for_a_plain_push(installed: Install, repository: Path, tmp_path: Path) -> None:
    folder = git.clone(installed, tmp_path / "clone")
    commit(folder, "Change", "second")
    subprocess.run(["git", "push", "--quiet"], cwd=folder, check=True)
    assert content(repository) == "second"
    settings = git.run("config", "--list", "--local", cwd=folder)
    assert "slipway.gitlogin" in settings
    assert "credential.usehttppath=true" in settings


def test_a_history_apart_from_the_seed_is_joined_to_it(installed: Install, repository: Path, checkout: Path) -> None:
    seed = git.run("rev-parse", "master", cwd=repository)
    head = commit(checkout, "Mine", "second")
    pushed = git.push(installed, checkout)
    assert pushed.head == head != pushed.commit
    assert git.run("log", "-1", "--format=%P|%s", "master", cwd=repository) == f"{seed} {head}|Mine"
    assert content(repository) == "second"


def test_the_next_push_is_joined_to_the_last_join(installed: Install, repository: Path, checkout: Path) -> None:
    git.push(installed, checkout)
    commit(checkout, "More", "third")
    git.push(installed, checkout)
    assert content(repository) == "third"


def test_the_same_push_again_moves_nothing(installed: Install, checkout: Path) -> None:
    first = git.push(installed, checkout)
    again = git.push(installed, checkout)
    assert (first.moved, again.moved) == (True, False)
    assert again.commit == first.commit


def test_what_somebody_else_pushed_is_not_lost(
    installed: Install, repository: Path, checkout: Path, tmp_path: Path
) -> None:
    git.push(installed, checkout)
    other = git.clone(installed, tmp_path / "other")
    commit(other, "Theirs", "theirs")
    git.push(installed, other)
    commit(checkout, "Mine", "mine")
    with pytest.raises(GitFailed, match=r"has commits that HEAD does not have, the newest is [0-9a-f]+, Theirs;"):
        git.push(installed, checkout)
    assert content(repository) == "theirs"
    git.run(*ME, "merge", "--quiet", "--strategy-option", "ours", "FETCH_HEAD", cwd=checkout)
    git.push(installed, checkout)
    assert content(repository) == "mine"


def test_what_was_pushed_on_a_seed_is_taken_in_by_the_command_that_is_told(
    installed: Install, repository: Path, checkout: Path, tmp_path: Path
) -> None:
    other = git.clone(installed, tmp_path / "other")
    commit(other, "Theirs", "theirs")
    git.push(installed, other)
    with pytest.raises(GitFailed, match=r"`git merge --allow-unrelated-histories FETCH_HEAD` takes them in: settle"):
        git.push(installed, checkout)
    merge = ("merge", "--quiet", "--allow-unrelated-histories", "--strategy-option", "theirs", "FETCH_HEAD")
    git.run(*ME, *merge, cwd=checkout)
    git.push(installed, checkout)
    assert content(repository) == "theirs"


def test_a_failure_of_git_is_told_without_our_own_settings(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match=r"^`git rev-parse HEAD` failed: fatal: not a git repository"):
        git.run("-c", "credential.useHttpPath=true", "rev-parse", "HEAD", cwd=tmp_path)


def test_uncommitted_files_are_counted(installed: Install, checkout: Path) -> None:
    (checkout / "file").write_text("not yet")
    (checkout / "new").write_text("new")
    assert git.push(installed, checkout).uncommitted == 2


def test_a_folder_that_is_no_checkout_is_refused(installed: Install, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadInput, match="is no git checkout with a commit; name one, or get one with `slipway clone"):
        git.push(installed, empty)
    with pytest.raises(BadInput, match="is no folder"):
        git.push(installed, tmp_path / "nowhere")


def test_a_clone_into_a_folder_with_files_is_refused(installed: Install, checkout: Path) -> None:
    with pytest.raises(BadInput, match="exists and is not empty; name a new folder"):
        git.clone(installed, checkout)


def test_the_helper_signs_for_the_engine_or_for_the_region() -> None:
    assert "-P -m slipway.gitlogin --home .slipway" in git.helper(Aws().install())[0]
    assert "-P -m slipway.gitlogin --region us-east-1" in git.helper(Aws(local=False).install())[0]
