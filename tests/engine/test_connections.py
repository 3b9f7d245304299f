"""What a client may do with a connection, and what it is told when the engine stops."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from slipway import local
from tests.benchmarks.call import GET_CALLER_IDENTITY
from tests.benchmarks.load import request


def exchange(port: int, sent: bytes, *, half_close: bool = False) -> bytes:
    """All that the engine answers until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(sent)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


def test_a_client_that_says_no_more_still_gets_its_answer(engine: Any) -> None:
    answer = exchange(engine.engine.port, request(engine.engine, GET_CALLER_IDENTITY), half_close=True)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"GetCallerIdentityResult" in answer


def test_a_client_that_goes_away_in_the_middle_of_a_body_is_let_go(engine: Any) -> None:
    sent = request(engine.engine, GET_CALLER_IDENTITY)
    assert exchange(engine.engine.port, sent[:-5], half_close=True) == b""


def test_a_head_without_an_end_is_refused(engine: Any) -> None:
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n"
    assert exchange(engine.engine.port, head).startswith(b"HTTP/1.1 400 ")


def test_a_call_that_waits_longer_than_the_engine_lives_is_told_so(tmp_path: Path) -> None:
    engine = local.start(tmp_path / ".slipway", port=local.free_port())
    try:
        sqs = engine.session().client(
            "sqs", endpoint_url=engine.url, config=Config(retries={"total_max_attempts": 1}, read_timeout=30)
        )
        url = sqs.create_queue(QueueName="empty")["QueueUrl"]
        stopping = threading.Timer(1.0, os.kill, (engine.pid, signal.SIGTERM))
        stopping.start()
        with pytest.raises(ClientError, match="The local engine is being stopped") as refused:
            sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        log = (engine.home / "engine.log").read_text()
        assert "Traceback" not in log
    finally:
        local.remove(engine.home)
