"""functions/predict with deploy.mode async: what is queued, and what is answered to whom asks for it."""

from __future__ import annotations

import io
import json
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

ID = "5d1f0b9e-5c2f-4a65-9d5c-2f1c6f9f7a10"
OUTPUT, FAILURE = "async/test/output/7.out", "async/test/failure/7-error.out"
ROW = json.dumps({"features": ["basic", 1.5, 3]})


class Bucket:
    """Objects in memory, by key."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803
        assert Bucket == "artifacts"
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "artifacts"
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}


@pytest.fixture
def bucket(predict: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The bucket of an endpoint that is asynchronous, and queues whatever it is sent."""
    found, asked = Bucket(), predict.asynchronous
    for name, value in (("PLACE", "s3://artifacts/async/test"), ("BUCKET", "artifacts"), ("PREFIX", "async/test")):
        monkeypatch.setattr(asked, name, value)
    monkeypatch.setattr(asked, "S3", found)

    def invoke_endpoint_async(**request: str) -> dict[str, str]:
        key = request["InputLocation"].removeprefix("s3://artifacts/")
        assert json.loads(found.objects[key]) == {"instances": [{"plan": "basic", "minutes": 1.5, "calls": 3}]}
        return {"OutputLocation": f"s3://artifacts/{OUTPUT}", "FailureLocation": f"s3://artifacts/{FAILURE}"}

    monkeypatch.setattr(predict, "CLIENT", SimpleNamespace(invoke_endpoint_async=invoke_endpoint_async))
    return found


def submit(predict: ModuleType) -> dict[str, Any]:
    event = {"httpMethod": "POST", "body": ROW, "requestContext": {"path": "/test/predictions"}}
    answer: dict[str, Any] = predict.handler(event, SimpleNamespace(aws_request_id=ID))
    return answer


def ask(predict: ModuleType, request: str = ID, accept: str = "*/*") -> tuple[int, Any]:
    context = {"path": f"/test/predictions/{request}"}
    event = {"httpMethod": "GET", "pathParameters": {"id": request}, "requestContext": context}
    answer = predict.handler({**event, "headers": {"Accept": accept}}, SimpleNamespace(aws_request_id="other"))
    text = answer["body"]
    return answer["statusCode"], json.loads(text) if answer["headers"]["Content-Type"] == "application/json" else text


def test_a_request_is_queued_and_its_answers_address_told(predict: ModuleType, bucket: Bucket) -> None:
    answer = submit(predict)
    assert answer["statusCode"] == 202
    assert answer["headers"]["Location"] == f"/test/predictions/{ID}"
    assert json.loads(answer["body"]) == {"id": ID, "location": f"/test/predictions/{ID}"}
    assert set(bucket.objects) == {f"async/test/input/{ID}.json", f"async/test/requests/{ID}.json"}


def test_who_asks_too_early_is_told_to_wait_and_then_answered(predict: ModuleType, bucket: Bucket) -> None:
    submit(predict)
    assert ask(predict)[0] == 202
    bucket.objects[OUTPUT] = b'{"predictions": [{"label": "yes", "score": 0.9}]}'
    assert ask(predict) == (200, {"predictions": [{"label": "yes", "score": 0.9}]})
    assert ask(predict, accept="text/csv") == (200, "yes,0.9\r\n")


def test_a_request_that_failed_is_answered_and_its_failure_logged(
    predict: ModuleType, bucket: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    submit(predict)
    bucket.objects[FAILURE] = b"the secret inside"
    status, body = ask(predict)
    assert (status, body["error"]["code"]) == (502, "ModelFailed")
    assert "secret" not in json.dumps(body)
    assert "the secret inside" in capsys.readouterr().out


@pytest.mark.parametrize("request_id", ["5d1f0b9e-0000-0000-0000-000000000000", "../input/1", ""])
def test_a_request_that_never_was_is_not_found(predict: ModuleType, bucket: Bucket, request_id: str) -> None:
    submit(predict)
    assert ask(predict, request_id)[0] == 404


def test_a_wrong_request_is_refused_at_once(predict: ModuleType, bucket: Bucket) -> None:
    event = {"httpMethod": "POST", "body": "{}", "requestContext": {"path": "/test/predictions"}}
    assert predict.handler(event, SimpleNamespace(aws_request_id=ID))["statusCode"] == 400
    assert bucket.objects == {}


def test_an_endpoint_that_cannot_be_asked_is_unavailable(
    predict: ModuleType, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(**_: str) -> None:
        raise ClientError({"Error": {"Code": "ValidationError", "Message": "Endpoint x not found"}}, "Invoke")

    monkeypatch.setattr(predict, "CLIENT", SimpleNamespace(invoke_endpoint_async=missing))
    assert submit(predict)["statusCode"] == 503
