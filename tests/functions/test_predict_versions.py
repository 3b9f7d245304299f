"""functions/predict with deploy.mode multi-model: which version is asked, and which one the answer names."""

from __future__ import annotations

import io
import json
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

ANSWER = '{"predictions": [{"label": "yes", "score": 0.91}]}'
CONTEXT = SimpleNamespace(aws_request_id="request-1")


@pytest.fixture
def several(predict: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The function in front of an endpoint that holds versions 3 and 1."""
    monkeypatch.setattr(predict.versions, "VERSIONS", ["3", "1"])
    return predict


def call(predict: ModuleType, headers: dict[str, str]) -> dict[str, Any]:
    event = {"body": json.dumps({"features": ["basic", 12.5, 3]}), "headers": headers}
    answer: dict[str, Any] = predict.handler(event, CONTEXT)
    return answer


def expect(endpoint: Stubber, target: str, told: str) -> None:
    request = {
        "EndpointName": "shop-test",
        "ContentType": "application/json",
        "Accept": "application/json",
        "Body": json.dumps({"instances": [{"plan": "basic", "minutes": 12.5, "calls": 3}]}).encode(),
        "InferenceId": "request-1",
        "TargetModel": target,
    }
    body = StreamingBody(io.BytesIO(ANSWER.encode()), len(ANSWER))
    answer = {"Body": body, "InvokedProductionVariant": "default", "CustomAttributes": told}
    endpoint.add_response("invoke_endpoint", answer, request)


def refusal(answer: dict[str, Any]) -> tuple[int, str, str]:
    error = json.loads(answer["body"])["error"]
    return answer["statusCode"], error["code"], error["message"]


def test_a_request_that_names_no_version_asks_the_champion(several: ModuleType, endpoint: Stubber) -> None:
    expect(endpoint, "champion.tar.gz", told="4")  # a deployment that is under way has another one
    answer = call(several, {})
    assert (answer["statusCode"], answer["headers"]["X-Model"]) == (200, "4")
    assert json.loads(answer["body"]) == json.loads(ANSWER)


@pytest.mark.parametrize("name", ["X-Model", "x-model"])
def test_a_request_that_names_a_version_asks_that_one(several: ModuleType, endpoint: Stubber, name: str) -> None:
    expect(endpoint, "1.tar.gz", told="1")
    assert call(several, {name: "1"})["headers"]["X-Model"] == "1"


@pytest.mark.parametrize("wanted", ["2", "champion", "../1", "x" * 500])
def test_a_version_that_is_not_there_is_404(several: ModuleType, wanted: str) -> None:
    message = f"there is no model {wanted[:40]!r} here; X-Model may be 3 (the champion), 1"
    assert refusal(call(several, {"X-Model": wanted})) == (404, "NotFound", message)


def test_a_version_is_not_named_where_there_is_one(predict: ModuleType) -> None:
    message = "X-Model names a version, but this API has one; leave it out"
    assert refusal(call(predict, {"X-Model": "1"})) == (400, "OneModel", message)


def test_a_get_which_a_cache_may_answer_to_others_is_not_refused_by_a_header(
    predict: ModuleType, endpoint: Stubber
) -> None:
    body = StreamingBody(io.BytesIO(ANSWER.encode()), len(ANSWER))
    endpoint.add_response("invoke_endpoint", {"Body": body, "InvokedProductionVariant": "default"})
    query = {"httpMethod": "GET", "queryStringParameters": {"features": "basic,12.5,3"}}
    answer = predict.handler({**query, "headers": {"X-Model": "1"}}, CONTEXT)
    assert (answer["statusCode"], "X-Model" in answer["headers"]) == (200, False)


def test_a_version_that_a_deployment_has_taken_away_is_404(several: ModuleType, endpoint: Stubber) -> None:
    message = "Failed to download model data(bucket: b, key: 1.tar.gz). Please ensure that …"
    endpoint.add_client_error("invoke_endpoint", "ValidationError", message)
    expected = (404, "NotFound", "the endpoint does not hold that model, or not any more")
    assert refusal(call(several, {"X-Model": "1"})) == expected


def test_a_version_without_room_is_to_be_asked_for_again(several: ModuleType, endpoint: Stubber) -> None:
    told = {"OriginalStatusCode": 507, "OriginalMessage": "no room"}
    endpoint.add_client_error("invoke_endpoint", "ModelError", "no room", modeled_fields=told)
    message = "the endpoint has no room for that model now; try again in a moment"
    assert refusal(call(several, {"X-Model": "1"})) == (503, "Unavailable", message)
