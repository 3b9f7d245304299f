from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from slipway import api, load
from slipway.api import Api, PredictionFailed
from slipway.errors import NotFound
from slipway.local import free_port
from tests.slipway.samples import at
from tests.slipway.stubs import Aws


@dataclass
class Gateway:
    """Answers every request alike and remembers it."""

    url: str
    status: int = 200
    body: bytes = b'{"predictions": []}'
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            told.requests.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(content)))
            self.send_response(told.status)
            for header in told.headers.items():
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(told.body)

        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"predictions": ["later"]}')

        def log_message(self, *arguments: Any) -> None:
            """Nothing in the test's output."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told = Gateway(f"http://127.0.0.1:{server.server_port}/predictions")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def at_url(url: str, key: str = "", log_group: str = "") -> Api:
    return Api(Aws().install(), url, key, log_group)


def test_an_answer_says_which_variant_gave_it(gateway: Gateway) -> None:
    assert at_url(gateway.url).call([1]).variant == ""
    gateway.headers["x-variant"] = "candidate"
    assert at_url(gateway.url).call([1]).variant == "candidate"


def test_a_request_may_name_a_version_of_the_model_and_the_answer_does(gateway: Gateway) -> None:
    gateway.headers["x-model"] = "4"
    assert at_url(gateway.url).call([1], "4").model == "4"
    at_url(gateway.url).predict([1])
    assert [headers.get("x-model") for headers, _ in gateway.requests] == ["4", None]


def test_an_answer_names_what_the_headers_do(gateway: Gateway) -> None:
    assert at_url(gateway.url).predict([1]).named() == {}
    gateway.headers |= {"x-variant": "candidate", "x-inference-id": "request-1"}
    assert at_url(gateway.url).predict([1]).named() == {"variant": "candidate", "inferenceId": "request-1"}


def test_a_request_is_signed_for_api_gateway(gateway: Gateway) -> None:
    assert at_url(gateway.url).predict([1, "a"]).body == {"predictions": []}
    headers, body = gateway.requests[0]
    assert body == {"features": [1, "a"]}
    assert "/us-east-1/execute-api/aws4_request" in headers["authorization"]


def test_an_answer_that_comes_later_is_asked_for(gateway: Gateway) -> None:
    gateway.status, gateway.body = 202, b'{"id": "7", "location": "/test/predictions/7"}'
    assert at_url(gateway.url).predict([1]).body == {"predictions": ["later"]}
    assert gateway.asked == ["/predictions/7"]


def test_an_environment_that_predicts_in_batches_has_no_api(aws: Aws) -> None:
    outputs = [{"OutputKey": "BatchStateMachineArn", "OutputValue": "arn:machine"}]
    stack = {"StackName": "churn-test", "CreationTime": at(0), "StackStatus": "CREATE_COMPLETE", "Outputs": outputs}
    aws.answer("cloudformation.describe_stacks", {"Stacks": [stack]}, {"StackName": "churn-test"})
    with pytest.raises(NotFound, match="test has no API: it predicts in batches, by the state machine arn:machine"):
        api.of(aws.install(), "test")


def test_an_api_key_takes_the_signatures_place(gateway: Gateway) -> None:
    at_url(gateway.url, key="secret-key").predict([1])
    headers, _ = gateway.requests[0]
    assert headers["x-api-key"] == "secret-key"
    assert "authorization" not in headers


def test_a_refusal_is_told_with_status_and_body(gateway: Gateway) -> None:
    gateway.status, gateway.body = 400, b'{"error": "row 1: expected 17 values"}'
    with pytest.raises(PredictionFailed, match=r"answered 400: .*row 1: expected 17 values\"}$"):
        at_url(gateway.url).predict([1])


def test_a_fault_of_the_function_names_its_log(gateway: Gateway) -> None:
    gateway.status, gateway.body = 502, b"not json"
    with pytest.raises(PredictionFailed, match='502: "not json"; its log: slipway logs --group /aws/lambda/f'):
        at_url(gateway.url, log_group="/aws/lambda/f").predict([1])


def test_no_answer_is_told_as_such() -> None:
    with pytest.raises(PredictionFailed, match="got no answer"):
        at_url(f"http://127.0.0.1:{free_port()}/").predict([1])


def test_the_shells_request_is_quoted_for_the_shell() -> None:
    curl = at_url("http://x/predictions").curl({"name": "O'Hara"})
    assert curl.startswith("curl --aws-sigv4 aws:amz:us-east-1:execute-api")
    assert """'{"features": {"name": "O'"'"'Hara"}}'""" in curl
    assert "x-api-key: k" in at_url("http://x/predictions", key="k").curl([1])
    assert "x-model" not in curl
    assert " -H 'x-model: 4' " in at_url("http://x/predictions").curl([1], "4")


def test_an_environments_api_comes_from_its_stack(aws: Aws) -> None:
    values = {"ApiUrl": "http://x/predictions", "ApiKeyId": "id", "FunctionName": "churn-test-predict"}
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in values.items()]
    stack = {"StackName": "churn-test", "CreationTime": at(0), "StackStatus": "CREATE_COMPLETE", "Outputs": outputs}
    aws.answer("cloudformation.describe_stacks", {"Stacks": [stack]}, {"StackName": "churn-test"})
    aws.answer("apigateway.get_api_key", {"value": "secret"}, {"apiKey": "id", "includeValue": True})
    found = api.of(aws.install(), "test")
    assert (found.url, found.key, found.log_group) == (
        "http://x/predictions",
        "secret",
        "/aws/lambda/churn-test-predict",
    )


def test_load_counts_answers_by_status_and_missing_ones_as_0(gateway: Gateway) -> None:
    for url, status in [(gateway.url, 200), (f"http://127.0.0.1:{free_port()}/", 0)]:
        sender = load.Load(at_url(url), [1], threads=2)
        sender.start()
        while not sender.statuses:
            pass
        sender.stop()
        assert set(sender.statuses) == {status}


def endpoint(aws: Aws, *counts: int) -> None:
    for count in counts:
        told = {
            "EndpointName": "churn-production",
            "EndpointArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn-production",
            "EndpointStatus": "InService",
            "CreationTime": at(0),
            "LastModifiedTime": at(0),
            "ProductionVariants": [{"VariantName": "default", "CurrentInstanceCount": count}],
        }
        aws.answer("sagemaker.describe_endpoint", told, {"EndpointName": "churn-production"})


def test_instances_are_waited_for_and_every_change_is_seen(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "POLL_SECONDS", 0.0)
    endpoint(aws, 2, 2, 3)
    seen: list[int] = []
    assert load.wait_for_instances(aws.target, "churn-production", lambda count: count > 2, 60, seen.append) == 3
    assert seen == [2, 3]


def test_instances_are_waited_for_no_longer_than_asked(aws: Aws) -> None:
    endpoint(aws, 2)
    assert load.wait_for_instances(aws.target, "churn-production", lambda count: count > 2, 0, lambda count: None) == 2
