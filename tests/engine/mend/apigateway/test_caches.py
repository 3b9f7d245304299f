"""The cache of a stage: what is answered again, for how long, and to whom anew."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from slipway.engine.mend.apigateway.cache import LARGEST_ANSWER, Cache
from tests.engine.mend.account import eventually, function, summed
from tests.engine.mend.apigateway.apis import MadeApi

pytestmark = pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html")

# A new number with every invocation, as text of the length that is asked for.
COUNTS = """
import json, time
def handler(event, context):
    query = event["queryStringParameters"] or {}
    body = str(time.time_ns()).ljust(int(query.get("length", 0)))
    return {"statusCode": int(query.get("status", 200)), "body": json.dumps(body), "headers": {"X-Own": "1"}}
"""
QUERY = ("method.request.querystring.q", "method.request.header.Accept")


@pytest.fixture(scope="module")
def counting(engine: Any) -> str:
    return function(engine, "counting", COUNTS)


@pytest.fixture
def api(engine: Any, counting: str) -> Iterator[MadeApi]:
    """GET / and POST /, of which GET is cached by its query's `q` and what the caller accepts."""
    made = MadeApi(engine, "cached")
    for verb in ("GET", "POST"):
        made.client.put_method(
            **made.place(made.root, verb), authorizationType="NONE", requestParameters=dict.fromkeys(QUERY, False)
        )
        made.client.put_integration(
            **made.place(made.root, verb),
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{counting}/invocations",
            cacheKeyParameters=list(QUERY) if verb == "GET" else [],
        )
    made.let_in("counting")
    made.deploy()
    yield made
    made.client.delete_rest_api(restApiId=made.id)


def change(api: MadeApi, **values: str) -> Any:
    """UpdateStage, with paths in place of names: `_` for `/`, and `*/*` in front of a method's settings."""
    operations = [
        {"op": "replace", "path": f"/{'*/*/' if '_' in name else ''}{name.replace('_', '/')}", "value": value}
        for name, value in values.items()
    ]
    return api.client.update_stage(restApiId=api.id, stageName="live", patchOperations=operations)


@pytest.fixture
def cached(api: MadeApi) -> MadeApi:
    change(api, cacheClusterEnabled="true", cacheClusterSize="0.5", caching_enabled="true")
    return api


def body(api: MadeApi, path: str = "/?q=1", verb: str = "GET", **headers: str) -> Any:
    status, answer, _ = api.call(path, verb, **headers)
    assert status == 200
    return answer


def test_without_a_cluster_nothing_is_cached(api: MadeApi) -> None:
    change(api, caching_enabled="true")
    assert body(api) != body(api)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html")
def test_a_deployment_gives_its_stage_a_cache(api: MadeApi) -> None:
    api.deploy(cacheClusterEnabled=True, cacheClusterSize="0.5")
    change(api, caching_enabled="true")
    assert body(api) == body(api)


def test_a_get_with_the_same_key_is_answered_again_with_its_headers(cached: MadeApi) -> None:
    status, first, headers = cached.call("/?q=1")
    again = cached.call("/?q=1&other=2")
    assert again[:2] == (status, first)
    assert (headers["X-Own"], again[2]["X-Own"]) == ("1", "1")
    assert headers["x-amzn-requestid"] != again[2]["x-amzn-requestid"]


def test_another_value_of_a_key_parameter_is_another_answer(cached: MadeApi) -> None:
    assert len({body(cached), body(cached, "/?q=2"), body(cached, Accept="text/csv"), body(cached, "/?q=1&q=2")}) == 4


def test_a_post_is_not_cached_by_the_settings_of_all_methods(cached: MadeApi) -> None:
    assert body(cached, verb="POST") != body(cached, verb="POST")


def test_a_post_that_is_cached_by_its_own_settings_is_answered_whatever_its_body(cached: MadeApi) -> None:
    operations = [{"op": "replace", "path": "/~1/POST/caching/enabled", "value": "true"}]
    cached.client.update_stage(restApiId=cached.id, stageName="live", patchOperations=operations)
    first = cached.call("/", "POST", b"one")
    assert cached.call("/", "POST", b"two")[1] == first[1]


def test_the_answer_of_a_failed_function_is_cached_too(cached: MadeApi) -> None:
    first = cached.call("/?q=1&status=503")
    assert (first[0], cached.call("/?q=1")[:2]) == (503, first[:2])


def test_an_answer_is_forgotten_when_its_time_is_over(cached: MadeApi) -> None:
    change(cached, caching_ttlInSeconds="1")
    first = body(cached)
    time.sleep(0.1)  # the engine's clock is sixty times as fast
    assert body(cached) != first


def test_an_answer_above_a_megabyte_is_not_cached(cached: MadeApi) -> None:
    path = f"/?q=1&length={LARGEST_ANSWER + 1}"
    assert body(cached, path) != body(cached, path)


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_FlushStageCache.html")
def test_a_flushed_cache_begins_anew(cached: MadeApi) -> None:
    first = body(cached)
    cached.client.flush_stage_cache(restApiId=cached.id, stageName="live")
    assert body(cached) != first
    with pytest.raises(ClientError, match="Invalid Stage identifier specified"):
        cached.client.flush_stage_cache(restApiId=cached.id, stageName="gone")


def test_a_cache_of_another_size_begins_empty(cached: MadeApi) -> None:
    first = body(cached)
    assert change(cached, cacheClusterSize="1.6")["cacheClusterSize"] == "1.6"
    assert body(cached) != first


def allowed(api: MadeApi, name: str, action: str) -> str:
    """A role of the account's that may do this with the API."""
    trust = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:execute-api:*:*:{api.id}/*"}
    trusting, allowing = (json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (trust, may))
    iam = api.engine.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=allowing)
    return arn


def signed(api: MadeApi, who: str, **headers: str) -> tuple[int, Any, Any]:
    """A GET that a role signs."""
    session = api.engine.client("sts").assume_role(RoleArn=who, RoleSessionName="caller")["Credentials"]
    credentials = Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    url = f"{api.engine.url}/_aws/execute-api/{api.id}/live/?q=1"
    request = AWSRequest("GET", url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
    return api.call("/?q=1", **{name.replace("-", "_"): value for name, value in request.headers.items()})


def test_only_who_may_invalidate_gets_an_answer_anew(api: MadeApi) -> None:
    operations = [{"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}]
    api.client.update_method(**api.place(api.root, "GET"), patchOperations=operations)
    api.deploy()
    change(api, cacheClusterEnabled="true", caching_enabled="true")
    one, other = allowed(api, "cache-invalidator", "execute-api:*"), allowed(api, "cache-reader", "execute-api:Invoke")
    first = signed(api, other)
    refused = signed(api, other, Cache_Control="max-age=0")
    assert (first[0], refused[1], refused[2]["Warning"][:3]) == (200, first[1], "199")
    anew = signed(api, one, Cache_Control="max-age=0")
    assert anew[1] != first[1]
    assert "Warning" not in anew[2]
    assert signed(api, other)[1] == anew[1]


def test_who_does_not_sign_may_invalidate_where_nobody_has_to(cached: MadeApi) -> None:
    first = body(cached)
    assert body(cached, Cache_Control="max-age=0") == first
    change(cached, caching_requireAuthorizationForCacheControl="false")
    assert body(cached, Cache_Control="no-transform, max-age=0") != first


def test_hits_and_misses_are_counted(engine: Any, api: MadeApi) -> None:
    renamed = [{"op": "replace", "path": "/name", "value": f"counted-{api.id}"}]
    api.client.update_rest_api(restApiId=api.id, patchOperations=renamed)
    change(api, cacheClusterEnabled="true", caching_enabled="true")
    for _ in range(3):
        body(api)
    name = f"counted-{api.id}"
    # What came before and after the moment at which they are written is counted one after the other.
    assert eventually(lambda: summed(engine, "AWS/ApiGateway", "CacheHitCount", ApiName=name) == 2)
    assert summed(engine, "AWS/ApiGateway", "CacheMissCount", ApiName=name) == 1


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html")
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("cacheClusterSize", "2", "Invalid cache cluster size 2: expected one of 0.5, 1.6"),
        ("caching_ttlInSeconds", "3601", "Cache TTL must be from 0 to 3600 seconds"),
        ("caching_ttlInSeconds", "long", "Cache TTL must be from 0 to 3600 seconds"),
        ("caching_unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403", "FAIL_WITH_403 of a stage's methods"),
    ],
)
def test_settings_that_do_not_fit_are_refused(api: MadeApi, name: str, value: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        change(api, **{name: value})


@pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html")
@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("method.request.header.X-Other", "Invalid cache key parameter specified: method.request.header.X-Other"),
        ("integration.request.header.A", "the cache key parameter integration.request.header.A of GET / is not"),
    ],
)
def test_a_key_parameter_is_one_of_the_methods(api: MadeApi, counting: str, parameter: str, message: str) -> None:
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{counting}/invocations"
    given = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri}
    with pytest.raises(ClientError, match=message):
        api.client.put_integration(**api.place(api.root, "GET"), **given, cacheKeyParameters=[parameter])


def test_a_full_cache_forgets_what_was_used_longest_ago() -> None:
    cache = Cache(10)
    for name in ("a", "b"):
        cache.keep((name,), (200, {}, b"12345"), 60)
    cache.find(("a",))
    cache.keep(("c",), (200, {}, b"12345"), 60)
    assert [cache.find((name,)) is not None for name in "abc"] == [True, False, True]
