"""Layers that are called by their ARN."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html")


def package() -> dict[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/layered.py", "VALUE = 1")
    return {"ZipFile": buffer.getvalue()}


@pytest.fixture
def layer(engine: Any) -> Iterator[str]:
    client, name = engine.client("lambda"), f"by-arn-{uuid.uuid4().hex[:8]}"
    arn = client.publish_layer_version(LayerName=name, Content=package())["LayerArn"]
    yield arn
    for version in client.list_layer_versions(LayerName=name)["LayerVersions"]:
        client.delete_layer_version(LayerName=name, VersionNumber=version["Version"])


def versions(engine: Any, layer: str) -> list[int]:
    return [one["Version"] for one in engine.client("lambda").list_layer_versions(LayerName=layer)["LayerVersions"]]


def test_versions_are_published_read_and_listed_by_the_arn_of_the_layer(engine: Any, layer: str) -> None:
    client = engine.client("lambda")
    published = client.publish_layer_version(LayerName=layer, Content=package())
    assert (published["LayerArn"], published["LayerVersionArn"]) == (layer, f"{layer}:2")
    assert versions(engine, layer) == versions(engine, layer.rsplit(":", 1)[1]) == [2, 1]
    assert client.get_layer_version(LayerName=layer, VersionNumber=2)["LayerVersionArn"] == f"{layer}:2"


def test_a_version_is_deleted_by_the_arn_of_the_layer(engine: Any, layer: str) -> None:
    engine.client("lambda").delete_layer_version(LayerName=layer, VersionNumber=1)
    assert versions(engine, layer.rsplit(":", 1)[1]) == []


def test_a_version_has_its_permissions_by_the_arn_of_the_layer(engine: Any, layer: str) -> None:
    client, version = engine.client("lambda"), {"LayerName": layer, "VersionNumber": 1}
    granted = {"StatementId": "all", "Action": "lambda:GetLayerVersion", "Principal": "*"}
    client.add_layer_version_permission(**version, **granted)
    (statement,) = json.loads(client.get_layer_version_policy(**version)["Policy"])["Statement"]
    assert (statement["Sid"], statement["Resource"]) == ("all", f"{layer}:1")
    client.remove_layer_version_permission(**version, StatementId="all")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_layer_version_policy(**version)


@pytest.mark.parametrize(
    ("place", "number"),
    [pytest.param("region", 3, id="another region"), pytest.param("account", 4, id="another account")],
)
def test_a_layer_that_is_elsewhere_is_refused_by_its_arn(engine: Any, layer: str, place: str, number: int) -> None:
    fields = layer.split(":")
    fields[number] = {"region": "eu-west-3", "account": "999999999999"}[place]
    other = ":".join(fields)
    said = f"LayerName {other} is not of this account and region: expected a name or {layer.rsplit(':', 1)[0]}:<name>"
    with pytest.raises(ClientError, match=re.escape(said)):
        engine.client("lambda").publish_layer_version(LayerName=other, Content=package())
