"""Which objects an address in a Spark script stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.glue.runtime.slipway_s3 import objects
from slipway.engine.services.glue.runtime.slipway_s3.objects import Objects, split

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html")
KEYS = st.lists(st.text("ab/", min_size=1, max_size=6).filter(lambda key: not key.startswith("/")), max_size=12)


class Bucket:
    """As much of a client as `Objects` asks for."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = sorted(set(keys))
        self.asked: list[str] = []

    def get_paginator(self, _: str) -> Bucket:
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - S3's own names
        self.asked.append(Prefix)
        yield {"Contents": [{"Key": key} for key in self._keys if key.startswith(Prefix)]}

    def head_object(self, Bucket: str, Key: str) -> None:  # noqa: N803
        if Key not in self._keys:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")


def found(monkeypatch: pytest.MonkeyPatch, keys: list[str], address: str) -> tuple[list[str], list[str]]:
    """The keys of an address, and the prefixes that were asked for."""
    bucket = Bucket(keys)
    monkeypatch.setattr(objects.boto3, "client", lambda _: bucket)
    return list(Objects(address).keys()), bucket.asked


@given(keys=KEYS, folder=st.sampled_from(["a", "a/", "a/b", "b"]))
def test_a_folder_is_what_lies_below_it_and_not_what_begins_like_it(keys: list[str], folder: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        below = {key for key in keys if key.startswith(f"{folder.rstrip('/')}/")}
        expected = below or {key for key in keys if key == folder}
        assert set(found(patched, keys, f"s3://bucket/{folder}")[0]) == {k for k in expected if not k.endswith("/")}


@pytest.mark.parametrize(
    ("address", "expected", "asked"),
    [
        ("s3://bucket/in", ["in/1.csv", "in/2.csv"], "in/"),
        ("s3a://bucket/in/", ["in/1.csv", "in/2.csv"], "in/"),
        ("s3://bucket/in/1.csv", ["in/1.csv"], "in/1.csv/"),
        ("s3://bucket/in/*.csv", ["in/1.csv", "in/2.csv"], "in/"),
        ("s3://bucket/in*/2.csv", ["in/1.csv", "in/2.csv", "inside/2.csv"], "in"),
        ("s3://bucket", ["in/1.csv", "in/2.csv", "inside/2.csv"], ""),
        ("s3://bucket/none", [], "none/"),
    ],
)
def test_an_address_asks_for_its_own_prefix(
    monkeypatch: pytest.MonkeyPatch, address: str, expected: list[str], asked: str
) -> None:
    keys = ["in/", "in/1.csv", "in/2.csv", "inside/2.csv"]
    assert found(monkeypatch, keys, address) == (expected, [asked])


def test_an_object_that_may_not_be_looked_at_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Bucket, Bucket: str, Key: str) -> None:  # noqa: N803
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")

    monkeypatch.setattr(Bucket, "head_object", refused)
    with pytest.raises(ClientError, match="Forbidden"):
        found(monkeypatch, [], "s3://bucket/key")


@pytest.mark.parametrize("scheme", ["s3", "s3a", "s3n"])
def test_an_address_is_a_bucket_and_a_key(scheme: str) -> None:
    assert split(f"{scheme}://bucket/some/key") == ("bucket", "some/key")
