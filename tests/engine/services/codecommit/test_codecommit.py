"""CodeCommit through the running engine: API, git over HTTP, events."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ClientError

from slipway.engine.services.codecommit import credential


@pytest.fixture
def codecommit(engine: Any) -> Any:
    return engine.client("codecommit")


@pytest.fixture
def repository(codecommit: Any) -> Iterator[Any]:
    yield codecommit.create_repository(repositoryName="models")["repositoryMetadata"]
    codecommit.delete_repository(repositoryName="models")


def signed(engine: Any, url: str) -> str:
    """`url` with a user and password as the credential helper makes them for the person."""
    keys = engine.client("codecommit")._request_signer._credentials
    parts = urlsplit(url)
    password = credential.sign(keys.secret_key, engine.engine.region, parts.netloc, parts.path, datetime.now(UTC))
    user = keys.access_key + (f"%{keys.token}" if keys.token else "")
    return f"{parts.scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}{parts.path}"


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=master"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_pushed_commit_is_read_back_through_the_api(
    engine: Any, codecommit: Any, repository: Any, tmp_path: Path
) -> None:
    git(tmp_path, "init")
    (tmp_path / "run.sh").write_text("echo hello\n")
    (tmp_path / "run.sh").chmod(0o755)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "First")

    pushed = git(tmp_path, "push", signed(engine, repository["cloneUrlHttp"]), "HEAD:refs/heads/master")

    assert pushed.returncode == 0, pushed.stderr
    branch = codecommit.get_branch(repositoryName="models", branchName="master")["branch"]
    file = codecommit.get_file(repositoryName="models", filePath="run.sh")
    assert file["commitId"] == branch["commitId"]
    assert (file["fileContent"], file["fileMode"]) == (b"echo hello\n", "EXECUTABLE")
    assert codecommit.get_repository(repositoryName="models")["repositoryMetadata"]["defaultBranch"] == "master"
    commit = codecommit.get_commit(repositoryName="models", commitId=branch["commitId"])["commit"]
    assert (commit["author"]["name"], commit["message"]) == ("Ada", "First\n")


def test_a_push_to_a_missing_repository_is_refused(engine: Any, tmp_path: Path) -> None:
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "-m", "First")
    pushed = git(tmp_path, "push", signed(engine, f"{engine.url}/v1/repos/nowhere"), "HEAD:refs/heads/master")
    assert pushed.returncode != 0
    assert "not found" in pushed.stderr


def test_a_repository_that_exists_is_not_created_again(codecommit: Any, repository: Any) -> None:
    with pytest.raises(ClientError, match=r"RepositoryNameExistsException.*models already exists"):
        codecommit.create_repository(repositoryName="models")
