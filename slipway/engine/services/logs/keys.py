"""A group's KMS key: CloudWatch Logs itself uses it, so the key's own policy has to let it.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
"""

from __future__ import annotations

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.logs.service import invalid


def check_key(call: Call, group: str, key_arn: str) -> str:
    """The key's ARN, when it can be used for the group by CloudWatch Logs; InvalidParameterException."""
    arn = call.arn(f"log-group:{group}")
    logs = call.engine.as_service(f"logs.{call.region}.amazonaws.com", arn)
    try:
        logs.check("kms:GenerateDataKey", key_arn, {"kms:EncryptionContext:aws:logs:arn": arn})
    except AwsError as error:
        raise invalid(
            f"The specified KMS Key Id {key_arn} could not be found, or does not allow "
            f"logs.{call.region}.amazonaws.com to use it: {error}"
        ) from error
    return key_arn
