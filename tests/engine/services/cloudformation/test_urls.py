"""The addresses of a template."""

from __future__ import annotations

import pytest

from slipway.engine.services.cloudformation.urls import S3Object, parse

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html")

OBJECT = S3Object("my.bucket", "a/b.yaml")


@pytest.mark.parametrize(
    "url",
    [
        "https://my.bucket.s3.amazonaws.com/a/b.yaml",
        "https://my.bucket.s3.eu-west-1.amazonaws.com/a/b.yaml",
        "https://my.bucket.s3-eu-west-1.amazonaws.com/a/b.yaml",
        "https://my.bucket.s3.dualstack.ap-southeast-2.amazonaws.com/a/b.yaml",
        "https://s3.amazonaws.com/my.bucket/a/b.yaml",
        "https://s3.us-gov-west-1.amazonaws.com/my.bucket/a/b.yaml",
        "https://s3.cn-north-1.amazonaws.com.cn/my.bucket/a/b.yaml",
        "http://127.0.0.1:4566/my.bucket/a/b.yaml",
        "http://localhost:4566/my.bucket/a/b.yaml",
        "http://my.bucket.localhost:4566/a/b.yaml",
    ],
)
def test_every_form_of_an_s3_address_is_read(url: str) -> None:
    assert parse(url, 4566) == OBJECT


def test_a_version_is_read() -> None:
    url = "https://s3.amazonaws.com/b/k%20y?versionId=v1"
    assert parse(url, 4566) == S3Object("b", "k y", "v1")


@pytest.mark.parametrize(
    "url",
    ["https://example.com/b/k", "http://localhost:1/b/k", "s3://b/k", "https://s3.amazonaws.com/b", "nonsense", ""],
)
def test_anything_else_is_none(url: str) -> None:
    assert parse(url, 4566) is None
