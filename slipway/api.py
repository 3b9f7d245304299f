"""Calling an environment's API: signed with SigV4, or with an API key.

docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
"""

from __future__ import annotations

import json
import shlex
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from slipway.errors import ExitCode, NotFound, SlipwayError
from slipway.install import Install

# How long `predict` waits for an answer that comes later.
LONGEST_SECONDS = 60.0
SECONDS_BETWEEN_LOOKS = 0.2
_POOL = urllib3.PoolManager(maxsize=32, retries=False)


class PredictionFailed(SlipwayError):
    """The API refused the request; the text is its answer."""

    exit_code = ExitCode.PREDICTION_FAILED


@dataclass(frozen=True)
class Answer:
    """What the API answered, and what its headers name.

    `variant` of the endpoint answered, of the version `model` where it holds several; what came true of the request is
    told later by its `inference_id`.
    """

    status: int
    body: Any
    variant: str = ""
    model: str = ""
    inference_id: str = ""

    def named(self) -> dict[str, str]:
        """What the headers named, under the names of docs/api.md in camel case."""
        told = {"variant": self.variant, "model": self.model, "inferenceId": self.inference_id}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Api:
    """An environment's API."""

    install: Install
    url: str
    key: str
    log_group: str = ""

    def call(self, features: Any, model: str = "") -> Answer:
        """POST one request of one row or many, to a version of the model; PredictionFailed without an answer."""
        return self._sent("POST", self.url, json.dumps({"features": features}).encode(), model)

    def later(self, request_id: str) -> Answer:
        """What an asynchronous API answers to an earlier request by now; 202 as long as there is nothing."""
        return self._sent("GET", f"{self.url}/{request_id}", b"")

    def predict(self, features: Any, model: str = "") -> Answer:
        """The answer, waited for where it comes later; PredictionFailed when the API refuses."""
        answer, until = self.call(features, model), time.monotonic() + LONGEST_SECONDS
        while answer.status == 202 and time.monotonic() < until:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            answer = self.later(answer.body["id"])
        if answer.status != 200:
            log = f"; its log: slipway logs --group {self.log_group}" if answer.status >= 500 else ""
            raise PredictionFailed(f"POST {self.url} answered {answer.status}: {json.dumps(answer.body)}{log}")
        return answer

    def curl(self, features: Any, model: str = "") -> str:
        """The same request for a shell."""
        data = shlex.quote(json.dumps({"features": features}))
        headers = "-H 'content-type: application/json'" + (f" -H {shlex.quote(f'x-model: {model}')}" if model else "")
        if self.key:
            return f"curl -H 'x-api-key: {self.key}' {headers} -d {data} {self.url}"
        region = self.install.target.region
        return (
            f'curl --aws-sigv4 aws:amz:{region}:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'
            f" {headers} -d {data} {self.url}"
        )

    def _sent(self, method: str, url: str, body: bytes, model: str = "") -> Answer:
        headers = {"content-type": "application/json", **self._authorization(method, url, body)}
        if model:
            headers["x-model"] = model
        try:
            response = _POOL.request(method, url, body=body, headers=headers, timeout=60.0)
        except urllib3.exceptions.HTTPError as error:
            raise PredictionFailed(f"{method} {url} got no answer: {error}") from error
        told = [response.headers.get(name, "") for name in ("X-Variant", "X-Model", "X-Inference-Id")]
        return Answer(response.status, _parsed(response.data), *told)

    def _authorization(self, method: str, url: str, body: bytes) -> dict[str, str]:
        if self.key:
            return {"x-api-key": self.key}
        target = self.install.target
        request = AWSRequest(method, url, headers={"host": urlsplit(url).netloc}, data=body)
        SigV4Auth(target.session.get_credentials(), "execute-api", target.region).add_auth(request)
        return dict(request.headers.items())


def of(install: Install, environment: str) -> Api:
    """The API of `test` or `production`; NotFound when that environment is not there yet."""
    outputs = install.environment(environment)
    if "ApiUrl" not in outputs:
        raise NotFound(
            f"{environment} has no API: it predicts in batches, by the state machine {outputs['BatchStateMachineArn']}"
        )
    key_id = outputs.get("ApiKeyId", "")
    key = install.target.client("apigateway").get_api_key(apiKey=key_id, includeValue=True)["value"] if key_id else ""
    return Api(install, outputs["ApiUrl"], key, f"/aws/lambda/{outputs['FunctionName']}")


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")
