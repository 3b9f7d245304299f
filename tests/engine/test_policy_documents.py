"""Policies that AWS refuses when they are put, each in its service's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import ACCOUNT

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
NOBODY = f"arn:aws:iam::{ACCOUNT}:role/nobody-at-all"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def error(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    found = refused.value.response["Error"]
    return found["Code"], found["Message"]


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html")
@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "This policy contains invalid Json"),
        (
            policy({**ANYTHING, "Action": "GetObject"}),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (policy({**ANYTHING, "Resource": "box"}), 'Resource box must be in ARN format or "*".'),
        (policy({**ANYTHING, "Principal": "*"}), "Policy document should not specify a principal."),
        (policy({**ANYTHING, "Condition": {"StringIs": {"aws:x": "1"}}}), "Invalid Condition type : StringIs."),
    ],
)
def test_iam_refuses_a_malformed_policy(engine: Any, document: str, message: str) -> None:
    iam = engine.client("iam")
    assert error(iam.create_policy, PolicyName="malformed", PolicyDocument=document) == (
        "MalformedPolicyDocument",
        message,
    )
    trust = policy({"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole"})
    name = f"malformed-{abs(hash(document)) % 10**8}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    refused = error(iam.put_role_policy, RoleName=name, PolicyName="p", PolicyDocument=document)
    assert refused == ("MalformedPolicyDocument", message)


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-bucket-policy.html")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Principal": {"AWS": NOBODY}}, f'Invalid principal in policy: "AWS":"{NOBODY}"'),
        ({"Resource": "arn:aws:s3:::another/*"}, "Policy has invalid resource"),
        ({"Action": "sqs:SendMessage"}, "Policy has invalid action"),
        ({"Action": "s3:Everything"}, "Policy has invalid action"),
        ({"Principal": None}, "Missing required field Principal"),
    ],
)
def test_s3_refuses_a_bucket_policy(engine: Any, change: dict[str, Any], message: str) -> None:
    s3 = engine.client("s3")
    s3.create_bucket(Bucket="policies-refused")
    given = {**ANYTHING, "Principal": ROOT, "Resource": "arn:aws:s3:::policies-refused/*", **change}
    document = policy({name: value for name, value in given.items() if value is not None})
    assert error(s3.put_bucket_policy, Bucket="policies-refused", Policy=document) == ("MalformedPolicy", message)


@pytest.mark.specification("docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html")
def test_kms_refuses_a_policy_that_locks_its_author_out(engine: Any) -> None:
    kms = engine.client("kms")
    document = policy({"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Principal": ROOT})
    code, message = error(kms.create_key, Policy=document)
    assert code == "MalformedPolicyDocumentException"
    assert message == "The new key policy will not allow you to update the key policy in the future."
    assert kms.create_key(Policy=document, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]


@pytest.mark.specification(
    "docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html"
)
def test_sns_refuses_a_policy_of_another_services_action(engine: Any) -> None:
    document = policy({**ANYTHING, "Action": "sqs:SendMessage", "Principal": ROOT})
    refused = error(engine.client("sns").create_topic, Name="refused", Attributes={"Policy": document})
    assert refused == ("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!")


@pytest.mark.specification("docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html")
def test_sns_refuses_a_policy_with_a_principal_that_is_not_there(engine: Any) -> None:
    document = policy({**ANYTHING, "Action": "sns:Publish", "Principal": {"AWS": NOBODY}})
    code, message = error(engine.client("sns").create_topic, Name="refused", Attributes={"Policy": document})
    assert code == "InvalidParameter"
    assert message == f'Invalid parameter: Policy Error: Invalid principal in policy: "AWS":"{NOBODY}"'


@pytest.mark.specification("docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html")
def test_sqs_refuses_a_malformed_policy(engine: Any) -> None:
    sqs = engine.client("sqs")
    _, message = error(sqs.create_queue, QueueName="refused", Attributes={"Policy": "{"})
    assert message == "Invalid value for the parameter Policy. Reason: This policy contains invalid Json"


@pytest.mark.specification("docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html")
def test_secrets_manager_refuses_a_malformed_policy(engine: Any) -> None:
    secrets = engine.client("secretsmanager")
    secrets.create_secret(Name="refused", SecretString="x")
    assert error(secrets.put_resource_policy, SecretId="refused", ResourcePolicy=policy(ANYTHING)) == (
        "MalformedPolicyDocumentException",
        "Missing required field Principal",
    )


@pytest.mark.specification(
    "docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html"
)
def test_api_gateway_refuses_a_malformed_policy(engine: Any) -> None:
    code, message = error(engine.client("apigateway").create_rest_api, name="refused", policy=policy(ANYTHING))
    assert code == "BadRequestException"
    assert message.startswith("Invalid policy document. Please check the policy syntax and ensure that Principals are")


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html")
@pytest.mark.parametrize("principal", ["s3", "s3.amazon.com", NOBODY])
def test_lambda_refuses_a_principal_that_is_not_there(engine: Any, principal: str) -> None:
    code, message = error(
        engine.client("lambda").add_permission,
        FunctionName="any",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal=principal,
    )
    assert code == "InvalidParameterValueException"
    assert message == "The provided principal was invalid. Please check the principal and try again."
