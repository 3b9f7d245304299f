"""Which key a request to SNS, SQS, SSM or Secrets Manager uses, and how.

docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.kms.use import Encrypted, Params, Use

_PUBLISH = ("kms:GenerateDataKey", "kms:Decrypt")
_READ = ("kms:Decrypt",)
_OWN_SSM, _OWN_SECRETS = "alias/aws/ssm", "alias/aws/secretsmanager"


def _topic(params: Params) -> Iterator[Use]:
    arn = params.get("TopicArn") or params.get("TargetArn") or ""
    topic = adapter.part("services.sns")._topics.get(arn) or {}
    key_id = (topic.get("attributes") or {}).get("KmsMasterKeyId")
    if key_id:
        yield Use(key_id, _PUBLISH, {"aws:sns:topicArn": arn})


def _queue(params: Params, actions: tuple[str, ...]) -> Iterator[Use]:
    name = params["QueueUrl"].rpartition("/")[2]
    sqs = adapter.part("services.sqs")
    queue = sqs._queues.get(sqs._queue_name_to_url.get(name, "")) or {}
    attributes = queue.get("attributes") or {}
    if attributes.get("KmsMasterKeyId"):
        yield Use(attributes["KmsMasterKeyId"], actions, {"aws:sqs:arn": attributes["QueueArn"]})


def _sent(params: Params) -> Iterable[Use]:
    return _queue(params, _PUBLISH)


def _received(params: Params) -> Iterable[Use]:
    return _queue(params, _READ)


def _put_parameter(params: Params) -> Iterator[Use]:
    if params.get("Type") == "SecureString":
        arn = adapter.part("services.ssm")._param_arn(params["Name"])
        action = "kms:GenerateDataKey" if params.get("Tier") == "Advanced" else "kms:Encrypt"
        yield Use(params.get("KeyId") or _OWN_SSM, (action,), {"PARAMETER_ARN": arn})


def _read_parameters(params: Params) -> Iterator[Use]:
    if not params.get("WithDecryption"):
        return
    ssm = adapter.part("services.ssm")
    for record in _below(params) if "Path" in params else _named(params):
        if record.get("Type") == "SecureString":
            yield Use(record.get("KeyId") or _OWN_SSM, _READ, {"PARAMETER_ARN": ssm._param_arn(record["Name"])})


def _named(params: Params) -> Iterator[Mapping[str, Any]]:
    for name in params.get("Names") or [params["Name"]]:
        record, _ = adapter.part("services.ssm")._select_parameter(name)
        if record:
            yield record


def _below(params: Params) -> Iterator[Mapping[str, Any]]:
    prefix = params["Path"].rstrip("/") + "/"
    for record in adapter.part("services.ssm")._parameters.values():
        below = record["Name"].removeprefix(prefix)
        if below != record["Name"] and (params.get("Recursive") or "/" not in below):
            yield record


def _secret(params: Params) -> tuple[str, str]:
    """Key and ARN of a secret."""
    _, secret = adapter.part("services.secretsmanager")._resolve(params.get("SecretId") or params.get("Name"))
    secret = secret or {}
    return secret.get("KmsKeyId") or _OWN_SECRETS, secret.get("ARN") or ""


def _written_secret(params: Params) -> Iterator[Use]:
    key_id, arn = _secret(params)
    if "SecretString" in params or "SecretBinary" in params:
        yield Use(params.get("KmsKeyId") or key_id, _PUBLISH, {"SecretARN": arn})


def _read_secret(params: Params) -> Iterator[Use]:
    key_id, arn = _secret(params)
    yield Use(key_id, _READ, {"SecretARN": arn})


def _read_secrets(params: Params) -> Iterator[Use]:
    for secret_id in params.get("SecretIdList") or ():
        yield from _read_secret({"SecretId": secret_id})


USES: Mapping[str, Encrypted] = {
    "sns": Encrypted(
        {"Publish": _topic, "PublishBatch": _topic},
        {
            "AccessDenied": "KMSAccessDenied",
            "DisabledException": "KMSDisabled",
            "KMSInvalidStateException": "KMSInvalidState",
            "NotFoundException": "KMSNotFound",
        },
    ),
    "sqs": Encrypted(
        {"SendMessage": _sent, "SendMessageBatch": _sent, "ReceiveMessage": _received},
        {
            "AccessDenied": "KmsAccessDenied",
            "DisabledException": "KmsDisabled",
            "KMSInvalidStateException": "KmsInvalidState",
            "NotFoundException": "KmsNotFound",
        },
    ),
    "ssm": Encrypted(
        {
            "PutParameter": _put_parameter,
            "GetParameter": _read_parameters,
            "GetParameters": _read_parameters,
            "GetParametersByPath": _read_parameters,
            "GetParameterHistory": _read_parameters,
        },
        dict.fromkeys(("DisabledException", "KMSInvalidState", "NotFoundException"), "InvalidKeyId"),
    ),
    "secretsmanager": Encrypted(
        {
            "CreateSecret": _written_secret,
            "PutSecretValue": _written_secret,
            "UpdateSecret": _written_secret,
            "GetSecretValue": _read_secret,
            "BatchGetSecretValue": _read_secrets,
        },
        dict.fromkeys(("DisabledException", "KMSInvalidState", "NotFoundException"), "DecryptionFailure"),
    ),
}
