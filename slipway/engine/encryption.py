"""Encrypted data: the KMS key is asked under whoever makes the request, through the service that keeps the data.

A service's own key (`alias/aws/sqs`) lets in every identity of the account through that service, and no AWS service.

docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
"""

from __future__ import annotations

from slipway.engine.caller import Caller
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.kms import keys
from slipway.engine.mend.kms.encrypted import USES
from slipway.engine.mend.kms.use import Params, Use


def check(caller: Caller, service: str, operation: str, params: Params) -> None:
    """Refuse a request whose key its caller may not use, or nobody can, in the service's words."""
    encrypted = USES.get(service)
    uses = encrypted.operations.get(operation) if encrypted else None
    if encrypted is None or uses is None:
        return
    for use in uses(params):
        try:
            ask(caller, service, use)
        except AccessDenied as denied:
            code = encrypted.errors.get("AccessDenied", denied.code)
            raise AwsError(code, denied.message, status=400) from denied
        except AwsError as error:
            raise AwsError(encrypted.errors.get(error.code, error.code), error.message, status=400) from error


def ask(caller: Caller, service: str, use: Use) -> None:
    """Refuse unless the caller may use the key through the service (AccessDenied) and it can be used (KMS's code)."""
    engine = caller.engine
    if use.key_id.rpartition(":")[2] == f"alias/aws/{service}":
        if engine.authorization.service_principal(caller.credentials.access_key_id) is not None:
            raise AccessDenied(caller.arn, use.actions[0], use.key_id, "because its key policy lets no service in")
        return
    key = keys.find(use.key_id)
    context = {
        "kms:CallerAccount": engine.account,
        "kms:ViaService": f"{service}.{engine.region}.amazonaws.com",
        "aws:ViaAWSService": "true",
        "kms:EncryptionContextKeys": tuple(use.context),
        **{f"kms:EncryptionContext:{name}": value for name, value in use.context.items()},
    }
    for action in use.actions:
        caller.check(action, key.arn, context)
    if key.code:
        raise AwsError(key.code, key.message, status=400)
