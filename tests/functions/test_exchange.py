"""functions/predict/exchange.py through the handler: CSV in and out, the variant, and CORS."""

from __future__ import annotations

import base64
import csv
import io
import json
import sys
from types import ModuleType
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from tests.functions.test_predict import ANSWER, CONTEXT, ROW

PAGE = "https://shop.example.com"
JSON = "application/json"


@pytest.fixture(scope="module")
def exchange(predict: ModuleType) -> ModuleType:
    return sys.modules[predict.answer_type.__module__]


def called(
    module: ModuleType, endpoint: Stubber, body: str, predictions: str = ANSWER, **headers: str
) -> dict[str, Any]:
    """The function's answer to a body with these headers, from an endpoint that answers."""
    stream = StreamingBody(io.BytesIO(predictions.encode()), len(predictions))
    endpoint.add_response("invoke_endpoint", {"Body": stream, "InvokedProductionVariant": "candidate"})
    event = {"body": body, "headers": {name.replace("_", "-"): value for name, value in headers.items()}}
    answer: dict[str, Any] = module.handler(event, CONTEXT)
    return answer


def test_a_csv_body_is_rows_by_the_data_sets_order(predict: ModuleType) -> None:
    event = {"body": "basic,12.5,3\r\n,,\r\n", "headers": {"content-type": "Text/CSV; charset=utf-8"}}
    assert predict.rows(predict.features(event)) == [ROW, dict.fromkeys(ROW)]


def test_a_csv_body_in_base64_with_a_byte_order_mark_is_the_same(predict: ModuleType) -> None:
    body = base64.b64encode("\ufeffbasic,12.5,3".encode()).decode()
    event = {"body": body, "isBase64Encoded": True, "headers": {"Content-Type": "text/csv"}}
    assert predict.rows(predict.features(event)) == [ROW]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("basic,1", "row 1: expected 3 values ('plan', 'minutes', 'calls'), found 2"),
        ("", "features: expected at least one row, found none"),
        ('"basic', "features: not CSV: unexpected end of data"),
        ("/w==", "the body is not UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_a_wrong_csv_body_is_refused_in_json_whatever_is_accepted(
    predict: ModuleType,
    body: str,
    message: str,
) -> None:
    headers = {"Content-Type": "text/csv", "Accept": "text/csv"}
    answer = predict.handler({"body": body, "isBase64Encoded": body == "/w==", "headers": headers}, CONTEXT)
    assert (answer["statusCode"], answer["headers"]) == (400, {"Content-Type": JSON})
    assert json.loads(answer["body"])["error"] == {"code": "InvalidFeatures", "message": message}


def test_a_caller_that_accepts_csv_gets_lines(predict: ModuleType, endpoint: Stubber) -> None:
    two = '{"predictions": [{"label": "a, b", "score": 0.5}, {"label": "no", "score": 1e-9}]}'
    answer = called(predict, endpoint, "basic,1,2\nbasic,1,2", two, content_type="text/csv", accept="text/csv")
    assert answer["headers"]["Content-Type"] == "text/csv"
    assert answer["body"] == '"a, b",0.5\r\nno,1e-09\r\n'


def test_the_answer_names_the_variant(predict: ModuleType, endpoint: Stubber) -> None:
    answer = called(predict, endpoint, json.dumps({"features": ROW}))
    assert answer["headers"]["X-Variant"] == "candidate"


def test_a_get_has_its_rows_in_the_query(predict: ModuleType) -> None:
    event = {"httpMethod": "GET", "queryStringParameters": {"features": "basic,12.5,3"}, "body": None}
    assert predict.rows(predict.features(event)) == [ROW]


def test_the_apis_canary_names_the_variant_that_is_asked(predict: ModuleType, endpoint: Stubber) -> None:
    stream = StreamingBody(io.BytesIO(ANSWER.encode()), len(ANSWER))
    body = json.dumps({"instances": [ROW]}).encode()
    request = {"EndpointName": "shop-test", "ContentType": JSON, "Accept": JSON, "Body": body}
    response = {"Body": stream, "InvokedProductionVariant": "candidate"}
    endpoint.add_response(
        "invoke_endpoint", response, {**request, "InferenceId": "request-1", "TargetVariant": "candidate"}
    )
    event = {"body": json.dumps({"features": ROW}), "stageVariables": {"targetVariant": "candidate"}}
    assert predict.handler(event, CONTEXT)["headers"]["X-Variant"] == "candidate"


def test_a_canary_without_its_variant_is_the_owners_fault(predict: ModuleType, endpoint: Stubber) -> None:
    message = "Variant candidate of endpoint shop-test of account 123456789012 not found."
    endpoint.add_client_error("invoke_endpoint", "ValidationError", message, 400)
    event = {"body": json.dumps({"features": ROW}), "stageVariables": {"targetVariant": "candidate"}}
    answer = predict.handler(event, CONTEXT)
    error = {"code": "Misconfigured", "message": "the endpoint lacks the canary's variant; its owner has to be told"}
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (500, error)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("text/html", JSON),
        ("application/json, text/csv", JSON),
        ("application/json;q=0.5, TEXT/CSV", "text/csv"),
        ("text/csv;q=0, */*", JSON),
        ("text/csv;q=x", JSON),
    ],
)
def test_the_answer_is_json_unless_csv_is_preferred(exchange: ModuleType, accept: str, kind: str) -> None:
    assert exchange.answer_type({"headers": {"Accept": accept}}) == kind


@pytest.mark.parametrize(
    ("origins", "origin", "headers"),
    [
        ([], PAGE, {}),
        ([PAGE], PAGE, {"Access-Control-Allow-Origin": PAGE, "Vary": "Origin"}),
        ([PAGE], "https://evil.example.com", {"Vary": "Origin"}),
        ([PAGE], "", {"Vary": "Origin"}),
        ([PAGE, "http://localhost:1"], PAGE, {"Access-Control-Allow-Origin": PAGE, "Vary": "Origin"}),
        (["*"], PAGE, {"Access-Control-Allow-Origin": "*"}),
    ],
    ids=["off", "the page", "another page", "no page", "one of two", "any page"],
)
@pytest.mark.parametrize("good", [True, False], ids=["answer", "error"])
def test_only_the_pages_of_the_configuration_may_read_answers_and_errors(
    predict: ModuleType,
    exchange: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    origins: list[str],
    origin: str,
    headers: dict[str, str],
    good: bool,
) -> None:
    monkeypatch.setattr(exchange, "ORIGINS", frozenset(origins))
    with Stubber(predict.CLIENT) as endpoint:
        body = json.dumps({"features": ROW}) if good else "{"
        found = called(predict, endpoint, body, Origin=origin)["headers"]
    exposed = found.pop("Access-Control-Expose-Headers", None)
    assert (exposed == "X-Variant,X-Model,X-Inference-Id,X-Amzn-RequestId") is (
        "Access-Control-Allow-Origin" in headers
    )
    always = {"Content-Type", "X-Inference-Id", "X-Variant"}
    assert {name: value for name, value in found.items() if name not in always} == headers


PREDICTIONS = st.lists(st.tuples(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.floats(0, 1)))


@given(predictions=PREDICTIONS)
def test_any_labels_come_back_from_csv(exchange: ModuleType, predictions: list[tuple[str, float]]) -> None:
    answer = json.dumps({"predictions": [{"label": label, "score": score} for label, score in predictions]})
    lines = csv.reader(io.StringIO(exchange.as_csv(answer), newline=""), strict=True)
    assert [(label, float(score)) for label, score in lines] == predictions
