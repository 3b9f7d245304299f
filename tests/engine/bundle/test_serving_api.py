"""cf/serving.yaml's API on an engine: CSV, CORS, the cache, the canary, and what a private API is refused with."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from cfnlint.decode.cfn_yaml import loads

from config.request_model import insert
from tests.engine.services.sagemaker.support import BUCKET, ROLE, Hosted, Sagemaker, prepare_account, start_engine
from tests.engine.stacks import Stacks

pytestmark = pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html")

ROOT = Path(__file__).parents[3]
COLUMNS = [{"name": "id", "type": "id"}, {"name": "plan", "type": "category"}, {"name": "minutes", "type": "number"}]
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/jobs:predictions"
PAGE = "https://shop.example.com"
# What the model and its endpoint need, which the tests make themselves.
ELSEWHERE = ("Model", "Candidate", "Batch", "EndpointConfig", "Endpoint", "ExecutionRole")
PARAMETERS = {
    "Prefix": "shop",
    "RepositoryArn": "arn:aws:ecr:us-east-1:111122223333:repository/jobs",
    "ArtifactBucket": BUCKET,
    "KeyArn": "arn:aws:kms:us-east-1:111122223333:key/none",
    "InstanceType": "ml.m5.large",
    **dict.fromkeys(("SubnetIds", "SecurityGroupIds", "ErrorAlarmName", "LatencyAlarmName"), ""),
}
# What the stack's own parameters say without a default, and the API does not ask.
UNUSED = "made-elsewhere"
ON = {
    "ApiAuthorization": "API_KEY",
    "CorsAllowOrigins": PAGE,
    "CacheClusterSize": "0.5",
    "CanaryVariant": "candidate",
    "CanaryTrafficPercentage": "40",
    "ApiTracing": "false",
}


def template() -> dict[str, Any]:
    """The template as Build packages it, with an endpoint that is there already."""
    text = insert((ROOT / "cf" / "serving.yaml").read_text(), COLUMNS)
    found: dict[str, Any] = json.loads(json.dumps(loads(text)))
    for name in ELSEWHERE:
        del found["Resources"][name]
    function = found["Resources"]["Function"]
    del function["DependsOn"]
    function["Properties"]["CodeUri"] = f"s3://{BUCKET}/predict.zip"
    function["Properties"]["Environment"]["Variables"]["MODEL_VERSIONS"] = ""
    wanted = {"ApiUrl", "ApiKeyId", "FunctionName"}
    found["Outputs"] = {name: output for name, output in found["Outputs"].items() if name in wanted}
    return found


def parameters(**chosen: str) -> list[dict[str, str]]:
    """The parameters of a stack."""
    declared = template()["Parameters"]
    given = {name: UNUSED for name, parameter in declared.items() if "Default" not in parameter}
    given |= {name: value for name, value in PARAMETERS.items() if name in declared} | chosen
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]


def code() -> bytes:
    """The function as Build packages it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path in (ROOT / "functions" / "predict").glob("*.py"):
            archive.write(path, path.name)
        archive.writestr("columns.json", json.dumps(COLUMNS))
    return target.getvalue()


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sagemaker]:
    """An engine with the function's code, the log role, and an endpoint of two variants for each environment."""
    running = start_engine(tmp_path_factory.mktemp("serving") / "home")
    made = Sagemaker(running)
    prepare_account(made)
    made.put("predict.zip", code())
    stacks = Stacks(running)
    role = stacks.role("apigateway.amazonaws.com", [{"Action": "logs:*", "Resource": "*"}], "log")
    operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    made.client("apigateway").update_account(patchOperations=[operation])
    hosted = Hosted(made)
    for environment in ("test", "production"):
        endpoint(hosted, f"shop-{environment}")
    yield made
    running.stop()


def endpoint(hosted: Hosted, name: str) -> None:
    variants = []
    for variant, weight in (("default", 1.0), ("candidate", 0.0)):
        url = hosted.container(f"the {variant}")["ModelDataUrl"]
        container = {"Image": IMAGE, "ModelDataUrl": url}
        model = f"{name}-{variant}"
        hosted.client.create_model(ModelName=model, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        size = {"InitialInstanceCount": 1, "InstanceType": "ml.m5.large", "InitialVariantWeight": weight}
        variants.append({"VariantName": variant, "ModelName": model, **size})
    hosted.client.create_endpoint(EndpointName=name, EndpointConfigName=hosted.config(*variants))
    assert hosted.settled(name)["EndpointStatus"] == "InService"


class Api:
    """A stack's API, called over HTTP."""

    def __init__(self, account: Sagemaker, environment: str, **chosen: str) -> None:
        self._account = account
        self.stacks = Stacks(account.running)
        stack = self.stacks.create(template(), Parameters=parameters(Environment=environment, **chosen))
        assert stack["StackStatus"] == "CREATE_COMPLETE", self.stacks.reasons(stack["StackId"])
        self.outputs = self.stacks.outputs(stack)
        key = self.outputs.get("ApiKeyId")
        client = account.client("apigateway")
        self.key = client.get_api_key(apiKey=key, includeValue=True)["value"] if key else ""

    def call(
        self, verb: str, body: str = "", query: str = "", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers and text of a request with these headers and no others."""
        url = urlsplit(self.outputs["ApiUrl"])
        connection = http.client.HTTPConnection(url.netloc, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(verb, url.path + (f"?{query}" if query else ""), body.encode(), named)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def signed(self, body: str, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
        """A POST that the person at the keyboard signs."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest("POST", self.outputs["ApiUrl"], headers=named, data=body.encode())
        SigV4Auth(self._account.running.session().get_credentials(), "execute-api", "us-east-1").add_auth(request)
        return self.call("POST", body, **{name.replace("-", "_"): text for name, text in request.headers.items()})

    def keyed(self, verb: str, body: str = "", query: str = "", **headers: str) -> tuple[int, Any, str]:
        """A request with the API key."""
        return self.call(verb, body, query, x_api_key=self.key, **headers)


@pytest.fixture(scope="module")
def plain(account: Sagemaker) -> Api:
    """The API as it is by default."""
    return Api(account, "test")


@pytest.fixture(scope="module")
def rich(account: Sagemaker) -> Api:
    """The API with everything on that the engine executes."""
    return Api(account, "production", **ON)


def test_csv_goes_in_and_comes_out_and_the_variant_is_named(plain: Api) -> None:
    status, headers, text = plain.signed("basic,1\nbasic,\n", content_type="text/csv", accept="text/csv")
    assert (status, headers["Content-Type"], headers["X-Variant"]) == (200, "text/csv", "default")
    assert [line.partition(",")[0] for line in text.splitlines()] == ["the default", "the default"]
    status, headers, text = plain.signed("basic,1", content_type="text/csv")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(text)["predictions"][0]["label"] == "the default"


def test_json_is_validated_by_the_model_and_csv_by_the_function(plain: Api) -> None:
    status, _, text = plain.signed('{"features": {"minutes": "many"}}', content_type="application/json")
    assert status == 400
    assert json.loads(text)["error"]["message"].startswith("the body does not match the API's model")
    status, _, text = plain.signed("basic,1,2", content_type="text/csv")
    assert (status, json.loads(text)["error"]) == (
        400,
        {"code": "InvalidFeatures", "message": "row 1: expected 2 values ('plan', 'minutes'), found 3"},
    )


def test_without_cors_and_cache_there_is_neither_preflight_nor_get(plain: Api) -> None:
    for verb in ("OPTIONS", "GET"):
        status, headers, text = plain.call(verb, Origin=PAGE)
        assert (status, json.loads(text)["error"]["code"]) == (403, "MISSING_AUTHENTICATION_TOKEN")
        assert "Access-Control-Allow-Origin" not in headers
    _, headers, _ = plain.signed("basic,1", content_type="text/csv", Origin=PAGE)
    assert "Access-Control-Allow-Origin" not in headers


def test_a_preflight_is_answered_without_a_key(rich: Api) -> None:
    status, headers, text = rich.call("OPTIONS", Origin=PAGE, Access_Control_Request_Method="POST")
    assert (status, text, headers["Access-Control-Allow-Origin"]) == (204, "", PAGE)
    assert headers["Access-Control-Allow-Methods"] == "GET,OPTIONS,POST"
    assert "X-Api-Key" in headers["Access-Control-Allow-Headers"]


def test_only_the_configured_page_may_read_the_answer(rich: Api) -> None:
    status, headers, _ = rich.keyed("POST", "basic,1", Content_Type="text/csv", Origin=PAGE)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, PAGE)
    assert headers["Access-Control-Expose-Headers"] == "X-Variant,X-Model,X-Inference-Id,X-Amzn-RequestId"
    _, headers, _ = rich.keyed("POST", "basic,1", Content_Type="text/csv", Origin="https://evil.example.com")
    assert "Access-Control-Allow-Origin" not in headers


def test_a_page_can_read_the_gateways_own_refusal(rich: Api) -> None:
    status, headers, text = rich.call("POST", "basic,1", Content_Type="text/csv", Origin=PAGE)
    assert (status, json.loads(text)["error"]["code"]) == (403, "INVALID_API_KEY")
    assert headers["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html")
def test_the_canary_gets_its_share_of_the_requests(rich: Api) -> None:
    found = Counter(
        (headers["X-Variant"], text.partition(",")[0])
        for _ in range(30)
        for _, headers, text in [rich.keyed("POST", "basic,1", Content_Type="text/csv", Accept="text/csv")]
    )
    assert set(found) == {("default", "the default"), ("candidate", "the candidate")}


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html")
def test_a_get_is_answered_from_the_cache_and_another_row_is_not(rich: Api) -> None:
    def answers(row: str, **headers: str) -> Counter[str]:
        query = urlencode({"features": row})
        found = [rich.keyed("GET", query=query, **headers) for _ in range(20)]
        texts = [text for _, told, text in found if told["X-Variant"] == "default"]  # a canary has no cache
        return Counter(texts)

    first, second = answers("basic,1"), answers("basic,2")
    assert (len(first), len(second)) == (1, 1)
    assert set(first) != set(second)
    (text,) = answers("basic,1", Accept="text/csv")
    assert text.startswith("the default,")


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html")
def test_a_get_without_features_is_refused_and_a_post_is_never_cached(rich: Api) -> None:
    status, _, text = rich.keyed("GET")
    assert (status, json.loads(text)["error"]["code"]) == (400, "BAD_REQUEST_PARAMETERS")
    texts = [rich.keyed("POST", "basic,1", Content_Type="text/csv")[2] for _ in range(12)]
    assert len(set(texts)) > 2


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html")
def test_a_private_api_is_refused_by_name_and_without_endpoints_with_a_sentence(account: Sagemaker) -> None:
    stacks = Stacks(account.running)

    def refused(**chosen: str) -> str:
        listed = parameters(Environment="test", ApiEndpointType="PRIVATE", **chosen)
        capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        return stacks.refused(template(), Parameters=listed, Capabilities=capabilities)

    assert "Nobody could call a PRIVATE API without ApiVpcEndpointIds." in refused()
    message = refused(ApiVpcEndpointIds="vpce-1a2b")
    assert "EndpointConfiguration.VpcEndpointIds of AWS::ApiGateway::RestApi is not executed by this engine" in message
