"""Git at the keyboard: cloning and pushing to the bundle's repository with AWS credentials."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from slipway.errors import SlipwayError
from slipway.install import Install


class GitFailed(SlipwayError):
    """Git refused; the text is its own."""


def run(*arguments: str, cwd: Path | None = None) -> str:
    """Run git and return what it printed; GitFailed carries what it complained about."""
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(["git", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GitFailed(f"`git {shlex.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()


def helper(install: Install) -> list[str]:
    """Settings that let plain git log in to the install's repository."""
    command = [sys.executable, "-m", "slipway.cli", "credential-helper"]
    engine = install.target.engine
    command += ["--home", str(engine.home)] if engine else ["--aws", "--region", install.target.region]
    return [f"credential.{install.clone_url}.helper=!{shlex.join(command)}", "credential.useHttpPath=true"]


def clone(install: Install, folder: Path) -> Path:
    """Clone the repository; afterwards plain `git push` works in it."""
    settings = helper(install)
    options = [part for setting in settings for part in ("-c", setting)]
    run("clone", "--quiet", "--branch", install.branch, *options, install.clone_url, str(folder))
    run("config", "user.name", "Slipway demo", cwd=folder)
    run("config", "user.email", "demo@slipway.invalid", cwd=folder)
    return folder


def push(install: Install, folder: Path) -> str:
    """Push HEAD of `folder` to the branch that starts runs; returns the commit."""
    options = [part for setting in helper(install) for part in ("-c", setting)]
    run(*options, "push", install.clone_url, f"HEAD:refs/heads/{install.branch}", cwd=folder)
    return run("rev-parse", "HEAD", cwd=folder)
