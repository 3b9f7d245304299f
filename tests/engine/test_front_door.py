"""What a web page in the person's browser, or anybody without a key, can reach of a running engine: nothing."""

from __future__ import annotations

import http.client
import json
import stat
from typing import Any

import boto3
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

from slipway.engine.front_door import is_local


def ask(engine: Any, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", engine.engine.port, timeout=60)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(errors="replace")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/health"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_ministack/ses/messages"),
        ("GET", "/_ministack/sns/sms-messages"),
        ("GET", "/_ministack/lambda-code/predict"),
        ("POST", "/_ministack/rds/iam-auth"),
        ("PUT", "/_ministack/cfn-response/token"),
        ("GET", "/_localstack/health"),
    ],
)
def test_an_internal_endpoint_is_closed(engine: Any, method: str, path: str) -> None:
    assert ask(engine, method, path) == (404, json.dumps({"message": f"The local engine has no {path}"}))


def test_nobody_can_wipe_the_engine_from_a_web_page(engine: Any) -> None:
    engine.client("sqs").create_queue(QueueName="survives-a-reset")
    ask(engine, "POST", "/_ministack/reset", Origin="http://page.example", **{"Content-Type": "text/plain"})
    assert engine.client("sqs").get_queue_url(QueueName="survives-a-reset")["QueueUrl"]


@pytest.mark.parametrize("path", ["/health", "/iceberg/v1/config", "/oauth2/authorize", "/"])
def test_an_address_that_ministack_serves_by_itself_needs_a_signature(engine: Any, path: str) -> None:
    status, body = ask(engine, "GET", path)
    assert status == 403
    assert "Missing Authentication Token" in body


def test_a_presigned_answer_of_a_custom_resource_is_journalled_without_its_token(engine: Any) -> None:
    ask(engine, "PUT", "/_aws/cloudformation/cfn-response/3f2a-token", "{}")
    text = (engine.home / "journal.jsonl").read_text()
    assert '"caller":"presigned","service":"cloudformation","operation":"PUT cfn-response"' in text
    assert "3f2a-token" not in text


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v2/some/manifests/latest", "no Docker registry API"),
        ("/_aws/lambda-url/abc/", "no function URLs"),
    ],
)
def test_a_data_plane_that_the_engine_lacks_is_refused_by_name(engine: Any, path: str, what: str) -> None:
    status, body = ask(engine, "GET", path)
    assert (status, what in body) == (501, True)


def test_a_page_that_made_its_own_name_point_here_reads_nothing(engine: Any) -> None:
    status, body = ask(engine, "GET", "/_aws/execute-api/x/y/z", Host="page.example:80")
    assert status == 421
    assert "does not answer for page.example:80; call it as 127.0.0.1 or localhost" in body


@pytest.mark.parametrize(
    "host", ["", "127.0.0.1:4566", "LOCALHOST", "bucket.localhost:4566", "[::1]:1", "s3.us-east-1.amazonaws.com"]
)
def test_a_host_that_means_this_machine_is_taken(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["page.example", "127.0.0.1.page.example", "localhost.page.example", "amazonaws.com.x"]
)
def test_any_other_host_is_not(host: str) -> None:
    assert not is_local(host)


def test_a_bucket_addressed_by_its_host_is_checked_and_journalled(engine: Any) -> None:
    engine.client("s3").create_bucket(Bucket="virtually-hosted")
    host = f"virtually-hosted.localhost:{engine.engine.port}"
    request = AWSRequest("PUT", f"http://{host}/k", data=b"v", headers={"Host": host})
    credentials = engine.engine.session().get_credentials().get_frozen_credentials()
    S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    assert ask(engine, "PUT", "/k", "v", **dict(request.headers.items()))[0] == 200
    lines = [json.loads(line) for line in (engine.home / "journal.jsonl").read_text().splitlines()]
    entry = next(line for line in reversed(lines) if line["operation"] == "PutObject")
    assert entry["caller"].endswith("user/person-at-the-keyboard")
    assert entry["checks"][0]["action"] == "s3:PutObject"
    assert entry["status"] == 200


def test_what_the_engine_keeps_is_the_person_s_alone(engine: Any) -> None:
    assert stat.S_IMODE(engine.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((engine.home / "credentials").stat().st_mode) == 0o600


def test_a_client_of_another_person_s_profile_is_a_stranger(engine: Any) -> None:
    client = boto3.client(
        "sts",
        endpoint_url=engine.url,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
    )
    with pytest.raises(client.exceptions.ClientError, match="InvalidClientTokenId"):
        client.get_caller_identity()


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html")
@pytest.mark.parametrize("addressed", ["by path", "by host"])
def test_a_bucket_s_rules_answer_a_page_that_asks_before_it_writes(engine: Any, addressed: str) -> None:
    s3, bucket = engine.client("s3"), f"of-pages-{addressed[3:]}"
    s3.create_bucket(Bucket=bucket)
    rule = {"AllowedOrigins": ["https://page.example"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    port = engine.engine.port
    host = f"{bucket}.localhost:{port}" if addressed == "by host" else f"localhost:{port}"
    path = "/k" if addressed == "by host" else f"/{bucket}/k"
    asked = {"Host": host, "Access-Control-Request-Method": "PUT"}
    assert ask(engine, "OPTIONS", path, Origin="https://page.example", **asked)[0] == 200
    assert ask(engine, "OPTIONS", path, Origin="https://other.example", **asked)[0] == 403


def test_a_websocket_is_refused_by_name(engine: Any) -> None:
    status, body = ask(engine, "GET", "/", Connection="Upgrade", Upgrade="websocket")
    assert (status, "no WebSocket APIs" in body) == (501, True)
