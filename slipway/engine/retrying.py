"""How often a call that was throttled, or met a fault of the service's, is made again when an AWS service makes it.

Services that say how they go on have that elsewhere, and their clients try once:

| who | what goes on | page |
| --- | --- | --- |
| Step Functions | a state's `Retry`, and nothing without one | states: concepts-error-handling |
| EventBridge, SNS, S3's notifications | deliveries, by a retry policy (`deliveries`) | see there |
| API Gateway | nothing: the caller sees it | apigateway: handle-errors-in-lambda-integration |

The others make the call again by themselves. CloudFormation's handlers say of throttling, faults of a service and the
network that they are "Retriable"; the other pages say nothing, but AWS's SDKs try again, with pauses that double. How
often a service tries is on no page: here it is five times in all, as often as boto3 does by default.

docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
docs.aws.amazon.com/boto3/latest/guide/retries.html
"""

from __future__ import annotations

from typing import Final

ONCE: Final = 1
PATIENT: Final = 5

_ONCE: Final = frozenset(
    {
        "apigateway.amazonaws.com",
        "events.amazonaws.com",
        "s3.amazonaws.com",
        "sns.amazonaws.com",
        "states.amazonaws.com",
    }
)


def attempts(principal: str) -> int:
    """How often the service `principal` makes a call at most."""
    return ONCE if principal in _ONCE else PATIENT
