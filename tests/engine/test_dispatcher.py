"""Every request takes the same four steps, against a running engine."""

from __future__ import annotations

import http.client
import json
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html")

TRUSTS_ACCOUNT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}
    ],
}


def journal(engine: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (engine.home / "journal.jsonl").read_text().splitlines()]


def stranger(engine: Any, service: str, key: str, secret: str) -> Any:
    return boto3.client(
        service, endpoint_url=engine.url, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret
    )


def role_client(engine: Any, service: str, name: str, statements: list[dict[str, Any]]) -> Any:
    iam = engine.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUSTS_ACCOUNT))["Role"]["Arn"]
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
    made = engine.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=engine.url,
        region_name="us-east-1",
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
        aws_session_token=made["SessionToken"],
    )


@pytest.mark.parametrize("key", ["test", "111122223333", "AKIAIOSFODNN7EXAMPLE"])
@pytest.mark.parametrize(("service", "operation"), [("codecommit", "list_repositories"), ("sqs", "list_queues")])
def test_a_stranger_s_key_is_refused(engine: Any, key: str, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as error:
        getattr(stranger(engine, service, key, "test"), operation)()
    assert error.value.response["Error"]["Code"] in (
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
    )


def test_the_person_s_key_with_a_wrong_secret_is_refused(engine: Any) -> None:
    key = engine.client("s3")._request_signer._credentials.access_key
    with pytest.raises(ClientError) as error:
        stranger(engine, "codecommit", key, "wrong").list_repositories()
    assert error.value.response["Error"]["Code"] in ("SignatureDoesNotMatch", "InvalidSignatureException")


def test_a_role_without_the_permission_is_refused_with_its_name(engine: Any) -> None:
    client = role_client(engine, "codecommit", "nothing-allowed", [])
    with pytest.raises(ClientError) as error:
        client.list_repositories()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    message = error.value.response["Error"]["Message"]
    assert "assumed-role/nothing-allowed/test is not authorized to perform: codecommit:ListRepositories" in message


def test_a_role_with_the_permission_may(engine: Any) -> None:
    allowed = [{"Effect": "Allow", "Action": "codecommit:ListRepositories", "Resource": "*"}]
    client = role_client(engine, "codecommit", "may-list", allowed)
    assert client.list_repositories()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_missing_parameter_is_aws_s_validation_error(engine: Any) -> None:
    config = Config(parameter_validation=False)
    session = engine.engine.session()
    client = session.client("codecommit", endpoint_url=engine.url, config=config)
    with pytest.raises(ClientError, match="Value null at 'repositoryName' failed to satisfy constraint") as error:
        client.get_repository()
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_an_operation_that_is_not_executed_is_refused_by_name(engine: Any) -> None:
    with pytest.raises(ClientError, match="does not execute codecommit:CreateApprovalRuleTemplate") as error:
        engine.client("codecommit").create_approval_rule_template(
            approvalRuleTemplateName="t", approvalRuleTemplateContent="{}"
        )
    assert error.value.response["Error"]["Code"] == "UnsupportedOperation"


UNCHECKED = Config(parameter_validation=False)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "message"),
    [
        pytest.param(
            "ssm",
            "get_parameter",
            {},
            "ValidationException",
            "Value null at 'Name' failed to satisfy constraint: Member must not be null",
            id="JSON: missing",
        ),
        pytest.param(
            "kms",
            "describe_key",
            {"KeyId": ""},
            "ValidationException",
            "Value '' at 'KeyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
            id="JSON: too short",
        ),
        pytest.param(
            "iam",
            "create_role",
            {"RoleName": "not a name", "AssumeRolePolicyDocument": "{}"},
            "ValidationError",
            "Value 'not a name' at 'RoleName' failed to satisfy constraint: Member must satisfy regular expression",
            id="Query: a pattern",
        ),
        pytest.param(
            "lambda",
            "create_function",
            {"FunctionName": "f", "Runtime": "cobol", "Role": "arn:aws:iam::111122223333:role/r", "Code": {}},
            "ValidationException",
            "Value 'cobol' at 'Runtime' failed to satisfy constraint: Member must satisfy enum value set",
            id="REST and JSON: an enum",
        ),
        pytest.param(
            "apigateway",
            "create_rest_api",
            {},
            "BadRequestException",
            "Value null at 'name' failed to satisfy constraint",
            id="REST and JSON: a service's own code",
        ),
        pytest.param(
            "s3",
            "put_bucket_versioning",
            {"Bucket": "some-bucket", "VersioningConfiguration": {"Status": "Sometimes"}},
            "InvalidArgument",
            "Value 'Sometimes' at 'VersioningConfiguration.Status' failed to satisfy constraint",
            id="REST and XML",
        ),
        pytest.param(
            "cloudwatch",
            "put_metric_data",
            {"Namespace": "n" * 256},
            "ValidationException",
            "Member must have length less than or equal to 255",
            id="CBOR",
        ),
    ],
)
def test_a_request_to_a_service_of_ministack_s_is_held_against_the_model(
    engine: Any, service: str, operation: str, parameters: dict[str, Any], code: str, message: str
) -> None:
    client = engine.engine.session().client(service, endpoint_url=engine.url, config=UNCHECKED)
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**parameters)
    assert error.value.response["Error"]["Code"] == code
    assert message in error.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "put_bucket_website", {"Bucket": "b", "WebsiteConfiguration": {}}),
        ("s3", "put_bucket_accelerate_configuration", {"Bucket": "b", "AccelerateConfiguration": {}}),
        ("s3", "select_object_content", {"Bucket": "b", "Key": "k"}),
        ("ssm", "send_command", {"DocumentName": "d"}),
        ("iam", "create_saml_provider", {"SAMLMetadataDocument": "m", "Name": "n"}),
        ("kms", "create_custom_key_store", {"CustomKeyStoreName": "n"}),
        ("lambda", "create_function_url_config", {"FunctionName": "f", "AuthType": "NONE"}),
        ("events", "create_connection", {"Name": "n"}),
        ("sns", "create_platform_application", {"Name": "n", "Platform": "GCM", "Attributes": {}}),
        ("cloudwatch", "put_metric_stream", {"Name": "n"}),
        ("secretsmanager", "rotate_secret", {"SecretId": "s"}),
        ("apigateway", "create_domain_name", {"domainName": "d"}),
    ],
)
def test_an_operation_that_ministack_only_records_is_refused_by_name(
    engine: Any, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    client = engine.engine.session().client(service, endpoint_url=engine.url, config=UNCHECKED)
    with pytest.raises(ClientError, match=f"The local engine does not execute {service}:") as error:
        getattr(client, operation)(**parameters)
    assert error.value.response["Error"]["Code"] == "UnsupportedOperation"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_action_that_aws_does_not_have_is_aws_s_own_error(engine: Any) -> None:
    body = "Action=MakeTea&Version=2010-05-08"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", f"{engine.url}/", data=body, headers=headers)
    SigV4Auth(engine.engine.session().get_credentials().get_frozen_credentials(), "iam", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", engine.engine.port, timeout=60)
    connection.request("POST", "/", body, dict(request.headers.items()))
    answer = connection.getresponse()
    assert answer.status == 400
    assert b"<Code>InvalidAction</Code>" in answer.read()


def test_another_region_is_refused(engine: Any) -> None:
    client = engine.engine.session().client("sqs", endpoint_url=engine.url, region_name="eu-west-1")
    with pytest.raises(ClientError, match="Credential should be scoped to a valid region, not 'eu-west-1'"):
        client.list_queues()


def test_a_global_service_is_signed_for_in_its_own_region(engine: Any) -> None:
    client = engine.engine.session().client("sts", endpoint_url=engine.url, region_name="eu-west-1")
    assert client.get_caller_identity()["Account"] == "111122223333"


def test_a_service_that_the_engine_lacks_is_refused_by_name(engine: Any) -> None:
    with pytest.raises(ClientError, match="The local engine has no service"):
        engine.client("braket").search_devices(filters=[])


def test_a_signature_for_another_service_is_refused(engine: Any) -> None:
    target = "CodeCommit_20150413.ListRepositories"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest("POST", f"{engine.url}/", data="{}", headers=headers)
    credentials = engine.engine.session().get_credentials().get_frozen_credentials()
    SigV4Auth(credentials, "sqs", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", engine.engine.port, timeout=60)
    connection.request("POST", "/", "{}", dict(request.headers.items()))
    answer = connection.getresponse()
    assert answer.status == 403
    assert b"Credential should be scoped to correct service: 'codecommit'." in answer.read()


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("route53", "list_hosted_zones", {}),
        ("autoscaling", "describe_auto_scaling_groups", {}),
        ("ec2", "run_instances", {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1}),
        ("dynamodb", "list_tables", {}),
        ("ecs", "list_clusters", {}),
        ("eks", "list_clusters", {}),
    ],
)
def test_a_service_that_ministack_only_records_is_refused_by_name(
    engine: Any, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as error:
        getattr(engine.client(service), operation)(**parameters)
    assert error.value.response["Error"]["Code"] == "UnsupportedService"
    assert error.value.response["Error"]["Message"].startswith(f"The local engine has no service {service} (")


def test_every_call_is_journalled_with_caller_and_decision(engine: Any) -> None:
    with pytest.raises(ClientError):
        role_client(engine, "sqs", "journalled", []).create_queue(QueueName="journalled")
    entry = next(line for line in reversed(journal(engine)) if line["operation"] == "CreateQueue")
    assert entry["caller"].endswith("assumed-role/journalled/test")
    assert entry["checks"][0]["action"] == "sqs:CreateQueue"
    assert entry["checks"][0]["decision"] == "ImplicitDeny"
    assert entry["status"] == 403


def test_no_secret_is_journalled(engine: Any) -> None:
    engine.client("ssm").put_parameter(Name="/secret", Value="hunter2-hunter2", Type="SecureString")
    text = (engine.home / "journal.jsonl").read_text()
    assert "hunter2-hunter2" not in text
    secret = engine.client("s3")._request_signer._credentials.secret_key
    assert secret not in text


def test_handing_over_a_role_needs_the_right_to_pass_it(engine: Any) -> None:
    target = engine.client("iam").create_role(
        RoleName="to-be-passed", AssumeRolePolicyDocument=json.dumps(TRUSTS_ACCOUNT)
    )["Role"]["Arn"]
    may_create = [{"Effect": "Allow", "Action": "states:CreateStateMachine", "Resource": "*"}]
    client = role_client(engine, "stepfunctions", "may-not-pass", may_create)
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    with pytest.raises(ClientError, match=r"is not authorized to perform: iam:PassRole on resource: .*to-be-passed"):
        client.create_state_machine(name="m", definition=definition, roleArn=target)


def test_a_role_that_does_not_trust_the_service_cannot_be_handed_over(engine: Any) -> None:
    target = engine.client("iam").create_role(
        RoleName="trusts-nobody-else", AssumeRolePolicyDocument=json.dumps(TRUSTS_ACCOUNT)
    )["Role"]["Arn"]
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    with pytest.raises(ClientError, match=r"states.amazonaws.com may not assume .*trusts-nobody-else"):
        engine.client("stepfunctions").create_state_machine(name="m", definition=definition, roleArn=target)


def test_a_role_that_does_not_exist_cannot_be_handed_over(engine: Any) -> None:
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    with pytest.raises(ClientError, match="The role arn:aws:iam::111122223333:role/absent does not exist"):
        engine.client("stepfunctions").create_state_machine(
            name="m", definition=definition, roleArn="arn:aws:iam::111122223333:role/absent"
        )


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/API/specify-signature-version.html")
def test_an_address_that_is_presigned_in_version_2_is_refused_in_s3_s_words(engine: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", engine.engine.port, timeout=60)
    connection.request("GET", "/bucket/key?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=x&Expires=1795242273")
    answer = connection.getresponse()
    assert answer.status == 400
    text = answer.read()
    assert b"<Code>InvalidRequest</Code>" in text
    assert b"Please use AWS4-HMAC-SHA256." in text


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html")
def test_an_address_that_is_presigned_in_version_4_needs_nothing_else(engine: Any) -> None:
    client = engine.engine.session().client("s3", endpoint_url=engine.url, config=Config(signature_version="s3v4"))
    client.create_bucket(Bucket="presigned")
    for operation, body in (("put_object", b"content"), ("get_object", None)):
        address = client.generate_presigned_url(operation, Params={"Bucket": "presigned", "Key": "a key"})
        connection = http.client.HTTPConnection("127.0.0.1", engine.engine.port, timeout=60)
        connection.request("PUT" if body else "GET", address.removeprefix(engine.url), body)
        answer = connection.getresponse()
        assert answer.status == 200
        last = answer.read()
    assert last == b"content"
