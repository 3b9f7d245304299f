"""Step Functions' service integrations: what a Task state's `Resource` stands for.

A module per optimized service exposes `INTEGRATIONS`, keyed as in the resource's ARN after `states:::`
(`sagemaker:createTrainingJob.sync`); it is found by its name. `aws-sdk:<service>:<action>` is one generic route over
botocore's models (`sdk`).
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from slipway.engine.integrations import sdk
from slipway.engine.integrations.task import Integration, TaskCall, TaskFailed

__all__ = ["Integration", "TaskCall", "TaskFailed", "find"]

_CALLBACK = ".waitForTaskToken"
_SDK = "aws-sdk:"
# docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html, the column "Wait for Callback"
_WITH_CALLBACK = frozenset(
    {"events:putEvents", "lambda:invoke", "sns:publish", "sqs:sendMessage", "states:startExecution"}
)
# Optimized integrations of services that the engine lacks.
LACKED = frozenset(
    {
        *("apigateway", "athena", "batch", "bedrock", "databrew", "dynamodb", "ecs", "eks", "elasticmapreduce"),
        *("emr-containers", "emr-serverless", "http", "mediaconvert"),
    }
)
# Optimized integrations that are not called after botocore's service.
_BOTOCORE_NAMES = {"states": "stepfunctions"}


def find(resource: str) -> Integration | None:
    """The integration behind `arn:aws:states:::…`, None when there is none; a callback's is that of its request."""
    name = resource.split(":::", 1)[-1]
    request = name.removesuffix(_CALLBACK)
    if request.startswith(_SDK):
        return sdk.find(request.removeprefix(_SDK))
    return _optimized().get(request) if request == name or request in _WITH_CALLBACK else None


def operation_of(resource: str) -> tuple[str, str]:
    """botocore's names of the service and the operation that a resource calls (first)."""
    name = resource.split(":::", 1)[-1]
    service, _, action = name.removeprefix(_SDK).partition(":")
    action = action.partition(".")[0]
    known = sdk.botocore_service(service) if name.startswith(_SDK) else _BOTOCORE_NAMES.get(service, service)
    return known or service, f"{action[:1].upper()}{action[1:]}"


@cache
def _optimized() -> dict[str, Integration]:
    found: dict[str, Integration] = {}
    for module in pkgutil.iter_modules(__path__):
        found.update(getattr(importlib.import_module(f"{__name__}.{module.name}"), "INTEGRATIONS", {}))
    return found
