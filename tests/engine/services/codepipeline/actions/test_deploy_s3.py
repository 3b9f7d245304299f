"""Deploy/S3."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.codepipeline.action_type import configuration_fault, find_action
from tests.engine.services.codepipeline.conftest import Desk, pack, type_id

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html"
)


def deploy(desk: Desk, **configuration: str) -> dict[str, Any]:
    action = {
        "name": "Deploy",
        "actionTypeId": type_id("Deploy", "S3"),
        "configuration": {"BucketName": desk.sources, **configuration},
        "inputArtifacts": [{"name": "SourceOutput"}],
    }
    return {"name": "Deploy", "actions": [action]}


def test_an_artifacts_files_are_written(desk: Desk) -> None:
    desk.upload({"site/index.html": "hello"})
    name = desk.create(deploy(desk, Extract="true", ObjectKey="web", CacheControl="max-age=60"))
    desk.finish(name)
    found = desk.s3.get_object(Bucket=desk.sources, Key="web/site/index.html")
    assert (found["Body"].read(), found["ContentType"], found["CacheControl"]) == (b"hello", "text/html", "max-age=60")


def test_the_zip_itself_is_written(desk: Desk) -> None:
    desk.upload({"a.txt": "a"})
    name = desk.create(deploy(desk, Extract="false", ObjectKey="copy.zip"))
    desk.finish(name)
    copy = desk.s3.get_object(Bucket=desk.sources, Key="copy.zip")["Body"].read()
    assert len(copy) == len(pack({"a.txt": "a"}))


@pytest.mark.parametrize(
    ("configuration", "fault"),
    [
        ({"BucketName": "b"}, "is missing required configuration 'Extract'"),
        ({"BucketName": "b", "Extract": "yes"}, "has 'Extract' set to 'yes'; allowed values are true, false"),
    ],
    ids=["no Extract", "a wrong Extract"],
)
def test_a_wrong_configuration_is_refused(configuration: dict[str, str], fault: str) -> None:
    assert configuration_fault(find_action("Deploy", "S3").keys, configuration) == fault
