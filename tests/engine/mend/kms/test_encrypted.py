"""Encrypted topics, queues, parameters and secrets ask their key under whoever uses them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import ACCOUNT, let_in, messages, queue, role

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
SNS = pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/sns-key-management.html")


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def caller(engine: Any, service: str, *statements: dict[str, Any]) -> Any:
    """A client of `service` under a role that may do this and no more."""
    name = f"uses-keys-{uuid.uuid4().hex[:8]}"
    iam = engine.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    rights = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=rights)
    keys = engine.client("sts").assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=engine.url,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.fixture
def key(engine: Any) -> str:
    """A key with KMS's default policy; its ARN."""
    arn: str = engine.client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def topic(engine: Any, key_id: str) -> str:
    made = engine.client("sns").create_topic(
        Name=f"encrypted-{uuid.uuid4().hex[:8]}", Attributes={"KmsMasterKeyId": key_id}
    )
    arn: str = made["TopicArn"]
    return arn


@SNS
def test_a_publisher_needs_the_topic_s_key(engine: Any, key: str) -> None:
    arn = topic(engine, key)
    code, message = refused(caller(engine, "sns", allow("sns:Publish")).publish, TopicArn=arn, Message="x")
    assert code == "KMSAccessDenied"
    assert f"is not authorized to perform: kms:GenerateDataKey on resource: {key}" in message
    through = {
        "StringEquals": {
            "kms:ViaService": "sns.us-east-1.amazonaws.com",
            "kms:EncryptionContext:aws:sns:topicArn": arn,
        }
    }
    may = allow(["kms:GenerateDataKey*", "kms:Decrypt"], key, Condition=through)
    assert caller(engine, "sns", allow("sns:Publish"), may).publish(TopicArn=arn, Message="x")["MessageId"]


@SNS
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda kms, key: kms.disable_key(KeyId=key), "KMSDisabled"),
        (lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7), "KMSInvalidState"),
    ],
    ids=["disabled", "pending deletion"],
)
def test_a_topic_whose_key_cannot_be_used_takes_nothing(engine: Any, key: str, spoil: Any, code: str) -> None:
    arn = topic(engine, key)
    spoil(engine.client("kms"), key)
    assert refused(engine.client("sns").publish, TopicArn=arn, Message="x")[0] == code


@SNS
def test_a_topic_with_a_key_that_is_not_there_takes_nothing(engine: Any) -> None:
    arn = topic(engine, "alias/nowhere")
    assert refused(engine.client("sns").publish, TopicArn=arn, Message="x")[0] == "KMSNotFound"


@pytest.mark.specification("docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key")
def test_the_service_s_own_key_needs_no_permission(engine: Any) -> None:
    arn = topic(engine, "alias/aws/sns")
    assert caller(engine, "sns", allow("sns:Publish")).publish(TopicArn=arn, Message="x")["MessageId"]


@pytest.mark.specification("docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html")
def test_senders_and_receivers_need_the_queue_s_key(engine: Any, key: str) -> None:
    url, _ = queue(engine, f"encrypted-{uuid.uuid4().hex[:8]}", KmsMasterKeyId=key)
    code, message = refused(caller(engine, "sqs", allow("sqs:*")).send_message, QueueUrl=url, MessageBody="x")
    assert "KmsAccessDenied" in code or "KMS.AccessDenied" in code
    assert "kms:GenerateDataKey" in message
    sender = caller(engine, "sqs", allow("sqs:*"), allow(["kms:GenerateDataKey", "kms:Decrypt"], key))
    sender.send_message(QueueUrl=url, MessageBody="x")
    assert "kms:Decrypt" in refused(caller(engine, "sqs", allow("sqs:*")).receive_message, QueueUrl=url)[1]
    reader = caller(engine, "sqs", allow("sqs:*"), allow("kms:Decrypt", key))
    assert reader.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "x"


@pytest.mark.specification(
    "docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html"
)
def test_a_topic_delivers_to_an_encrypted_queue_when_the_key_s_policy_lets_sns_in(engine: Any, key: str) -> None:
    url, queue_arn = queue(engine, f"behind-{uuid.uuid4().hex[:8]}", KmsMasterKeyId=key)
    sns = engine.client("sns")
    arn = sns.create_topic(Name=f"before-{uuid.uuid4().hex[:8]}")["TopicArn"]
    let_in(engine, url, queue_arn, "sns.amazonaws.com", arn)
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)
    sns.publish(TopicArn=arn, Message="lost")
    assert messages(engine, url) == []
    lets_in = allow(["kms:GenerateDataKey*", "kms:Decrypt"], Principal={"Service": "sns.amazonaws.com"})
    policy = {"Version": "2012-10-17", "Statement": [allow("kms:*", Principal=ROOT), lets_in]}
    engine.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    sns.publish(TopicArn=arn, Message="delivered")
    received = [json.loads(found["Body"])["Message"] for _ in range(5) for found in messages(engine, url)]
    assert received == ["delivered"]


@pytest.mark.specification(
    "docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html"
)
def test_a_secure_string_needs_its_key(engine: Any, key: str) -> None:
    name = f"/encrypted/{uuid.uuid4().hex[:8]}"
    given = {"Name": name, "Value": "x", "Type": "SecureString", "KeyId": key}
    assert "kms:Encrypt" in refused(caller(engine, "ssm", allow("ssm:*")).put_parameter, **given)[1]
    engine.client("ssm").put_parameter(**given)
    reader = caller(engine, "ssm", allow("ssm:*"))
    assert reader.get_parameter(Name=name)["Parameter"]["Type"] == "SecureString"
    for call, parameters in (
        (reader.get_parameter, {"Name": name}),
        (reader.get_parameters, {"Names": [name]}),
        (reader.get_parameters_by_path, {"Path": "/encrypted"}),
    ):
        assert "kms:Decrypt" in refused(call, **parameters, WithDecryption=True)[1]
    arn = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter{name}"
    context = {"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": arn}}
    may = caller(engine, "ssm", allow("ssm:*"), allow("kms:Decrypt", key, Condition=context))
    assert may.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "x"
    engine.client("kms").disable_key(KeyId=key)
    assert refused(engine.client("ssm").get_parameter, Name=name, WithDecryption=True)[0] == "InvalidKeyId"


@pytest.mark.specification("docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html")
def test_a_secret_needs_its_key(engine: Any, key: str) -> None:
    name = f"encrypted-{uuid.uuid4().hex[:8]}"
    given = {"Name": name, "SecretString": "x", "KmsKeyId": key}
    assert (
        "kms:GenerateDataKey"
        in refused(caller(engine, "secretsmanager", allow("secretsmanager:*")).create_secret, **given)[1]
    )
    engine.client("secretsmanager").create_secret(**given)
    reader = caller(engine, "secretsmanager", allow("secretsmanager:*"))
    assert "kms:Decrypt" in refused(reader.get_secret_value, SecretId=name)[1]
    via = {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
    may = caller(engine, "secretsmanager", allow("secretsmanager:*"), allow("kms:Decrypt", key, Condition=via))
    assert may.get_secret_value(SecretId=name)["SecretString"] == "x"
    engine.client("kms").disable_key(KeyId=key)
    assert refused(engine.client("secretsmanager").get_secret_value, SecretId=name)[0] == "DecryptionFailure"


@pytest.mark.specification("docs.aws.amazon.com/kms/latest/developerguide/grants.html")
def test_a_grant_lets_its_grantee_use_the_key(engine: Any, key: str) -> None:
    kms = engine.client("kms")
    grantee = role(engine, f"grantee-{uuid.uuid4().hex[:8]}", "lambda.amazonaws.com")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole"}]}
    engine.client("iam").update_assume_role_policy(
        RoleName=grantee.rpartition("/")[2], PolicyDocument=json.dumps(trust)
    )
    keys = engine.client("sts").assume_role(RoleArn=grantee, RoleSessionName="one")["Credentials"]
    client = boto3.client(
        "kms",
        endpoint_url=engine.url,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    context = {"project": "blue"}
    assert refused(client.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=context)[0] == "AccessDeniedException"
    grant = kms.create_grant(
        KeyId=key,
        GranteePrincipal=grantee,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextEquals": context},
    )
    assert client.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
    more = {**context, "stage": "test"}
    assert refused(client.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=more)[0] == "AccessDeniedException"
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    assert refused(client.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=context)[0] == "AccessDeniedException"


@pytest.mark.specification("docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html")
def test_a_key_that_is_named_by_its_alias_is_evaluated_as_the_key(engine: Any, key: str) -> None:
    alias = f"alias/{uuid.uuid4().hex[:8]}"
    engine.client("kms").create_alias(AliasName=alias, TargetKeyId=key)
    by_alias = allow("kms:Encrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:{alias}")
    assert refused(caller(engine, "kms", by_alias).encrypt, KeyId=alias, Plaintext=b"x")[0] == "AccessDeniedException"
    named = {"StringEquals": {"kms:RequestAlias": alias}}
    by_key = allow("kms:Encrypt", key, Condition=named)
    assert caller(engine, "kms", by_key).encrypt(KeyId=alias, Plaintext=b"x")["KeyId"] == key
