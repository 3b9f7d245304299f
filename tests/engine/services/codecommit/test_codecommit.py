"""CodeCommit through the running engine: API, git over HTTP, events."""

import json
import random
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ClientError

from slipway import gitsignature

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codecommit/latest/APIReference/Welcome.html")


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
    password = gitsignature.sign(keys.secret_key, engine.engine.region, parts.netloc, parts.path, datetime.now(UTC))
    user = keys.access_key + (f"%{keys.token}" if keys.token else "")
    return f"{parts.scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}{parts.path}"


def signed_by(keys: dict[str, str], engine: Any, url: str) -> str:
    """`url` with the user and password of a role's session."""
    parts = urlsplit(url)
    at = datetime.now(UTC)
    password = gitsignature.sign(keys["SecretAccessKey"], engine.engine.region, parts.netloc, parts.path, at)
    user = f"{keys['AccessKeyId']}%{keys['SessionToken']}"
    return f"{parts.scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}{parts.path}"


def role_keys(engine: Any, action: str, protected: str = "") -> dict[str, str]:
    """Keys of a role that may do `action`, but not push to `protected`, which the person assumes."""
    iam, name = engine.client("iam"), f"git-{uuid.uuid4()}"
    person = engine.client("sts").get_caller_identity()["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": person}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    condition = {
        "StringEqualsIfExists": {"codecommit:References": [protected]},
        "Null": {"codecommit:References": "false"},
    }
    deny = {"Effect": "Deny", "Action": "codecommit:GitPush", "Resource": "*", "Condition": condition}
    statements = [{"Effect": "Allow", "Action": action, "Resource": "*"}, *([deny] if protected else [])]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="Git", PolicyDocument=policy)
    keys: dict[str, str] = engine.client("sts").assume_role(RoleArn=arn, RoleSessionName="git")["Credentials"]
    return keys


def event_queue(engine: Any, source: str, name: str) -> str:
    """The URL of a queue of that name, which gets every event of `source`."""
    sqs, events = engine.client("sqs"), engine.client("events")
    url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Resource": arn}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def receive(engine: Any, queue: str, count: int) -> list[dict[str, Any]]:
    """`count` events from the queue."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 60
    while len(found) < count and time.monotonic() < deadline:
        messages = engine.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        found += [json.loads(message["Body"]) for message in messages.get("Messages", [])]
    return found


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


@pytest.fixture
def commit(codecommit: Any, repository: Any) -> str:
    """A first commit of three files on main."""
    put = [
        {"filePath": "README.md", "fileContent": b"hello\n"},
        {"filePath": "bin/run", "fileContent": b"true\n", "fileMode": "EXECUTABLE"},
        {"filePath": "jobs/train.py", "fileContent": b"pass\n"},
    ]
    made = codecommit.create_commit(
        repositoryName="models", branchName="main", putFiles=put, authorName="Ada", email="a@b.c", commitMessage="One"
    )
    assert [item["absolutePath"] for item in made["filesAdded"]] == ["README.md", "bin/run", "jobs/train.py"]
    return str(made["commitId"])


def test_files_are_put_moved_and_deleted_in_one_commit(codecommit: Any, commit: str) -> None:
    made = codecommit.create_commit(
        repositoryName="models",
        branchName="main",
        parentCommitId=commit,
        putFiles=[
            {"filePath": "bin/go", "sourceFile": {"filePath": "bin/run", "isMove": True}, "fileMode": "EXECUTABLE"}
        ],
        deleteFiles=[{"filePath": "jobs/train.py"}],
        setFileModes=[{"filePath": "README.md", "fileMode": "EXECUTABLE"}],
    )
    assert [item["absolutePath"] for item in made["filesDeleted"]] == ["bin/run", "jobs/train.py"]
    differences = codecommit.get_differences(
        repositoryName="models", beforeCommitSpecifier=commit, afterCommitSpecifier=made["commitId"]
    )["differences"]
    changes = {(item["changeType"], item.get("afterBlob", item.get("beforeBlob"))["path"]) for item in differences}
    assert changes == {("M", "README.md"), ("A", "bin/go"), ("D", "bin/run"), ("D", "jobs/train.py")}
    folder = codecommit.get_folder(repositoryName="models", folderPath="/")
    assert [item["relativePath"] for item in folder["subFolders"]] == ["bin"]
    assert [item["relativePath"] for item in folder["files"]] == ["README.md"]


def test_a_file_is_put_on_the_tip_of_a_branch_only(codecommit: Any, commit: str) -> None:
    put = {"repositoryName": "models", "branchName": "main", "filePath": "a.txt", "fileContent": b"a"}
    made = codecommit.put_file(**put, parentCommitId=commit)
    assert codecommit.get_branch(repositoryName="models", branchName="main")["branch"]["commitId"] == made["commitId"]
    with pytest.raises(ClientError, match=r"ParentCommitIdOutdatedException.*is not the tip of main"):
        codecommit.put_file(**put, parentCommitId=commit)
    with pytest.raises(ClientError, match="SameFileContentException"):
        codecommit.put_file(**put, parentCommitId=made["commitId"])


def test_branches_are_created_listed_and_deleted_but_the_default_one(codecommit: Any, commit: str) -> None:
    codecommit.create_branch(repositoryName="models", branchName="feature/x", commitId=commit)
    assert codecommit.list_branches(repositoryName="models")["branches"] == ["feature/x", "main"]
    deleted = codecommit.delete_branch(repositoryName="models", branchName="feature/x")["deletedBranch"]
    assert deleted == {"branchName": "feature/x", "commitId": commit}
    with pytest.raises(ClientError, match="DefaultBranchCannotBeDeletedException"):
        codecommit.delete_branch(repositoryName="models", branchName="main")


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("get_repository", {"repositoryName": "none"}, "RepositoryDoesNotExistException.*none does not exist"),
    ("create_repository", {"repositoryName": "a.git"}, "InvalidRepositoryNameException"),
    ("get_branch", {"repositoryName": "models", "branchName": "x"}, "BranchDoesNotExistException.*x does not exist"),
    ("get_branch", {"repositoryName": "models", "branchName": "a..b"}, "InvalidBranchNameException"),
    ("get_file", {"repositoryName": "models", "filePath": "none"}, "FileDoesNotExistException"),
    ("get_file", {"repositoryName": "models", "filePath": "../x"}, "InvalidPathException"),
    ("get_folder", {"repositoryName": "models", "folderPath": "README.md"}, "FolderDoesNotExistException"),
    ("get_commit", {"repositoryName": "models", "commitId": "abc"}, "InvalidCommitIdException"),
    ("get_commit", {"repositoryName": "models", "commitId": "0" * 40}, "CommitIdDoesNotExistException"),
    ("create_commit", {"repositoryName": "models", "branchName": "main"}, "FileEntryRequiredException"),
    ("list_pull_requests", {"repositoryName": "models"}, "UnsupportedOperation.*codecommit:ListPullRequests"),
]


@pytest.mark.usefixtures("commit")
@pytest.mark.parametrize(("operation", "params", "message"), REFUSALS)
def test_bad_requests_get_codecommits_errors(
    codecommit: Any, operation: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        getattr(codecommit, operation)(**params)


def test_git_without_or_with_wrong_credentials_is_refused(engine: Any, repository: Any, tmp_path: Path) -> None:
    url = repository["cloneUrlHttp"]
    anonymous = git(tmp_path, "-c", "core.askPass=true", "ls-remote", url)
    assert "Authentication failed" in anonymous.stderr or "terminal prompts" in anonymous.stderr
    stranger = git(tmp_path, "ls-remote", url.replace("://", "://AKIANOBODY:x@"))
    assert "403" in stranger.stderr


def test_a_role_that_may_only_pull_cannot_push(engine: Any, codecommit: Any, commit: str, tmp_path: Path) -> None:
    keys = role_keys(engine, "codecommit:GitPull")
    url = signed_by(keys, engine, f"{engine.url}/v1/repos/models")
    cloned = git(tmp_path, "clone", url, "clone")
    assert cloned.returncode == 0, cloned.stderr
    assert (tmp_path / "clone" / "bin" / "run").stat().st_mode & 0o100
    git(tmp_path / "clone", "commit", "--allow-empty", "-m", "Two")
    pushed = git(tmp_path / "clone", "push")
    assert "403" in pushed.stderr
    assert codecommit.get_branch(repositoryName="models", branchName="main")["branch"]["commitId"] == commit


def test_a_policy_protects_a_branch_by_its_name(engine: Any, codecommit: Any, commit: str, tmp_path: Path) -> None:
    keys = role_keys(engine, "codecommit:Git*", protected="refs/heads/main")
    git(tmp_path, "clone", signed_by(keys, engine, f"{engine.url}/v1/repos/models"), "clone")
    folder = tmp_path / "clone"
    git(folder, "commit", "--allow-empty", "-m", "Two")
    assert "403" in git(folder, "push", "origin", "HEAD:main").stderr
    assert git(folder, "push", "origin", "HEAD:refs/heads/feature").returncode == 0
    branches = codecommit.list_branches(repositoryName="models")["branches"]
    assert branches == ["feature", "main"]
    assert codecommit.get_branch(repositoryName="models", branchName="main")["branch"]["commitId"] == commit


def test_each_push_is_an_event_on_the_default_bus(engine: Any, codecommit: Any, commit: str, tmp_path: Path) -> None:
    queue = event_queue(engine, "aws.codecommit", "code-pushed")
    url = signed(engine, f"{engine.url}/v1/repos/models")
    git(tmp_path, "clone", url, "clone")
    folder = tmp_path / "clone"
    git(folder, "commit", "--allow-empty", "-m", "Two")
    git(folder, "push", "origin", "HEAD:main", "HEAD:refs/heads/new", "HEAD:refs/tags/v1")
    git(folder, "push", "origin", ":new")
    details = [event["detail"] for event in receive(engine, queue, 4)]
    kinds = {(detail["event"], detail["referenceType"], detail["referenceName"]) for detail in details}
    assert kinds == {
        ("referenceUpdated", "branch", "main"),
        ("referenceCreated", "branch", "new"),
        ("referenceCreated", "tag", "v1"),
        ("referenceDeleted", "branch", "new"),
    }
    [updated] = [detail for detail in details if detail["event"] == "referenceUpdated"]
    assert updated["oldCommitId"] == commit
    assert updated["callerUserArn"].startswith("arn:aws:iam::111122223333:user/")


def test_fifty_megabytes_are_pushed_and_cloned_again(engine: Any, commit: str, tmp_path: Path) -> None:
    url = signed(engine, f"{engine.url}/v1/repos/models")
    git(tmp_path, "clone", url, "pushed")
    content = random.Random(50).randbytes(50 * 1024 * 1024)  # noqa: S311 - bytes that git cannot compress, no secrets
    (tmp_path / "pushed" / "weights.bin").write_bytes(content)
    git(tmp_path / "pushed", "add", ".")
    git(tmp_path / "pushed", "commit", "-m", "Weights")
    pushed = git(tmp_path / "pushed", "push", "origin", "HEAD:main")
    assert pushed.returncode == 0, pushed.stderr
    assert git(tmp_path, "clone", url, "cloned").returncode == 0
    assert (tmp_path / "cloned" / "weights.bin").read_bytes() == content


def test_history_is_rewritten_by_force_only(engine: Any, codecommit: Any, commit: str, tmp_path: Path) -> None:
    git(tmp_path, "clone", signed(engine, f"{engine.url}/v1/repos/models"), "clone")
    folder = tmp_path / "clone"
    git(folder, "commit", "--amend", "-m", "Said otherwise")
    assert "non-fast-forward" in git(folder, "push", "origin", "HEAD:main").stderr
    assert codecommit.get_branch(repositoryName="models", branchName="main")["branch"]["commitId"] == commit
    queue = event_queue(engine, "aws.codecommit", "code-forced")
    assert git(folder, "push", "--force", "origin", "HEAD:main").returncode == 0
    rewritten = git(folder, "rev-parse", "HEAD").stdout.strip()
    assert codecommit.get_branch(repositoryName="models", branchName="main")["branch"]["commitId"] == rewritten
    [event] = receive(engine, queue, 1)
    moved = {name: event["detail"][name] for name in ("event", "oldCommitId", "commitId")}
    assert moved == {"event": "referenceUpdated", "oldCommitId": commit, "commitId": rewritten}


def test_git_does_not_delete_the_default_branch_either(
    engine: Any, codecommit: Any, commit: str, tmp_path: Path
) -> None:
    git(tmp_path, "clone", signed(engine, f"{engine.url}/v1/repos/models"), "clone")
    refused = git(tmp_path / "clone", "push", "origin", ":main")
    assert refused.returncode != 0
    assert "deletion of the current branch prohibited" in refused.stderr
    assert codecommit.list_branches(repositoryName="models")["branches"] == ["main"]


def test_a_branch_that_git_deletes_is_gone_and_told(engine: Any, codecommit: Any, commit: str, tmp_path: Path) -> None:
    git(tmp_path, "clone", signed(engine, f"{engine.url}/v1/repos/models"), "clone")
    folder = tmp_path / "clone"
    assert git(folder, "push", "origin", "HEAD:tried/once").returncode == 0
    assert set(codecommit.list_branches(repositoryName="models")["branches"]) == {"main", "tried/once"}
    queue = event_queue(engine, "aws.codecommit", "code-deleted")
    assert git(folder, "push", "origin", ":tried/once").returncode == 0
    assert codecommit.list_branches(repositoryName="models")["branches"] == ["main"]
    [event] = receive(engine, queue, 1)
    gone = {name: event["detail"].get(name) for name in ("event", "referenceName", "referenceType", "oldCommitId")}
    tip = git(folder, "rev-parse", "HEAD").stdout.strip()
    assert gone == {
        "event": "referenceDeleted",
        "referenceName": "tried/once",
        "referenceType": "branch",
        "oldCommitId": tip,
    }
    refused = git(folder, "push", "origin", ":tried/once")
    assert "remote ref does not exist" in refused.stderr
