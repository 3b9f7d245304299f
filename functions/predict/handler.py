"""The API's function: turns `{"features": …}` into the endpoint's request, and every error into a JSON body.

Features are a list (one row by position), an object (one row by column name), a CSV string (no header, a row on each
line), or a list of such rows; a body of type text/csv is such a CSV string by itself. The answer is the endpoint's,
`{"predictions": [{"label", "score"}, …]}`, or lines `label,score` where the caller accepts those, or
`{"error": {"code", "message"}}`. Names and numbers of columns are checked here, where a message can name the column
that was meant; values are the model's to judge. What stands in the headers is in `exchange.py`.
docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, Protocol

import botocore.session
from botocore.config import Config

import asynchronous
import versions
from exchange import CSV, INFERENCE_ID, JSON, VARIANT, answer_type, as_csv, canary_variant, cors_headers, is_csv
from failures import endpoint_errors
from refusal import RequestError

ENDPOINT_NAME = os.environ["ENDPOINT_NAME"]
# dataset.columns of the configuration, put beside this file by Build.
_COLUMNS = json.loads(Path(__file__).with_name("columns.json").read_bytes())
COLUMNS = [column["name"] for column in _COLUMNS if column["type"] != "id"]
IDS = {column["name"] for column in _COLUMNS if column["type"] == "id"}
NUMBERS = {column["name"] for column in _COLUMNS if column["type"] == "number"}
# What SageMaker lets through to an endpoint, in bytes.
LARGEST_BODY = 6 * 1024 * 1024
# What is quoted of a request in an answer, in characters.
LONGEST_FOUND = 80
NOT_FINITE = {"nan", "inf", "infinity"}

# botocore without boto3 starts a tenth faster; two attempts end before the function's own timeout of 28 seconds.
CLIENT: Any = botocore.session.get_session().create_client(
    "sagemaker-runtime",
    config=Config(connect_timeout=1, read_timeout=11, retries={"mode": "standard", "total_max_attempts": 2}),
)

Row = dict[str, Any]
Response = dict[str, Any]


class Context(Protocol):
    """What is used of https://docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

    aws_request_id: str


def handler(event: dict[str, Any], context: Context) -> Response:
    """Answer one request of the REST API.

    docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    try:
        if event.get("httpMethod") == "GET" and asynchronous.PLACE:
            return answered(event, event["pathParameters"]["id"])
        chosen = {**canary_variant(event), **versions.target(event)}
        body = json.dumps({"instances": rows(features(event))}, allow_nan=False).encode()
        if len(body) > LARGEST_BODY:
            raise RequestError(413, "TooLarge", f"expected at most {LARGEST_BODY} bytes of rows, found {len(body)}")
        if asynchronous.PLACE:
            return submitted(event, body, context.aws_request_id)
        text, told = predict(body, context.aws_request_id, chosen)
        kind = answer_type(event)
        headers = {"Content-Type": kind, **told, INFERENCE_ID: context.aws_request_id, **cors_headers(event)}
        return {"statusCode": 200, "headers": headers, "body": as_csv(text) if kind == CSV else text}
    except RequestError as error:
        if error.status >= 500:
            print(json.dumps({"status": error.status, "code": error.code, "cause": str(error.__cause__ or error)}))
        text = json.dumps({"error": {"code": error.code, "message": str(error)}})
        return {"statusCode": error.status, "headers": {"Content-Type": JSON, **cors_headers(event)}, "body": text}


def submitted(event: dict[str, Any], body: bytes, inference_id: str) -> Response:
    """Queue the rows; the answer says where theirs will be."""
    with endpoint_errors(ENDPOINT_NAME):
        asynchronous.submit(CLIENT, ENDPOINT_NAME, body, inference_id)
    return waiting(f"{event['requestContext']['path']}/{inference_id}", inference_id)


def answered(event: dict[str, Any], inference_id: str) -> Response:
    """The answer to an earlier request, or 202 as long as there is none."""
    text = asynchronous.result(inference_id)
    if text is None:
        return waiting(event["requestContext"]["path"], inference_id)
    kind = answer_type(event)
    headers = {"Content-Type": kind, INFERENCE_ID: inference_id}
    return {"statusCode": 200, "headers": headers, "body": as_csv(text) if kind == CSV else text}


def waiting(location: str, inference_id: str) -> Response:
    """202, https://www.rfc-editor.org/rfc/rfc9110#name-202-accepted."""
    body = json.dumps({"id": inference_id, "location": location})
    return {"statusCode": 202, "headers": {"Content-Type": JSON, "Location": location}, "body": body}


def features(event: dict[str, Any]) -> Any:
    """The query's features, or the body itself when it is CSV, else what stands under "features" in it."""
    if event.get("httpMethod") == "GET":
        return event["queryStringParameters"]["features"]
    text = event.get("body") or ""
    try:
        raw = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
        if is_csv(event):
            return raw.decode("utf-8-sig")
    except ValueError as error:
        raise _refused(f"the body is not UTF-8: {error}") from None
    try:
        document = json.loads(raw, parse_constant=_not_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise _refused(f"the body is not JSON: {error}") from None
    if not isinstance(document, dict) or set(document) != {"features"}:
        raise _refused('expected {"features": …}: a list, an object by column name, or a CSV string')
    return document["features"]


def rows(found: Any) -> list[Row]:
    """The rows by column name, whichever way they were written."""
    if isinstance(found, str):
        found = _csv_rows(found)
    elif isinstance(found, dict) or _is_one_row(found):
        found = [found]
    if not isinstance(found, list):
        raise _refused(f"features: expected a list, an object by column name, or a CSV string; found {_shorten(found)}")
    if not found or found == [[]]:
        raise _refused("features: expected at least one row, found none")
    return [_row(item, number) for number, item in enumerate(found, 1)]


def _is_one_row(found: Any) -> bool:
    return isinstance(found, list) and not any(isinstance(item, dict | list) for item in found)


def predict(body: bytes, inference_id: str, chosen: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The answer to rows of what the request has chosen of the endpoint, and headers that say what that was.

    JSON whatever the caller wants, so that what is captured of the endpoint has one form.
    """
    told = {"InferenceId": inference_id, **chosen}
    with endpoint_errors(ENDPOINT_NAME):
        answer = CLIENT.invoke_endpoint(EndpointName=ENDPOINT_NAME, ContentType=JSON, Accept=JSON, Body=body, **told)
        text = str(answer["Body"].read().decode())
    return text, {VARIANT: answer["InvokedProductionVariant"], **versions.answered(answer)}


def _csv_rows(text: str) -> list[list[str | None]]:
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise _refused(f"features: not CSV: {error}") from None
    return [[value.strip() or None for value in line] for line in lines]


def _row(item: Any, number: int) -> Row:
    if isinstance(item, list):
        if len(item) != len(COLUMNS):
            raise _refused(f"row {number}: expected {len(COLUMNS)} values ({_listed(COLUMNS)}), found {len(item)}")
        item = dict(zip(COLUMNS, item, strict=True))
    if not isinstance(item, dict):
        raise _refused(f"row {number}: expected a list or an object by column name, found {_shorten(item)}")
    _check_names(item, number)
    return {name: _value(item[name], name, number) for name in COLUMNS}


def _check_names(row: Row, number: int) -> None:
    missing = [name for name in COLUMNS if name not in row]
    for name in row:
        if name not in COLUMNS and name not in IDS:
            meant = get_close_matches(name[:LONGEST_FOUND], missing or COLUMNS, n=1)
            hint = f"; did you mean {meant[0]!r}?" if meant else f"; the columns are {_listed(COLUMNS)}"
            raise _refused(f"row {number}: unknown column {_quoted(name)}{hint}")
    if missing:
        raise _refused(f"row {number}: missing {_listed(missing)}; null stands for an unknown value")


def _value(value: Any, name: str, number: int) -> Any:
    if isinstance(value, dict | list):
        raise _refused(f"row {number}, column {name!r}: expected one value, found {_shorten(value)}")
    if name in NUMBERS and isinstance(value, str):
        return _number(value, name, number)
    return value


def _number(text: str, name: str, number: int) -> float | str:
    """A number written as text, as in CSV; other text is left to the model, which may know it as a missing value."""
    if text.strip().lstrip("+-").lower() in NOT_FINITE:
        raise _refused(f"row {number}, column {name!r}: {_cut(text)} is not a number; leave it empty if it is unknown")
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        raise _refused(f"row {number}, column {name!r}: {_cut(text)} is out of range")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{_cut(text)} is out of range")
    return value


def _not_finite(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number; null stands for an unknown value")


def _refused(message: str) -> RequestError:
    return RequestError(400, "InvalidFeatures", message)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(map(repr, names[:10])) + more


def _shorten(value: Any) -> str:
    try:
        text = json.dumps(value)
    except RecursionError:  # read by a stack that was less deep than this one
        return "a value of too many levels"
    return _cut(text)


def _quoted(name: str) -> str:
    return _cut(repr(name[: LONGEST_FOUND + 1]))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 3] + "..."
