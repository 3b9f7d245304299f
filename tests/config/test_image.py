"""config.image: the job image is built once for its content, from its content alone."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config import image
from config.validate import RESOLVED
from config.versions import content_hash

REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop-images"


class Registry:
    """A repository in memory: tag → digest. `docker push` puts a tag there."""

    def __init__(self) -> None:
        self.digests: dict[str, str] = {}
        self.commands: list[list[str]] = []

    def describe_images(self, *, repositoryName: str, imageIds: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert repositoryName == "shop-images"
        tag = imageIds[0]["imageTag"]
        if tag not in self.digests:
            raise ClientError({"Error": {"Code": "ImageNotFoundException"}}, "DescribeImages")
        return {"imageDetails": [{"imageDigest": self.digests[tag]}]}

    def get_authorization_token(self) -> dict[str, Any]:
        token = base64.b64encode(b"AWS:secret").decode()
        return {"authorizationData": [{"authorizationToken": token, "proxyEndpoint": "https://registry"}]}

    def run(self, command: list[str], *, check: bool, text: bool, input: str | None) -> None:  # noqa: A002
        assert check and text
        self.commands.append(command)
        if command[1] == "login":
            assert input == "secret"
        if command[1] == "push":
            self.digests[command[2].rpartition(":")[2]] = "sha256:1"


def choose(algorithm: str, engine: str = "container") -> None:
    """The configuration that was validated before."""
    RESOLVED.parent.mkdir(exist_ok=True)
    RESOLVED.write_text(json.dumps({"config": {"train": {"engine": engine, "algorithm": algorithm}}}))


def add_requirements(algorithm: str) -> None:
    """Packages that an algorithm's training needs."""
    file = image.JOBS / "algorithms" / f"{algorithm}.txt"
    file.parent.mkdir()
    file.write_text("prophecy==1\n")


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    found = Registry()
    (tmp_path / "jobs" / "__pycache__").mkdir(parents=True)
    (tmp_path / "jobs" / "train.py").write_text("1")
    (tmp_path / "jobs" / "__pycache__" / "train.pyc").write_text("x")
    monkeypatch.chdir(tmp_path)
    choose("xgboost")
    monkeypatch.setenv("IMAGE_REPOSITORY_URI", REPOSITORY)
    monkeypatch.setattr(image, "boto3", SimpleNamespace(client=lambda _service: found))
    monkeypatch.setattr(image, "subprocess", SimpleNamespace(run=found.run))
    return found


def test_new_content_is_built_and_pushed_under_its_hash(registry: Registry) -> None:
    image.main()
    tag = content_hash(image.JOBS)[:32]
    build = ["build", "--platform", "linux/amd64", "--provenance=false", "--tag", f"{REPOSITORY}:{tag}", "build/image"]
    assert [command[1:] for command in registry.commands] == [
        ["login", "--username", "AWS", "--password-stdin", "https://registry"],
        build,
        ["push", f"{REPOSITORY}:{tag}"],
    ]
    assert image.RESULT.read_text() == f"{REPOSITORY}@sha256:1\n"


def test_content_that_was_pushed_before_is_not_built_again(registry: Registry) -> None:
    registry.digests[content_hash(image.JOBS)[:32]] = "sha256:2"
    image.main()
    assert registry.commands == []
    assert image.RESULT.read_text() == f"{REPOSITORY}@sha256:2\n"


def test_an_algorithm_with_packages_of_its_own_has_an_image_of_its_own(registry: Registry) -> None:
    add_requirements("oracle")
    image.main()
    choose("oracle")
    image.main()
    tag = content_hash(image.JOBS)[:32]
    assert set(registry.digests) == {tag, f"{tag}-oracle"}
    first, second = (command for command in registry.commands if command[1] == "build")
    assert "--build-arg" not in first
    assert second[second.index("--build-arg") + 1] == "REQUIREMENTS=algorithms/oracle.txt"


def test_an_engine_that_does_not_train_in_the_image_needs_no_packages_of_an_algorithm(registry: Registry) -> None:
    add_requirements("oracle")
    choose("oracle", engine="xgboost")
    image.main()
    assert set(registry.digests) == {content_hash(image.JOBS)[:32]}


def test_an_algorithm_without_packages_of_its_own_shares_the_image(registry: Registry) -> None:
    image.main()
    choose("prior")
    image.main()
    assert len(registry.digests) == 1


def test_a_cache_does_not_get_into_the_image(registry: Registry) -> None:
    image.main()
    assert [path.name for path in image.CONTEXT.rglob("*")] == ["train.py"]


def test_a_registry_that_refuses_is_no_missing_image(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeImages")

    monkeypatch.setattr(registry, "describe_images", refuse)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        image.main()
