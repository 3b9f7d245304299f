"""Builds get their role's keys from an address, by a token, and so do SageMaker's containers."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.engine.mend.account import ACCOUNT, log, role

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html")
BUILDSPEC = """version: 0.2
phases:
  build:
    commands:
      - env | grep ^AWS_
      - aws sts get-caller-identity --output json
"""


def built(engine: Any, name: str) -> list[str]:
    """The lines of a build that says its variables and who it is."""
    everything_logged = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    arn = role(engine, name, "codebuild.amazonaws.com", [everything_logged])
    codebuild = engine.client("codebuild")
    codebuild.create_project(
        name=name,
        source={"type": "NO_SOURCE", "buildspec": BUILDSPEC},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "python", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=arn,
    )
    started = codebuild.start_build(projectName=name)["build"]["id"]
    deadline = time.monotonic() + 60
    while not (build := codebuild.batch_get_builds(ids=[started])["builds"][0])["buildComplete"]:
        assert time.monotonic() < deadline, build
        time.sleep(0.1)
    assert build["buildStatus"] == "SUCCEEDED", build["phases"]
    return log(engine, f"/aws/codebuild/{name}")


@pytest.fixture(scope="module")
def lines(engine: Any) -> list[str]:
    return built(engine, f"containers-{uuid.uuid4().hex[:8]}")


def variables(lines: list[str]) -> dict[str, str]:
    return dict(line.strip().split("=", 1) for line in lines if line.startswith("AWS_"))


def token_of(found: dict[str, str]) -> str:
    return Path(found["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read_text()


def fetched(address: str, token: str) -> dict[str, Any]:
    request = urllib.request.Request(address, headers={"Authorization": token})  # noqa: S310 - the engine's own address
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
        keys: dict[str, Any] = json.load(answer)
    return keys


def test_a_build_has_an_address_and_no_keys(lines: list[str]) -> None:
    found = variables(lines)
    assert not {"AWS_ACCESS_KEY_ID", "AWS_CONTAINER_AUTHORIZATION_TOKEN"} & found.keys()
    assert Path(found["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).stat().st_mode & 0o077 == 0
    assert found["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith("http://127.0.0.1:")


def test_sdks_call_as_the_role(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert f'"Arn": "arn:aws:sts::{ACCOUNT}:assumed-role/containers-' in text
    assert "/AWSCodeBuild-" in text


def test_the_address_gives_keys_that_last_and_end(lines: list[str]) -> None:
    found = variables(lines)
    keys = fetched(found["AWS_CONTAINER_CREDENTIALS_FULL_URI"], token_of(found))
    assert keys.keys() == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    left = time.mktime(time.strptime(keys["Expiration"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone - time.time()
    assert 900 < left <= 3600


@pytest.mark.parametrize("name", ["right", "wrong"])
def test_another_token_or_address_gets_nothing(lines: list[str], name: str) -> None:
    address = variables(lines)["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(address if name == "right" else f"{address}0", "another")
    assert refused.value.code == 403


def test_no_token_is_journalled(engine: Any, lines: list[str]) -> None:
    assert token_of(variables(lines)) not in (engine.home / "journal.jsonl").read_text()
