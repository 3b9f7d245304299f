"""What a captured exchange looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.engine.services.sagemaker.hosting import capture
from slipway.engine.services.sagemaker.hosting.capture import Capture, Exchange

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html"
)


class Bucket:
    """Stands for the role's caller and its S3 client; keeps what is put."""

    def __init__(self) -> None:
        self.objects: list[dict[str, Any]] = []

    def client(self, _: str) -> Bucket:
        """Itself."""
        return self

    def put_object(self, **request: Any) -> None:
        """Keep the request."""
        self.objects.append(request)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    made = Bucket()
    monkeypatch.setattr(capture, "role_caller", lambda engine, role: made)
    return made


def captured(bucket: Bucket, exchange: Exchange, **config: Any) -> list[dict[str, Any]]:
    """The lines that one exchange leaves."""
    full = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://b/prefix/",
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        **config,
    }
    making = Capture(None, "endpoint", full)  # type: ignore[arg-type]
    making.sample("A", "role", exchange)
    making.flush()
    return [json.loads(line) for item in bucket.objects for line in item["Body"].splitlines()]


def exchange(content_type: str = "application/json; charset=utf-8") -> Exchange:
    """An exchange with a JSON request."""
    return Exchange(b'{"a": 1}', content_type, b"\x00\xff", "application/octet-stream", None, None)


def test_content_types_that_are_listed_are_text_and_all_others_base64(bucket: Bucket) -> None:
    headers = {"JsonContentTypes": ["application/json"]}
    line = captured(bucket, exchange(), CaptureContentTypeHeader=headers)[0]
    assert line["captureData"]["endpointInput"]["encoding"] == "JSON"
    assert line["captureData"]["endpointInput"]["data"] == '{"a": 1}'
    assert line["captureData"]["endpointOutput"]["encoding"] == "BASE64"
    assert line["captureData"]["endpointOutput"]["data"] == "AP8="


def test_only_the_sides_that_were_asked_for_are_captured(bucket: Bucket) -> None:
    line = captured(bucket, exchange(), CaptureOptions=[{"CaptureMode": "Output"}])[0]
    assert set(line["captureData"]) == {"endpointOutput"}


def test_nothing_is_captured_at_zero_percent(bucket: Bucket) -> None:
    assert captured(bucket, exchange(), InitialSamplingPercentage=0) == []


def test_a_key_encrypts_the_object(bucket: Bucket) -> None:
    captured(bucket, exchange(), KmsKeyId="key")
    assert bucket.objects[0]["ServerSideEncryption"] == "aws:kms"
    assert bucket.objects[0]["SSEKMSKeyId"] == "key"
    assert bucket.objects[0]["Key"].startswith("prefix/endpoint/A/20")
