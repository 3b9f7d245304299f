"""Data capture: a sample of requests and responses as JSON lines in S3.

Format and key layout: docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
`<DestinationS3Uri>/<endpoint>/<variant>/yyyy/mm/dd/hh/<mm-ss-mmm-uuid>.jsonl`
"""

from __future__ import annotations

import base64
import json
import random
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.service import role_caller
from slipway.engine.services.sagemaker.storage import Location, encryption

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

FLUSH_SECONDS = 60
_FLUSH_LINES = 500


@dataclass(frozen=True)
class Exchange:
    """One invocation as capture sees it."""

    request: bytes
    request_type: str
    response: bytes
    response_type: str
    custom_attributes: str | None
    inference_id: str | None


class Capture:
    """Captures for one endpoint, buffered per variant."""

    def __init__(self, engine: Engine, endpoint: str, config: dict[str, Any]) -> None:
        self._engine = engine
        self._endpoint = endpoint
        self._config = config
        modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
        self._input = bool(modes & {"Input", "InputAndOutput"})
        self._output = bool(modes & {"Output", "InputAndOutput"})
        self._lines: dict[tuple[str, str], list[str]] = {}
        self._lock = threading.Lock()

    def sample(self, variant: str, role_arn: str, exchange: Exchange) -> None:
        """Keep this exchange with the configured probability."""
        if random.random() * 100 >= self._config["InitialSamplingPercentage"]:  # noqa: S311 - a sample, not a secret
            return
        line = json.dumps(self._record(exchange))
        with self._lock:
            lines = self._lines.setdefault((variant, role_arn), [])
            lines.append(line)
            full = len(lines) >= _FLUSH_LINES
        if full:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered, one object per variant, under the model's role."""
        with self._lock:
            waiting, self._lines = self._lines, {}
        for (variant, role_arn), lines in waiting.items():
            at = Location.parse(self._config["DestinationS3Uri"]).below(*self._key(variant))
            role_caller(self._engine, role_arn).client("s3").put_object(
                Bucket=at.bucket,
                Key=at.key,
                Body="".join(f"{line}\n" for line in lines).encode(),
                **encryption(self._config.get("KmsKeyId")),
            )

    def _key(self, variant: str) -> tuple[str, ...]:
        now = datetime.now(UTC)
        name = f"{now:%M-%S}-{now.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
        return (self._endpoint, variant, f"{now:%Y}", f"{now:%m}", f"{now:%d}", f"{now:%H}", name)

    def _record(self, exchange: Exchange) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if self._input:
            data["endpointInput"] = self._side("INPUT", exchange.request, exchange.request_type)
        if self._output:
            data["endpointOutput"] = self._side("OUTPUT", exchange.response, exchange.response_type)
        metadata: dict[str, Any] = {"eventId": str(uuid.uuid4())}
        if exchange.custom_attributes is not None:
            metadata["customAttributes"] = [exchange.custom_attributes]
        if exchange.inference_id is not None:
            metadata["inferenceId"] = exchange.inference_id
        metadata["inferenceTime"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}

    def _side(self, mode: str, body: bytes, content_type: str) -> dict[str, str]:
        encoding = self._encoding(content_type)
        text = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode("utf-8", "replace")
        return {"observedContentType": content_type, "mode": mode, "data": text, "encoding": encoding}

    def _encoding(self, content_type: str) -> str:
        """CSV and JSON for the content types that the configuration lists, base64 for all others."""
        headers = self._config.get("CaptureContentTypeHeader", {})
        plain = content_type.split(";", 1)[0].strip().lower()
        if plain in {item.lower() for item in headers.get("CsvContentTypes", [])}:
            return "CSV"
        return "JSON" if plain in {item.lower() for item in headers.get("JsonContentTypes", [])} else "BASE64"


def summary(config: dict[str, Any]) -> dict[str, Any]:
    """DataCaptureConfig as DescribeEndpoint answers it.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfigSummary.html
    """
    enabled = config.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
