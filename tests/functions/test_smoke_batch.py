"""functions/smoke with deploy.mode batch: an execution is started once, followed over jobs, and its output is read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:shop-test-batch"
EXECUTION = "arn:aws:states:eu-west-1:111122223333:execution:shop-test-batch:1"
ROWS = [{"minutes": 1.0}, {"minutes": 2.0}]
TEST = {"stack": "shop-test", "sample": "s3://artifacts/samples/c/v.json"}
SUCCEEDED = {"status": "SUCCEEDED", "output": json.dumps({"outputUri": "s3://artifacts/batch/test/1/"})}
PREDICTED = b"1.0,yes,0.9\n2.0,no,0.1\n"


class Account:
    """Executions and objects in memory; `statuses` is what the execution is found in, one look after the other."""

    def __init__(self, statuses: list[dict[str, Any]], body: bytes = PREDICTED) -> None:
        self.statuses, self.body = iter(statuses), body
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.read: list[str] = []

    def start_execution(self, **request: str) -> dict[str, str]:
        self.started.append(request["stateMachineArn"])
        return {"executionArn": EXECUTION}

    def describe_execution(self, **request: str) -> dict[str, Any]:
        assert request == {"executionArn": EXECUTION}
        return {"startDate": datetime.now(UTC), **next(self.statuses)}

    def stop_execution(self, **request: str) -> None:
        self.stopped.append(request["cause"])

    def get_object(self, **request: str) -> dict[str, Any]:
        self.read.append(request["Key"])
        return {"Body": io.BytesIO(self.body)}


@pytest.fixture
def tried(load: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What the function answers with in that account."""
    module = load("smoke")
    batch: Any = module.batch
    monkeypatch.setattr(batch, "SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.setattr(module, "sample", lambda _uri: ROWS)
    monkeypatch.setattr(module, "outputs", lambda _stack: {"BatchStateMachineArn": MACHINE})
    monkeypatch.setattr(module, "load", lambda *_: True)

    def _tried(account: Account, parameters: dict[str, Any], token: str = "", seconds: float = 60) -> str:
        monkeypatch.setattr(module, "LOAD_SECONDS", seconds)
        monkeypatch.setattr(batch, "STEP_FUNCTIONS", account)
        monkeypatch.setattr(batch, "S3", account)
        answer: str = module.smoke(parameters, token)
        return answer

    return _tried


def test_test_predicts_the_sample_and_reads_what_came_out(tried: Callable[..., str]) -> None:
    account = Account([{"status": "RUNNING"}, SUCCEEDED])
    assert tried(account, TEST) == ""
    assert (account.started, account.read) == ([MACHINE], ["batch/test/1/v.csv.out"])


def test_production_predicts_what_is_configured_after_its_deployment(tried: Callable[..., str]) -> None:
    account = Account([SUCCEEDED])
    assert tried(account, {**TEST, "while": {"stage": "Production"}}) == ""
    assert (account.started, account.read) == ([MACHINE], [])


def test_a_batch_longer_than_the_function_lives_is_followed_by_the_next_job(tried: Callable[..., str]) -> None:
    account = Account([{"status": "RUNNING"}, SUCCEEDED])
    token = tried(account, TEST, seconds=-1)
    assert token == EXECUTION
    assert tried(account, TEST, token) == ""
    assert account.started == [MACHINE]


def test_a_batch_that_fails_fails_the_action_with_its_cause(tried: Callable[..., str]) -> None:
    with pytest.raises(Exception, match="ended as FAILED: no such file"):
        tried(Account([{"status": "FAILED", "cause": "no such file"}]), TEST)


def test_a_batch_that_a_pipeline_cannot_wait_for_is_stopped(tried: Callable[..., str]) -> None:
    account = Account([{"status": "RUNNING", "startDate": datetime.now(UTC) - timedelta(days=1)}])
    with pytest.raises(Exception, match=r"was not done in 23:00:00, .* raise deploy\.batch\.instanceCount"):
        tried(account, TEST)
    assert account.stopped == ["not done in 23:00:00"]


@pytest.mark.parametrize("body", [b"1.0,yes,0.9\n", b"1.0,yes,0.9\n2.0,no,high\n", b"1.0\n2.0\n"])
def test_a_missing_or_strange_prediction_fails_the_action(tried: Callable[..., str], body: bytes) -> None:
    with pytest.raises(Exception, match=r"expected 2 predictions in s3://artifacts/batch/test/1/v\.csv\.out, found"):
        tried(Account([SUCCEEDED], body), TEST)
