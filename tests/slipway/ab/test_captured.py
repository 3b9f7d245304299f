"""Captured data as SageMaker writes it, and what is not the API's."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.response import StreamingBody

from slipway.ab import captured
from slipway.ab.captured import Answer, Captured
from tests.slipway.stubs import Aws

SINCE = datetime(2026, 11, 21, 9, 30, 15, 400_000, tzinfo=UTC)
URI = "s3://bucket/capture/production/churn-production"
FOLDER = "capture/production/churn-production/candidate/"


def record(time: str, rows: Any, predictions: Any, *, encoding: str = "JSON", **metadata: str) -> dict[str, Any]:
    def written(body: Any) -> dict[str, str]:
        text = json.dumps(body)
        data = base64.b64encode(text.encode()).decode() if encoding == "BASE64" else text
        return {"observedContentType": "application/json", "mode": "INPUT", "data": data, "encoding": encoding}

    return {
        "captureData": {
            "endpointInput": written({"instances": rows}),
            "endpointOutput": written({"predictions": predictions}),
        },
        "eventMetadata": {"eventId": "event", "inferenceTime": time, **metadata},
        "eventVersion": "0",
    }


ROW, YES = {"plan": "basic"}, {"label": "yes", "score": 0.9}


def reading(aws: Aws, *records: dict[str, Any]) -> Captured:
    body = "".join(json.dumps(one) + "\n" for one in records).encode()
    listed = {"Bucket": "bucket", "Prefix": FOLDER, "StartAfter": f"{FOLDER}2026/11/21/09/"}
    key = f"{FOLDER}2026/11/21/09/30-20-000-id.jsonl"
    aws.answer("s3.list_objects_v2", {"Contents": [{"Key": key}]}, listed)
    stream = StreamingBody(io.BytesIO(body), len(body))
    aws.answer("s3.get_object", {"Body": stream}, {"Bucket": "bucket", "Key": key})
    return captured.read(aws.target.client("s3"), URI, "candidate", SINCE)


@pytest.mark.parametrize("encoding", ["JSON", "BASE64"])
def test_every_row_is_an_answer_with_its_inference_id_and_place(aws: Aws, encoding: str) -> None:
    no = {"label": "no", "score": 0.2}
    found = reading(aws, record("2026-11-21T09:30:15Z", [ROW, ROW], [YES, no], encoding=encoding, inferenceId="asked"))
    assert found.answers == [Answer("asked", 0, ROW, "yes", 0.9), Answer("asked", 1, ROW, "no", 0.2)]
    assert found.unreadable == 0


def test_an_exchange_without_an_inference_id_has_its_event_id(aws: Aws) -> None:
    found = reading(aws, record("2026-11-21T10:00:00Z", [ROW], [YES]))
    assert [answer.inference_id for answer in found.answers] == ["event"]


def test_what_was_answered_before_the_test_began_is_left_out(aws: Aws) -> None:
    found = reading(aws, record("2026-11-21T09:30:14Z", [ROW], [YES]), record("2026-11-21T09:30:15Z", [ROW], [YES]))
    assert len(found.answers) == 1


@pytest.mark.parametrize(
    ("rows", "predictions"),
    [([["basic"]], [YES]), ([ROW], []), ([ROW], [{"label": "yes"}]), ([ROW], [{"label": "yes", "score": "high"}])],
    ids=["rows by position", "fewer answers than rows", "no score", "a score that is no number"],
)
def test_what_others_asked_of_the_endpoint_is_counted_and_left_out(aws: Aws, rows: Any, predictions: Any) -> None:
    found = reading(
        aws, record("2026-11-21T10:00:00Z", rows, predictions), record("2026-11-21T10:00:00Z", [ROW], [YES])
    )
    assert (len(found.answers), found.unreadable) == (1, 1)


def test_a_body_that_is_no_json_is_counted(aws: Aws) -> None:
    asked = record("2026-11-21T10:00:00Z", [ROW], [YES])
    asked["captureData"]["endpointInput"] |= {"data": "basic,1", "encoding": "CSV"}
    assert reading(aws, asked).unreadable == 1
