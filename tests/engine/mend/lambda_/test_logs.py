"""A function's log, as text and as JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from slipway.engine.mend.lambda_.function import FunctionVersion
from slipway.engine.mend.lambda_.report import Report, end_lines, start_lines
from tests.engine.mend.account import function, invoke

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/python-logging.html")
SOURCE = (
    "import logging\n\ndef handler(event, context):\n    logging.debug('quiet')\n"
    "    logging.getLogger('mine').warning('careful %s', event)\n    raise ValueError('no')\n"
)


def tail(engine: Any, name: str, event: Any) -> list[str]:
    _, answer = invoke(engine, name, event, LogType="Tail")
    return base64.b64decode(answer["LogResult"]).decode().splitlines()


def test_text_has_level_time_and_request(engine: Any) -> None:
    function(engine, "texts", SOURCE)
    lines = tail(engine, "texts", 1)
    request_id = lines[0].split()[2]
    level, _, request, message = lines[1].split("\t")
    assert (level, request, message) == ("[WARNING]", request_id, "careful 1")
    assert "[ERROR] ValueError: no" in lines
    assert lines[-2] == f"END RequestId: {request_id}"
    assert lines[-1].startswith(f"REPORT RequestId: {request_id}\tDuration: ")


def test_json_has_an_object_a_line(engine: Any) -> None:
    function(engine, "objects", SOURCE, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN"})
    lines = [json.loads(line) for line in tail(engine, "objects", 1)]
    assert [line.get("type") for line in lines] == ["platform.start", None, None, "platform.report"]
    request_id = lines[0]["record"]["requestId"]
    assert lines[1] == {
        "timestamp": lines[1]["timestamp"],
        "level": "WARNING",
        "message": "careful 1",
        "logger": "mine",
        "requestId": request_id,
    }
    assert (lines[2]["level"], lines[2]["errorType"], lines[2]["errorMessage"]) == ("ERROR", "ValueError", "no")
    assert (lines[3]["record"]["status"], lines[3]["record"]["errorType"]) == ("error", "ValueError")


def version(**logging: str) -> FunctionVersion:
    config = {
        "FunctionName": "f",
        "FunctionArn": "arn",
        "Runtime": "python3.13",
        "Handler": "h.h",
        "Role": "r",
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": logging,
    }
    return FunctionVersion.of(config, b"", [])


def test_a_report_tells_time_memory_status_and_trace() -> None:
    report = Report("id", 0.0123, 40, 0.2, "timeout", "Sandbox.Timedout", "Root=1-a;Parent=b;Sampled=1")
    assert list(end_lines(version(), report)) == [
        "END RequestId: id",
        "REPORT RequestId: id\tDuration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB"
        "\tInit Duration: 200.00 ms\tStatus: timeout",
        "XRAY TraceId: 1-a\tSegmentId: b\tSampled: true",
    ]


def test_a_system_log_level_of_warn_keeps_what_failed() -> None:
    quiet = version(LogFormat="JSON", SystemLogLevel="WARN")
    assert list(start_lines(quiet, "id")) == []
    assert list(end_lines(quiet, Report("id"))) == []
    assert len(list(end_lines(quiet, Report("id", status="error")))) == 1
