"""What `make soak-fuzz` found, on a running engine: each is refused as AWS refuses it, and none is a 500."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from tests.engine.conftest import RunningEngine

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html")

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def send(
    engine: RunningEngine, service: str, method: str, target: str, body: bytes = b"", **headers: str
) -> urllib3.BaseHTTPResponse:
    """The answer to a signed request, whatever it holds."""
    request = AWSRequest(
        method, f"{engine.url}{target}", headers={"Host": urlsplit(engine.url).netloc, **headers}, data=body
    )
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(engine.engine.session().get_credentials(), service, engine.engine.region).add_auth(request)
    return urllib3.request(method, request.url, body=body, headers=dict(request.headers.items()), retries=False)


def call(engine: RunningEngine, service: str, target: str, body: bytes) -> tuple[int, str]:
    """Status and code of a call by JSON."""
    kind = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    answer = send(engine, service, "POST", "/", body, **kind)
    return answer.status, str(answer.json()["__type"])


@pytest.mark.parametrize(
    ("service", "target", "body", "code"),
    [
        ("codecommit", "CodeCommit_20150413.GetBranch", b"{}", "RepositoryNameRequiredException"),
        ("states", "AWSStepFunctions.ListExecutions", b"{}", "ValidationException"),
        ("codebuild", "CodeBuild_20161006.RetryBuild", b"{}", "ValidationException"),
        ("kms", "TrentService.EnableKey", b'{"KeyId": "\\ud800"}', "SerializationException"),
        ("ssm", "AmazonSSM.GetParameterHistory", b'{"Name": "\\ud800"}', "SerializationException"),
        ("sqs", "AmazonSQS.ListQueues", b'{"MaxResults": 1, "NextToken": "x"}', "InvalidParameterValue"),
        ("codepipeline", "CodePipeline_20150709.ListPipelines", b"[" * 50_000, "SerializationException"),
    ],
)
def test_what_a_call_lacks_or_cannot_hold_is_refused(
    engine: RunningEngine, service: str, target: str, body: bytes, code: str
) -> None:
    status, told = call(engine, service, target, body)
    assert (status, told.rpartition("#")[2]) == (400, code)


def test_a_branch_without_a_name_is_refused(engine: RunningEngine) -> None:
    engine.client("codecommit").create_repository(repositoryName="odd-requests")
    told = call(engine, "codecommit", "CodeCommit_20150413.GetBranch", b'{"repositoryName": "odd-requests"}')
    assert told == (400, "BranchNameRequiredException")


def test_a_template_of_no_stack_is_refused(engine: RunningEngine) -> None:
    answer = send(engine, "cloudformation", "POST", "/", b"Action=GetTemplate&Version=2010-05-15", **FORM)
    assert answer.status == 400
    assert b"<Code>ValidationError</Code>" in answer.data
    assert b"Value null at 'StackName' failed to satisfy constraint" in answer.data


def test_a_topic_that_xml_cannot_hold_is_named_without_it(engine: RunningEngine) -> None:
    body = b"Action=ListTagsForResource&Version=2010-03-31&ResourceArn=arn:aws:lambda:x%11"
    answer = send(engine, "sns", "POST", "/", body, **FORM)
    assert answer.status == 400
    assert "arn:aws:lambda:x\ufffd" in answer.data.decode()


@pytest.mark.parametrize(
    ("service", "method", "target", "code"),
    [
        ("lambda", "GET", "/2019-09-25/functions/odd/event-invoke-config/list", "ResourceNotFoundException"),
        ("lambda", "POST", "/2014-11-13/functions/odd/invoke-async", "InvalidRequestContentException"),
        ("apigateway", "GET", "/usageplans/odd/keys/odd", "NotFoundException"),
        ("apigateway", "PUT", "/restapis/odd?mode=overwrite", "BadRequestException"),
    ],
)
def test_bytes_that_are_no_text_are_not_read_or_refused(
    engine: RunningEngine, service: str, method: str, target: str, code: str
) -> None:
    answer = send(engine, service, method, target, b"\xa6")
    assert 400 <= answer.status < 500, answer.data
    assert code in answer.headers.get("x-amzn-errortype", "") + json.dumps(answer.json())


def test_a_usage_plan_of_a_stage_without_its_api_is_refused(engine: RunningEngine) -> None:
    with pytest.raises(ClientError, match="API Stage not found: :prod"):
        engine.client("apigateway").create_usage_plan(name="odd", apiStages=[{"stage": "prod"}])


def test_a_large_object_may_begin_like_json(engine: RunningEngine) -> None:
    engine.client("s3").create_bucket(Bucket="odd-requests")
    content = b"{" + b" " * 20_000_000 + b"}"
    assert send(engine, "s3", "PUT", "/odd-requests/large.json", content).status == 200
    assert engine.client("s3").head_object(Bucket="odd-requests", Key="large.json")["ContentLength"] == len(content)


def test_an_api_is_not_found_by_a_request_without_a_host(engine: RunningEngine) -> None:
    parts = urlsplit(engine.url)
    connection: Any = http.client.HTTPConnection(str(parts.hostname), parts.port)
    connection.putrequest("POST", "/restapis/x/y/_user_request_/", skip_host=True)
    connection.endheaders()
    assert 400 <= connection.getresponse().status < 500
    connection.close()


@pytest.mark.parametrize("query", ["Action=ListMetrics&Version=2010-08-01", "Action=DescribeAlarms&Version=2010-08-01"])
def test_who_asks_cloudwatch_by_a_form_is_answered_in_xml(engine: RunningEngine, query: str) -> None:
    answer = send(engine, "monitoring", "POST", "/", query.encode(), **FORM)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml")
    assert answer.data.startswith(b"<")


def test_a_tag_may_hold_what_xml_has_a_meaning_for(engine: RunningEngine) -> None:
    topic = engine.client("sns").create_topic(Name="odd-requests", Tags=[{"Key": "a&b", "Value": "<c>"}])["TopicArn"]
    assert engine.client("sns").list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a&b", "Value": "<c>"}]


def test_a_secret_s_tag_has_a_key(engine: RunningEngine) -> None:
    secrets = engine.client("secretsmanager")
    secrets.create_secret(Name="odd-requests", SecretString="s", Tags=[{"Key": "a"}])
    with pytest.raises(ClientError, match="The parameter Tags has a tag without a key") as error:
        secrets.tag_resource(SecretId="odd-requests", Tags=[{"Key": "a"}, {"Value": "b"}])
    assert error.value.response["Error"]["Code"] == "InvalidParameterException"
    with pytest.raises(ClientError, match="The parameter Tags has a tag without a key"):
        secrets.create_secret(Name="odd-requests-2", SecretString="s", Tags=[{"Value": "b"}])


def test_a_header_quotes_no_end_of_a_line(engine: RunningEngine) -> None:
    engine.client("s3").create_bucket(Bucket="odd-versions")
    answer = send(engine, "s3", "DELETE", "/odd-versions/key?versionId=%0A")
    assert 200 <= answer.status < 500


def test_a_role_that_is_not_there_cannot_be_assumed(engine: RunningEngine) -> None:
    body = b"Action=AssumeRole&Version=2011-06-15&RoleArn=1xxxxxxxxxxxxxxxxxxx&RoleSessionName=odd"
    answer = send(engine, "sts", "POST", "/", body, **FORM)
    assert answer.status == 403
    assert b"not authorized to perform: sts:AssumeRole on resource: 1xxxxxxxxxxxxxxxxxxx" in answer.data


def test_a_member_that_is_null_was_not_sent(engine: RunningEngine) -> None:
    body = b'{"Path": "/odd", "MaxResults": null, "NextToken": null}'
    kind = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.GetParametersByPath"}
    answer = send(engine, "ssm", "POST", "/", body, **kind)
    assert (answer.status, answer.json()) == (200, {"Parameters": []})


def test_a_dashboard_that_is_named_twice_is_deleted_once(engine: RunningEngine) -> None:
    cloudwatch = engine.client("cloudwatch")
    cloudwatch.put_dashboard(DashboardName="odd-requests", DashboardBody='{"widgets": []}')
    cloudwatch.delete_dashboards(DashboardNames=["odd-requests", "odd-requests"])
    assert cloudwatch.list_dashboards(DashboardNamePrefix="odd-requests")["DashboardEntries"] == []


def test_a_policy_that_xml_has_a_meaning_for_is_named(engine: RunningEngine) -> None:
    with pytest.raises(ClientError, match="Policy arn:<m::111122223333:policy/12 not found") as error:
        engine.client("iam").delete_policy(PolicyArn="arn:<m::111122223333:policy/12")
    assert error.value.response["Error"]["Code"] == "NoSuchEntity"


def test_an_entry_whose_key_has_parts_is_refused(engine: RunningEngine) -> None:
    body = b"Action=CreateTopic&Version=2010-03-31&Name=odd&Attributes.entry.1.key.1.x=1&Attributes.entry.1.value=v"
    answer = send(engine, "sns", "POST", "/", body, **FORM)
    assert answer.status == 400
    assert b"<Code>MalformedQueryString</Code>" in answer.data


def test_a_description_may_hold_what_xml_has_a_meaning_for(engine: RunningEngine) -> None:
    iam = engine.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    made = iam.create_role(RoleName="odd-requests", AssumeRolePolicyDocument=trust, Description="R&D <b>")
    assert made["Role"]["Description"] == "R&D <b>"
    assert iam.get_role(RoleName="odd-requests")["Role"]["Description"] == "R&D <b>"


def test_policies_of_a_parameter_are_refused_by_name(engine: RunningEngine) -> None:
    with pytest.raises(ClientError, match="Policies of a parameter are not executed by the local engine"):
        engine.client("ssm").put_parameter(Name="/odd", Value="1", Type="String", Policies='[{"Type": "Expiration"}]')
