"""S3 URIs and where their objects land."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import storage
from slipway.engine.services.sagemaker.storage import Found, Location, NothingThere

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html")


@pytest.mark.parametrize(
    ("uri", "bucket", "key"),
    [("s3://b/a/c", "b", "a/c"), ("s3://b", "b", ""), ("s3://b/", "b", "")],
)
def test_a_uri_is_a_bucket_and_a_key(uri: str, bucket: str, key: str) -> None:
    assert Location.parse(uri) == Location(bucket, key)


def test_what_is_no_s3_uri_is_refused_with_the_form_it_should_have() -> None:
    with pytest.raises(AwsError, match="'data/train' is not an S3 URI of the form s3://bucket/key"):
        Location.parse("data/train")


@pytest.mark.parametrize(
    ("key", "prefix", "path"),
    [
        pytest.param("train/a.csv", "train/", "a.csv", id="a folder"),
        pytest.param("train/x/a.csv", "train", "x/a.csv", id="a folder without its slash"),
        pytest.param("train/a.csv", "train/a.csv", "a.csv", id="the object itself"),
        pytest.param("data/train2/a.csv", "data/train", "train2/a.csv", id="a name prefix"),
        pytest.param("a.csv", "", "a.csv", id="the whole bucket"),
    ],
)
def test_an_object_lands_below_its_prefix(key: str, prefix: str, path: str) -> None:
    assert storage._relative(key, prefix) == path


@given(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4), st.integers(0, 10))
def test_a_path_never_begins_with_a_slash(parts: list[str], cut: int) -> None:
    key = "/".join(parts)
    assert not storage._relative(key, key[:cut]).startswith("/")


def test_a_key_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    found = Found(Location("b", "x/../../etc"), "../../etc")
    with pytest.raises(NothingThere, match="leads out of its folder"):
        storage.download(None, found, tmp_path)  # type: ignore[arg-type]


@pytest.mark.parametrize(("base", "expected"), [("", "s3://b/x"), ("p", "s3://b/p/x"), ("p/", "s3://b/p/x")])
def test_parts_are_joined_with_one_slash(base: str, expected: str) -> None:
    assert str(Location("b", base).below("x")) == expected
