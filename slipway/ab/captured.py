"""What a variant answered: the endpoint's captured data in S3.

docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from slipway.errors import SlipwayError


class NotCaptured(SlipwayError):
    """The endpoint keeps none of what it answers."""


@dataclass(frozen=True)
class Answer:
    """One row's answer. Rows of one request have its inference id, and their place in it."""

    inference_id: str
    place: int
    row: dict[str, Any]
    label: str
    score: float


@dataclass
class Captured:
    """A variant's answers, and how many exchanges were captured that are none of the API's."""

    answers: list[Answer] = field(default_factory=list)
    unreadable: int = 0

    def add(self, record: dict[str, Any]) -> None:
        """Take a captured exchange in."""
        try:
            self.answers += _answers(record)
        except (KeyError, TypeError, ValueError):
            self.unreadable += 1


def read(s3: Any, uri: str, variant: str, since: datetime) -> Captured:
    """The answers of a variant since then; `uri` is the endpoint's folder of captured data."""
    place = urlsplit(f"{uri}/{variant}/")
    prefix = place.path.lstrip("/")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=place.netloc, Prefix=prefix, StartAfter=f"{prefix}{since.astimezone(UTC):%Y/%m/%d/%H}/"
    )
    found = Captured()
    for item in (item for page in pages for item in page.get("Contents", [])):
        body = s3.get_object(Bucket=place.netloc, Key=item["Key"])["Body"].read()
        for record in (json.loads(line) for line in body.splitlines() if line.strip()):
            if _time(record) >= since.replace(microsecond=0):
                found.add(record)
    return found


def _time(record: dict[str, Any]) -> datetime:
    """When it was captured, to the second."""
    return datetime.fromisoformat(record["eventMetadata"]["inferenceTime"])


def _answers(record: dict[str, Any]) -> Iterator[Answer]:
    """An answer for each row: the API sends `{"instances": [row, …]}`, and gets `{"predictions": [{label, score}, …]}`.

    KeyError, TypeError or ValueError for what others sent.
    """
    data, metadata = record["captureData"], record["eventMetadata"]
    rows = json.loads(_text(data["endpointInput"]))["instances"]
    predictions = json.loads(_text(data["endpointOutput"]))["predictions"]
    inference_id = metadata.get("inferenceId", metadata["eventId"])
    found = [
        Answer(inference_id, place, row, str(prediction["label"]), float(prediction["score"]))
        for place, (row, prediction) in enumerate(zip(rows, predictions, strict=True))
    ]
    if not all(isinstance(answer.row, dict) for answer in found):
        raise ValueError("expected rows by column name")
    yield from found


def _text(side: dict[str, str]) -> str:
    return base64.b64decode(side["data"]).decode() if side["encoding"] == "BASE64" else side["data"]
