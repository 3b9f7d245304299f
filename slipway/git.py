"""Git at the keyboard: cloning and pushing to the bundle's repository with AWS credentials."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.errors import BadInput, SlipwayError
from slipway.install import Install


class GitFailed(SlipwayError):
    """Git refused; the text is its own."""


@dataclass(frozen=True)
class Pushed:
    """What was pushed: HEAD, and the commit that the branch now is at, which differs where histories were joined.

    `moved` is False where the branch was there already; `uncommitted` counts the files that HEAD does not have.
    """

    head: str
    commit: str
    moved: bool
    uncommitted: int


def run(*arguments: str, cwd: Path | None = None) -> str:
    """Run git and return what it printed; GitFailed carries what it complained about."""
    done = _run(*arguments, cwd=cwd)
    if done.returncode:
        # Settings (`-c …`) are this program's, not what the person would type.
        words = list(arguments)
        while words[:1] == ["-c"]:
            del words[:2]
        raise GitFailed(f"`git {shlex.join(words)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()


def _run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            ["git", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise GitFailed("git is not installed; install it, then try again") from error


def helper(install: Install) -> list[str]:
    """Settings that let plain git log in to the install's repository."""
    command = [sys.executable, "-P", "-m", "slipway.gitlogin"]
    engine = install.target.engine
    command += ["--home", str(engine.home)] if engine else ["--region", install.target.region]
    return [f"credential.{install.clone_url}.helper=!{shlex.join(command)}", "credential.useHttpPath=true"]


def clone(install: Install, folder: Path) -> Path:
    """Clone the repository; afterwards plain `git push` works in it."""
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise BadInput(f"{folder} exists and is not empty; name a new folder")
    run("clone", "--quiet", "--branch", install.branch, *_settings(install), install.clone_url, str(folder))
    return folder


def push(install: Install, folder: Path) -> Pushed:
    """Push HEAD of `folder` to the branch that starts runs.

    A repository that was seeded with the bundle's files does not have the history of the folder that they came from.
    Then one commit joins the two: its files are HEAD's, its parents are the branch and HEAD. Nothing of anybody else's
    is lost that way: commits that HEAD does not know are refused, as git does.
    """
    _check_checkout(folder)
    head = run("rev-parse", "HEAD", cwd=folder)
    settings = _settings(install)
    run(*settings, "fetch", "--quiet", install.clone_url, f"refs/heads/{install.branch}", cwd=folder)
    tip = run("rev-parse", "FETCH_HEAD", cwd=folder)
    commit = _join(folder, tip, head) if _knows_content(folder, tip, head) else head
    if not _is_ancestor(folder, tip, commit):
        newest = run("log", "--max-count=1", "--format=%h, %s", tip, cwd=folder)
        raise GitFailed(
            f"{install.branch} of {install.clone_url} has commits that HEAD does not have, the newest is {newest};"
            f" {_taking_in(folder, tip, head)}, then push again"
        )
    if commit != tip:
        run(*settings, "push", "--quiet", install.clone_url, f"{commit}:refs/heads/{install.branch}", cwd=folder)
    return Pushed(head, commit, commit != tip, len(run("status", "--porcelain", cwd=folder).splitlines()))


def files_of_head(folder: Path, folders: Sequence[str]) -> dict[str, bytes]:
    """The files of HEAD below these folders of a checkout, by path; BadInput when it is none."""
    _check_checkout(folder)
    listed = run("ls-tree", "-r", "--name-only", "-z", "--full-tree", "HEAD", *folders, cwd=folder)
    names = [name for name in listed.split("\0") if name]
    return {name: _content(folder, name) for name in names}


def _content(folder: Path, name: str) -> bytes:
    return subprocess.run(["git", "show", f"HEAD:{name}"], cwd=folder, capture_output=True, check=True).stdout


def new_folder(folder: Path) -> Path:
    """A folder for a clone that is not there yet."""
    return folder / f"clone-{time.time_ns()}"


def commit_and_push(install: Install, folder: Path, message: str, committer: Sequence[str]) -> bool:
    """Commit whatever a clone's folder holds, and push it; False when that changes nothing."""
    run("add", "--all", "--force", cwd=folder)
    if not run("status", "--porcelain", cwd=folder):
        return False
    run(*committer, "commit", "--quiet", "--message", message, cwd=folder)
    run("push", "--quiet", "origin", install.branch, cwd=folder)
    return True


def _settings(install: Install) -> list[str]:
    return [part for setting in helper(install) for part in ("-c", setting)]


def _check_checkout(folder: Path) -> None:
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; expected a git checkout of the bundle")
    if _run("rev-parse", "--verify", "--quiet", "HEAD", cwd=folder).returncode:
        raise BadInput(
            f"{folder.resolve()} is no git checkout with a commit; name one, or get one with `slipway clone FOLDER`"
        )


def _knows_content(folder: Path, tip: str, head: str) -> bool:
    """Whether the branch has a history apart from HEAD's, but no content that HEAD does not know.

    That is so for the seed, a commit without parents, and for a join that `push` made of a commit of HEAD's history.
    """
    if _is_ancestor(folder, tip, head):
        return False
    parents = run("rev-list", "--parents", "--max-count=1", tip, cwd=folder).split()[1:]
    if not parents:
        return True
    joined = parents[-1]
    same = run("rev-parse", f"{tip}^{{tree}}", cwd=folder) == run("rev-parse", f"{joined}^{{tree}}", cwd=folder)
    return len(parents) == 2 and same and _is_ancestor(folder, joined, head)


def _is_ancestor(folder: Path, older: str, newer: str) -> bool:
    return _run("merge-base", "--is-ancestor", older, newer, cwd=folder).returncode == 0


def _taking_in(folder: Path, tip: str, head: str) -> str:
    """What makes HEAD have the branch's commits: git merges no two histories without a common commit unasked."""
    if _run("merge-base", tip, head, cwd=folder).returncode == 0:
        return "`git merge FETCH_HEAD` takes them in"
    return (
        "it was seeded without HEAD's history, so `git merge --allow-unrelated-histories FETCH_HEAD` takes them in:"
        " settle the files that differ, commit"
    )


def _join(folder: Path, tip: str, head: str) -> str:
    """A commit with HEAD's files and message on top of both histories; `tip` itself when it has HEAD already."""
    if head in run("rev-list", "--parents", "--max-count=1", tip, cwd=folder).split():
        return tip
    subject = run("log", "--max-count=1", "--format=%s", head, cwd=folder)
    return run("commit-tree", f"{head}^{{tree}}", "-p", tip, "-p", head, "-m", subject, cwd=folder)
