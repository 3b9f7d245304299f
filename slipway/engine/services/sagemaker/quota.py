"""How many instances one job or variant may have: AWS's quotas are the account's, this one is what a machine can hold.

docs.aws.amazon.com/sagemaker/latest/dg/regions-quotas.html
"""

from __future__ import annotations

from typing import Final

from slipway.engine.errors import AwsError

MOST_INSTANCES: Final = 100
ENDPOINT_USAGE: Final = "endpoint usage"


def check_instances(count: int, instance_type: str, usage: str) -> None:
    """ResourceLimitExceeded for more instances than the quota, before any of them is started."""
    if count > MOST_INSTANCES:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{instance_type} for {usage}' is {MOST_INSTANCES} Instances, with a "
            f"request of {count} Instances. This engine has the same limit for each job and variant.",
            status=400,
        )
