"""functions/smoke: calls that check an API, and load while production is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

ROWS = [{"minutes": 1.0}, {"minutes": 2.0}]
DEPLOYMENT = {"pipeline": "shop", "execution": "1", "stage": "Production", "action": "Stack"}


@pytest.fixture
def smoke(load: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = load("smoke")
    monkeypatch.setattr(module, "SECONDS_BETWEEN_ATTEMPTS", 0)
    monkeypatch.setattr(module, "SECONDS_BETWEEN_CALLS", 0)
    monkeypatch.setattr(module, "sample", lambda _uri: ROWS)
    return module


def answer(count: int) -> tuple[int, str]:
    return 200, json.dumps({"predictions": [{"label": "yes"}] * count})


def predictor(_api: Any, document: dict[str, Any]) -> tuple[int, str]:
    """An API as it should be."""
    if "features" not in document:
        return 400, "{}"
    features = document["features"]
    return answer(len(features) if isinstance(features, list) else 1)


def test_one_row_many_rows_and_nonsense_are_asked(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "outputs", lambda _stack: {"ApiUrl": "https://api"})
    monkeypatch.setattr(smoke, "post", predictor)
    assert smoke.smoke({"stack": "shop-test", "sample": "s3://artifacts/sample.json"}) == ""


@pytest.mark.parametrize(
    ("post", "message"),
    [
        (lambda *_: (502, "no endpoint"), "expected 200 from https://api, found 502: no endpoint"),
        (lambda *_: answer(1), "expected 2 predictions from https://api, found 1"),
        (
            lambda _api, document: answer(
                len(document["features"]) if isinstance(document.get("features"), list) else 1
            ),
            "expected 400 for a request without features, found 200",
        ),
    ],
    ids=["no answer", "a prediction missing", "nonsense accepted"],
)
def test_a_wrong_answer_fails_with_what_was_expected(
    smoke: ModuleType, monkeypatch: pytest.MonkeyPatch, post: Callable[..., Any], message: str
) -> None:
    monkeypatch.setattr(smoke, "post", post)
    with pytest.raises(smoke.SmokeFailed, match=message):
        smoke.check(smoke.Api("https://api", None), ROWS)


def test_a_new_api_may_take_a_moment(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([(403, "not yet"), (0, "connection refused"), answer(1)])
    monkeypatch.setattr(smoke, "post", lambda *_: next(answers))
    smoke.expect_predictions(smoke.Api("https://api", None), ROWS[0], 1)


def test_an_answer_that_comes_later_is_waited_for(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([(202, ""), (202, ""), answer(1)])
    asked: list[str] = []

    def send(_api: Any, request: Any) -> tuple[int, str]:
        asked.append(request.url)
        return next(answers)

    monkeypatch.setattr(smoke, "post", lambda *_: (202, '{"id": "7"}'))
    monkeypatch.setattr(smoke, "send", send)
    smoke.expect_predictions(smoke.Api("https://api", None), ROWS[0], 1)
    assert asked == ["https://api/7"] * 3


def test_a_stack_without_an_api_is_named(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "outputs", lambda _stack: {})
    with pytest.raises(smoke.SmokeFailed, match="expected the output ApiUrl in the stack shop-test, found none"):
        smoke.smoke({"stack": "shop-test", "sample": "s3://artifacts/sample.json"})


def test_calls_go_on_until_the_deployment_has_succeeded(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = iter(["InProgress", "InProgress", "InProgress", "Succeeded"])
    calls: list[Any] = []
    monkeypatch.setattr(smoke, "action_status", lambda _deployment: next(statuses))
    monkeypatch.setattr(smoke, "find", lambda _stack: smoke.Api("https://api", None))
    monkeypatch.setattr(smoke, "post", lambda _api, document: calls.append(document["features"]) or (500, ""))
    assert smoke.load("shop-production", DEPLOYMENT, ROWS) is True
    assert calls == [ROWS[0], ROWS[1], ROWS[0]]


def test_a_deployment_that_fails_ends_the_calls(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "action_status", lambda _deployment: "Failed")
    with pytest.raises(smoke.SmokeFailed, match="Production/Stack ended as Failed"):
        smoke.load("shop-production", DEPLOYMENT, ROWS)


def test_a_deployment_longer_than_the_function_lives_goes_on_in_the_next_job(
    smoke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke, "LOAD_SECONDS", 0)
    assert smoke.load("shop-production", DEPLOYMENT, ROWS) is False


def test_the_newest_execution_of_the_action_counts(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def detail(action: str, minute: int, status: str) -> dict[str, Any]:
        start = datetime(2026, 1, 1, 0, minute, tzinfo=UTC)
        return {"stageName": "Production", "actionName": action, "startTime": start, "status": status}

    details = [detail("Stack", 1, "Failed"), detail("Stack", 2, "InProgress"), detail("Promote", 3, "Succeeded")]
    monkeypatch.setattr(smoke.CODEPIPELINE, "list_action_executions", lambda **_: {"actionExecutionDetails": details})
    assert smoke.action_status(DEPLOYMENT) == "InProgress"
    assert smoke.action_status({**DEPLOYMENT, "action": "Other"}) == "InProgress"


def test_the_api_is_found_by_the_outputs_of_its_stack_with_its_key(
    smoke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = [{"OutputKey": "ApiUrl", "OutputValue": "https://api"}, {"OutputKey": "ApiKeyId", "OutputValue": "k1"}]
    monkeypatch.setattr(smoke.CLOUDFORMATION, "describe_stacks", lambda **_: {"Stacks": [{"Outputs": outputs}]})
    monkeypatch.setattr(smoke.APIGATEWAY, "get_api_key", lambda **_: {"value": "secret"})
    assert smoke.find("shop-production") == smoke.Api("https://api", "secret")


def test_before_the_first_deployment_there_is_no_api(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")

    monkeypatch.setattr(smoke.CLOUDFORMATION, "describe_stacks", missing)
    assert smoke.find("shop-production") is None


def test_a_request_is_signed_and_carries_the_key(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Response:
        status_code = 200
        text = "{}"

    sent: list[Any] = []
    monkeypatch.setattr(smoke.HTTP, "send", lambda request: sent.append(request) or Response())
    assert smoke.post(smoke.Api("https://api/production/predictions", "secret"), {}) == (200, "{}")
    headers = sent[0].headers
    assert "/eu-west-1/execute-api/aws4_request" in str(headers["Authorization"])
    assert headers["x-api-key"] == "secret"


def test_a_long_answer_is_read_to_its_end(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Response:
        status_code = 200
        text = answer(500)[1]

    monkeypatch.setattr(smoke.HTTP, "send", lambda _request: Response())
    smoke.expect_predictions(smoke.Api("https://api/production/predictions", None), ROWS * 250, 500)
