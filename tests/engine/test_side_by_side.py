"""Two engines on two ports do not meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.conftest import RunningEngine, start

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/intro-structure.html")


@pytest.fixture
def second(tmp_path: Path) -> Iterator[RunningEngine]:
    """Another engine beside the tests' own."""
    started = start(tmp_path / ".slipway")
    yield started
    started.engine.stop()


def names(engine: Any) -> set[str]:
    repositories = engine.client("codecommit").list_repositories()["repositories"]
    queues = engine.client("sqs").list_queues(QueueNamePrefix="side").get("QueueUrls", [])
    buckets = engine.client("s3").list_buckets(Prefix="side")["Buckets"]
    found = {each["repositoryName"] for each in repositories} | {each["Name"] for each in buckets}
    return {name for name in found | {url.rpartition("/")[2] for url in queues} if name.startswith("side")}


def make(engine: Any, name: str) -> None:
    engine.client("codecommit").create_repository(repositoryName=name)
    engine.client("sqs").create_queue(QueueName=name)
    engine.client("s3").create_bucket(Bucket=name)


def test_each_has_what_was_made_in_it(engine: Any, second: RunningEngine) -> None:
    make(engine, "side-one")
    make(second, "side-two")
    make(second, "side-both")
    make(engine, "side-both")
    assert names(engine) == {"side-one", "side-both"}
    assert names(second) == {"side-two", "side-both"}


def test_the_key_of_one_is_a_stranger_s_in_the_other(engine: Any, second: RunningEngine) -> None:
    client = engine.engine.session().client("sqs", endpoint_url=second.url)
    with pytest.raises(ClientError, match="The security token included in the request is invalid"):
        client.list_queues()


def test_the_end_of_one_is_not_the_other_s(engine: Any, tmp_path: Path) -> None:
    other = start(tmp_path / "other")
    other.client("sqs").create_queue(QueueName="of-the-other")
    other.engine.stop()
    assert engine.client("sts").get_caller_identity()["Account"] == "111122223333"
