"""A REST API as SAM makes it, called over HTTP."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.engine.mend.account import eventually, log, role

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"
)

TEMPLATE = (Path(__file__).parent / "api.yaml").read_text()
FEATURES = {"features": [1, 2.5]}


@dataclass
class Api:
    """The stack's API and the credentials of the person at the keyboard."""

    engine: Any
    outputs: dict[str, str]
    person: Credentials

    def call(
        self, path: str, body: Any, *, method: str = "POST", who: Credentials | None = None, **headers: str
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        """Status, JSON body and headers of a request, signed when `who` is given."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = self.outputs["Url"] + path
        request = AWSRequest(method, url, {"Content-Type": "application/json", **headers}, data)
        if who is not None:
            SigV4Auth(who, "execute-api", "us-east-1").add_auth(request)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        connection.request(method, parts.path, data, dict(request.headers.items()))
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null"), response.headers


def deploy(engine: Any, action: str, **parameters: str) -> dict[str, str]:
    """Create or update the stack; its outputs."""
    cloudformation = engine.client("cloudformation")
    getattr(cloudformation, action)(
        StackName="rest-api",
        TemplateBody=TEMPLATE,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )

    def ended() -> Any:
        stack = cloudformation.describe_stacks(StackName="rest-api")["Stacks"][0]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    stack = eventually(ended)
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack.get("StackStatusReason")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture(scope="module")
def api(engine: Any) -> Api:
    frozen = engine.engine.session().get_credentials().get_frozen_credentials()
    person = Credentials(frozen.access_key, frozen.secret_key)
    return Api(engine, deploy(engine, "create_stack"), person)


def test_a_signed_request_reaches_the_function(api: Api) -> None:
    status, body, headers = api.call("/predict", FEATURES, who=api.person)
    assert status == 200
    assert body["who"] == "arn:aws:iam::111122223333:user/person-at-the-keyboard"
    assert body["trace"] == headers["X-Amzn-Trace-Id"]
    assert headers.get_all("x-amzn-requestid") is not None
    assert len(headers.get_all("x-amzn-requestid") or []) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="missing"),
        pytest.param({"features": "1"}, id="wrong type"),
        pytest.param({"features": ["1"]}, id="wrong item"),
        pytest.param(b"{", id="no JSON"),
    ],
)
def test_a_body_that_does_not_fit_the_model_is_a_400(api: Api, body: Any) -> None:
    status, answer, headers = api.call("/predict", body, who=api.person)
    assert (status, answer) == (400, {"message": "Invalid request body"})
    assert headers["x-amzn-ErrorType"] == "BadRequestException"


def test_an_unsigned_request_is_a_403(api: Api) -> None:
    status, answer, _ = api.call("/predict", FEATURES)
    assert (status, answer) == (403, {"message": "Missing Authentication Token"})


def test_a_request_of_a_role_without_the_permission_is_a_403(api: Api) -> None:
    arn = role(api.engine, "no-invoke", "ec2.amazonaws.com")
    iam = api.engine.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.update_assume_role_policy(RoleName="no-invoke", PolicyDocument=document)
    assumed = api.engine.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    who = Credentials(assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])
    status, answer, _ = api.call("/predict", FEATURES, who=who)
    assert status == 403
    assert "is not authorized to perform: execute-api:Invoke on resource" in answer["Message"]


def test_a_wrong_secret_is_a_403(api: Api) -> None:
    forged = Credentials(str(api.person.access_key), "wrong")
    status, _, headers = api.call("/predict", FEATURES, who=forged)
    assert status == 403
    assert headers["x-amzn-ErrorType"] == "InvalidSignatureException"


@pytest.mark.parametrize("body", [{**FEATURES, "fail": 1}, {**FEATURES, "malformed": 1}])
def test_a_function_that_fails_or_answers_nonsense_is_a_502(api: Api, body: Any) -> None:
    status, answer, _ = api.call("/predict", body, who=api.person)
    assert (status, answer) == (502, {"message": "Internal server error"})


def test_a_path_that_is_not_there_is_a_403(api: Api) -> None:
    assert api.call("/nowhere", {}, who=api.person)[:2] == (403, {"message": "Missing Authentication Token"})


def test_a_preflight_is_answered_without_credentials(api: Api) -> None:
    status, _, headers = api.call("/predict", b"", method="OPTIONS")
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Allow-Methods"] == "POST"


def test_a_key_is_needed_and_its_plan_throttles(api: Api) -> None:
    assert api.call("/keyed", FEATURES)[:2] == (403, {"message": "Forbidden"})
    made = api.engine.client("cloudformation").describe_stack_resources(StackName="rest-api")["StackResources"]
    [key] = [found["PhysicalResourceId"] for found in made if found["ResourceType"] == "AWS::ApiGateway::ApiKey"]
    value = api.engine.client("apigateway").get_api_key(apiKey=key, includeValue=True)["value"]

    def answers() -> list[Any]:
        return [api.call("/keyed", FEATURES, **{"x-api-key": value})[:2] for _ in range(4)]

    assert answers()[0][0] == 200
    # The plan fills up again by the second: four that a busy machine spreads over several are all let through.
    assert eventually(lambda: (429, {"message": "Too Many Requests"}) in answers())


def test_requests_are_in_the_access_log(api: Api) -> None:
    api.call("/predict", {}, who=api.person)
    line = "400 POST /live/predict BAD_REQUEST_BODY arn:aws:iam::111122223333:user/person-at-the-keyboard"
    assert eventually(lambda: any(written.endswith(line) for written in log(api.engine, "/test/access")))


def test_an_update_keeps_the_apis_id_and_serves_the_new_function(api: Api) -> None:
    outputs = deploy(api.engine, "update_stack", Greeting="welcome")
    assert outputs["Url"] == api.outputs["Url"]
    assert api.call("/predict", FEATURES, who=api.person)[1]["greeting"] == "welcome"


def test_a_change_that_was_not_deployed_is_not_served(api: Api) -> None:
    client = api.engine.client("apigateway")
    resources = client.get_resources(restApiId=api.outputs["Id"])["items"]
    predict = next(resource for resource in resources if resource["path"] == "/predict")
    client.delete_method(restApiId=api.outputs["Id"], resourceId=predict["id"], httpMethod="POST")
    assert api.call("/predict", FEATURES, who=api.person)[0] == 200


def test_a_function_that_no_longer_lets_the_api_in_is_a_500(api: Api) -> None:
    client = api.engine.client("lambda")
    policy = json.loads(client.get_policy(FunctionName=api.outputs["Function"])["Policy"])
    for statement in policy["Statement"]:
        client.remove_permission(FunctionName=api.outputs["Function"], StatementId=statement["Sid"])
    assert api.call("/predict", FEATURES, who=api.person)[:2] == (500, {"message": "Internal server error"})
