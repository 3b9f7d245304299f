"""functions/predict: what it accepts, what it asks the endpoint, what it answers."""

from __future__ import annotations

import io
import json
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROW = {"plan": "basic", "minutes": 12.5, "calls": 3}
# The id that Lambda gives an invocation.
CONTEXT = SimpleNamespace(aws_request_id="request-1")
ANSWER = '{"predictions": [{"label": "yes", "score": 0.91}]}'


def call(predict: ModuleType, body: str) -> tuple[int, Any]:
    """Call the API with a body; its status and its JSON."""
    answer = predict.handler({"body": body, "isBase64Encoded": False}, CONTEXT)
    variant = {"X-Variant": "default", "X-Inference-Id": "request-1"} if answer["statusCode"] == 200 else {}
    assert answer["headers"] == {"Content-Type": "application/json", **variant}
    return answer["statusCode"], json.loads(answer["body"])


def refused(predict: ModuleType, body: str) -> str:
    """The message of a request that is refused as invalid."""
    status, answer = call(predict, body)
    assert (status, answer["error"]["code"]) == (400, "InvalidFeatures")
    return str(answer["error"]["message"])


def expect(endpoint: Stubber, instances: list[dict[str, Any]]) -> None:
    """The endpoint is to be asked for these rows, and answers."""
    request = {
        "EndpointName": "shop-test",
        "ContentType": "application/json",
        "Accept": "application/json",
        "Body": json.dumps({"instances": instances}).encode(),
        "InferenceId": "request-1",
    }
    body = StreamingBody(io.BytesIO(ANSWER.encode()), len(ANSWER))
    answer = {"Body": body, "ContentType": "application/json", "InvokedProductionVariant": "default"}
    endpoint.add_response("invoke_endpoint", answer, request)


@pytest.mark.parametrize(
    ("features", "instances"),
    [
        pytest.param(["basic", 12.5, 3], [ROW], id="a list is one row"),
        pytest.param([["basic", 12.5, 3], ["basic", 12.5, 3]], [ROW, ROW], id="lists are many rows"),
        pytest.param({"calls": 3, "minutes": 12.5, "plan": "basic"}, [ROW], id="an object is one row, in any order"),
        pytest.param([ROW, ROW], [ROW, ROW], id="objects are many rows"),
        pytest.param(ROW | {"customer_id": "7"}, [ROW], id="an id is left out"),
        pytest.param("basic,12.5,3", [ROW | {"calls": 3.0}], id="a string is a CSV row"),
        pytest.param(
            "basic,12.5,3\r\n\nbasic,12.5,3\n", [ROW | {"calls": 3.0}] * 2, id="a line is a row, blank ones are not"
        ),
        pytest.param('"a, b",12.5,', [ROW | {"plan": "a, b", "calls": None}], id="quotes and empty values are CSV's"),
        pytest.param(
            ["basic", None, "n/a"], [ROW | {"minutes": None, "calls": "n/a"}], id="missing values are the model's"
        ),
    ],
)
def test_features_become_rows_by_column_name(
    predict: ModuleType, endpoint: Stubber, features: Any, instances: list[dict[str, Any]]
) -> None:
    expect(endpoint, instances)
    assert call(predict, json.dumps({"features": features})) == (200, json.loads(ANSWER))


def test_a_base64_body_is_decoded(predict: ModuleType, endpoint: Stubber) -> None:
    expect(endpoint, [ROW])
    event = {"body": "eyJmZWF0dXJlcyI6IFsiYmFzaWMiLCAxMi41LCAzXX0=", "isBase64Encoded": True}
    assert predict.handler(event, CONTEXT)["statusCode"] == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the body is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ("{", "the body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", 'expected {"features": …}: a list, an object by column name, or a CSV string'),
        ('{"rows": []}', 'expected {"features": …}: a list, an object by column name, or a CSV string'),
        ('{"features": 3}', "features: expected a list, an object by column name, or a CSV string; found 3"),
        ('{"features": null}', "features: expected a list, an object by column name, or a CSV string; found null"),
        ('{"features": []}', "features: expected at least one row, found none"),
        ('{"features": ""}', "features: expected at least one row, found none"),
        ('{"features": "\\"a"}', "features: not CSV: unexpected end of data"),
        ('{"features": ["basic", 1]}', "row 1: expected 3 values ('plan', 'minutes', 'calls'), found 2"),
        (
            '{"features": [["basic", 1, 2], ["basic", 1, 2, 3]]}',
            "row 2: expected 3 values ('plan', 'minutes', 'calls'), found 4",
        ),
        ('{"features": [["basic", 1, 2], 3]}', "row 2: expected a list or an object by column name, found 3"),
        ('{"features": {"plan": "basic", "minutes": 1}}', "row 1: missing 'calls'; null stands for an unknown value"),
        ('{"features": {}}', "row 1: missing 'plan', 'minutes', 'calls'; null stands for an unknown value"),
        (
            '{"features": {"plan": "basic", "minuts": 1, "calls": 2}}',
            "row 1: unknown column 'minuts'; did you mean 'minutes'?",
        ),
        (
            '{"features": {"plan": "basic", "minutes": 1, "calls": 2, "zip": 9}}',
            "row 1: unknown column 'zip'; the columns are 'plan', 'minutes', 'calls'",
        ),
        ('{"features": ["basic", [1], 2]}', 'row 1: expected a list or an object by column name, found "basic"'),
        ('{"features": [["basic", [1], 2]]}', "row 1, column 'minutes': expected one value, found [1]"),
        (
            '{"features": ["basic", NaN, 2]}',
            "the body is not JSON: NaN is not a JSON number; null stands for an unknown value",
        ),
        (
            '{"features": ["basic", -Infinity, 2]}',
            "the body is not JSON: -Infinity is not a JSON number; null stands for an unknown value",
        ),
        ('{"features": ["basic", 1e999, 2]}', "the body is not JSON: 1e999 is out of range"),
        (
            '{"features": "basic,NaN,2"}',
            "row 1, column 'minutes': NaN is not a number; leave it empty if it is unknown",
        ),
        (
            '{"features": "basic,1,-inf"}',
            "row 1, column 'calls': -inf is not a number; leave it empty if it is unknown",
        ),
        ('{"features": "basic,1,1e999"}', "row 1, column 'calls': 1e999 is out of range"),
    ],
)
def test_a_wrong_request_is_refused_with_what_was_expected(predict: ModuleType, body: str, message: str) -> None:
    assert refused(predict, body) == message


def test_many_missing_columns_are_named_in_part(predict: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict, "COLUMNS", [f"c{number}" for number in range(12)])
    named = ", ".join(f"'c{number}'" for number in range(10))
    message = refused(predict, '{"features": {}}')
    assert message == f"row 1: missing {named} and 2 more; null stands for an unknown value"


def test_nesting_without_end_is_refused(predict: ModuleType) -> None:
    assert refused(predict, '{"features": ' + "[" * 100_000).startswith("the body is not JSON: maximum recursion depth")


def test_more_rows_than_an_endpoint_takes_are_refused(predict: ModuleType) -> None:
    rows = [["x" * 1_000_000, 1, 2]] * 7
    status, answer = call(predict, json.dumps({"features": rows}))
    assert (status, answer["error"]["code"]) == (413, "TooLarge")
    assert answer["error"]["message"].startswith("expected at most 6291456 bytes of rows, found 70")


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        ({"code": "ThrottlingException"}, (429, "Throttled", "too many requests; try again in a moment")),
        ({"code": "ServiceUnavailable"}, (503, "Unavailable", "the endpoint is unavailable; try again in a moment")),
        ({"code": "ModelNotReadyException"}, (503, "Unavailable", "the model is not ready yet; try again in a moment")),
        ({"code": "InternalFailure"}, (502, "EndpointFailed", "the endpoint failed; try again in a moment")),
        ({"code": "Unheard"}, (502, "EndpointFailed", "the endpoint failed with Unheard")),
        (
            {"code": "AccessDeniedException"},
            (500, "Misconfigured", "the API may not call its endpoint; its owner has to be told"),
        ),
        (
            {"code": "ValidationError", "message": "Endpoint shop-test of account 123456789012 not found."},
            (503, "Unavailable", "endpoint shop-test is not in service"),
        ),
        ({"code": "ValidationError", "message": "too long"}, (400, "InvalidFeatures", "too long")),
    ],
    ids=lambda value: value["code"] if isinstance(value, dict) else "",
)
def test_an_error_of_the_endpoint_has_a_status_and_a_sentence(
    predict: ModuleType, endpoint: Stubber, error: dict[str, str], answer: tuple[int, str, str]
) -> None:
    # The second attempt of a retried call meets the same error.
    for _ in range(2):
        endpoint.add_client_error("invoke_endpoint", error["code"], error.get("message", ""), answer[0])
    status, body = call(predict, json.dumps({"features": ROW}))
    assert (status, body["error"]["code"], body["error"]["message"]) == answer


@pytest.mark.parametrize(
    ("status", "message", "answer"),
    [
        (400, '{"error": "row 1: no number"}', (400, "InvalidFeatures", "row 1: no number")),
        (400, "plain", (400, "InvalidFeatures", "plain")),
        (400, "", (400, "InvalidFeatures", "the model refused the request")),
        (413, '{"error": "too large"}', (413, "TooLarge", "too large")),
        (500, "Traceback: secret", (502, "ModelFailed", "the model failed on this request")),
    ],
)
def test_what_the_model_says_about_the_request_reaches_the_caller(
    predict: ModuleType, endpoint: Stubber, status: int, message: str, answer: tuple[int, str, str]
) -> None:
    members = {"OriginalStatusCode": status, "OriginalMessage": message}
    endpoint.add_client_error("invoke_endpoint", "ModelError", "Received client error", 424, modeled_fields=members)
    found, body = call(predict, json.dumps({"features": ROW}))
    assert (found, body["error"]["code"], body["error"]["message"]) == answer


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (ReadTimeoutError(endpoint_url="url"), (504, "Timeout")),
        (ConnectionClosedError(endpoint_url="url"), (502, "EndpointFailed")),
    ],
    ids=["timeout", "closed connection"],
)
def test_an_endpoint_that_does_not_answer_is_a_gateway_error(
    predict: ModuleType, monkeypatch: pytest.MonkeyPatch, error: Exception, answer: tuple[int, str]
) -> None:
    def invoke_endpoint(**_: object) -> None:
        raise error

    monkeypatch.setattr(predict.CLIENT, "invoke_endpoint", invoke_endpoint)
    status, body = call(predict, json.dumps({"features": ROW}))
    assert (status, body["error"]["code"]) == answer


def test_what_fails_inside_is_logged_and_not_told(
    predict: ModuleType, endpoint: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.add_client_error(
        "invoke_endpoint", "ModelError", "secret", 424, modeled_fields={"OriginalStatusCode": 500}
    )
    _, body = call(predict, json.dumps({"features": ROW}))
    logged = json.loads(capsys.readouterr().out)
    assert "secret" in logged["cause"]
    assert (logged["status"], logged["code"]) == (502, "ModelFailed")
    assert "secret" not in json.dumps(body)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*ROW, "x"]), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(features=JSON_VALUES)
def test_any_features_are_rows_or_a_sentence(predict: ModuleType, features: Any) -> None:
    try:
        rows = predict.rows(predict.features({"body": json.dumps({"features": features})}))
    except predict.RequestError as error:
        assert (error.status, error.code) == (400, "InvalidFeatures")
        assert str(error)
    else:
        assert rows
        assert all(list(row) == ["plan", "minutes", "calls"] for row in rows)


@pytest.mark.parametrize("levels", [900, 950, 980, 985, 990, 995, 1000, 5000])
def test_any_number_of_levels_is_refused_by_a_sentence(predict: ModuleType, levels: int) -> None:
    refused(predict, '{"features": {"plan": ' + "[" * levels + "]" * levels + ', "minutes": 1, "calls": 2}}')


def test_a_name_of_any_length_is_quoted_in_short(predict: ModuleType) -> None:
    assert len(refused(predict, json.dumps({"features": {"x" * 1_000_000: 1}}))) < 200
