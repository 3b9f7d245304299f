"""The alarms that roll a deployment back, read under the endpoint's execution role.

docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html: the execution role needs
cloudwatch:DescribeAlarms on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.service import role_caller

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


class Tripped(Exception):
    """An alarm is in ALARM, or cannot be read; the text says which and why."""


def check(engine: Engine, role_arn: str, names: list[str]) -> None:
    """Raise Tripped unless all alarms can be read and none is in ALARM."""
    if not names:
        return
    try:
        answer = role_caller(engine, role_arn).client("cloudwatch").describe_alarms(AlarmNames=names)
    except (ClientError, AwsError) as error:
        raise Tripped(f"The auto-rollback alarms could not be read under {role_arn}: {error}") from error
    found = {alarm["AlarmName"]: alarm["StateValue"] for alarm in answer["MetricAlarms"] + answer["CompositeAlarms"]}
    missing = [name for name in names if name not in found]
    if missing:
        raise Tripped(f"The auto-rollback alarms do not exist: {', '.join(missing)}")
    tripped = [name for name, state in found.items() if state == "ALARM"]
    if tripped:
        raise Tripped(f"One or more CloudWatch alarms configured for auto-rollback were tripped: {', '.join(tripped)}")
