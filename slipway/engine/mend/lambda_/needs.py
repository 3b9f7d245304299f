"""What a function's role needs for what its configuration asks of it; Lambda looks before it makes the function.

docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
docs.aws.amazon.com/lambda/latest/dg/services-xray.html
docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.lambda_.invocation import PRINCIPAL

# (IAM action, the service in Lambda's words)
_SENDS = {
    "sqs": ("sqs:SendMessage", "SQS"),
    "sns": ("sns:Publish", "SNS"),
    "lambda": ("lambda:InvokeFunction", "LAMBDA"),
    "events": ("events:PutEvents", "EventBridge"),
    "s3": ("s3:PutObject", "S3"),
}
_NETWORK = ("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")

# (action, resource, the service in Lambda's words)
Need = tuple[str, str, str]


def check_function(engine: Engine, properties: Mapping[str, Any]) -> None:
    """Refuse a function whose role may not do what its VPC, its tracing or its dead letters need."""
    _check(engine, properties["Role"], _of_function(properties))


def check_destinations(engine: Engine, role_arn: str, settings: Mapping[str, Any]) -> None:
    """Refuse destinations to which the function's role may not send."""
    outcomes = (settings.get("DestinationConfig") or {}).values()
    targets = (outcome.get("Destination") for outcome in outcomes if outcome)
    _check(engine, role_arn, (_sending(target) for target in targets if target))


def _of_function(properties: Mapping[str, Any]) -> Iterator[Need]:
    if (properties.get("VpcConfig") or {}).get("SubnetIds"):
        for action in _NETWORK:
            yield action, "*", "EC2"
    if (properties.get("TracingConfig") or {}).get("Mode") == "Active":
        yield "xray:PutTraceSegments", "*", "XRAY"
    target = (properties.get("DeadLetterConfig") or {}).get("TargetArn")
    if target:
        yield _sending(target)


def _sending(target: str) -> Need:
    service = target.split(":")[2]
    if service not in _SENDS:
        text = f"The destination ARN {target} is invalid: {service} is no destination"
        raise AwsError("InvalidParameterValueException", text, status=400)
    action, words = _SENDS[service]
    return action, f"{target}/*" if service == "s3" else target, words


def _check(engine: Engine, role_arn: str, needs: Iterator[Need]) -> None:
    caller = engine.as_role(role_arn, PRINCIPAL, "lambda")
    for action, resource, words in needs:
        try:
            caller.check(action, resource)
        except AccessDenied as denied:
            operation = action.partition(":")[2]
            text = f"The provided execution role does not have permissions to call {operation} on {words}"
            raise AwsError("InvalidParameterValueException", text, status=400) from denied
