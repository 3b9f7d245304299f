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


def find(resource: str) -> Integration | None:
    """The integration behind `arn:aws:states:::…`, None when there is none; a callback's is that of its request."""
    name = resource.split(":::", 1)[-1].removesuffix(_CALLBACK)
    if name.startswith(_SDK):
        return sdk.find(name.removeprefix(_SDK))
    return _optimized().get(name)


@cache
def _optimized() -> dict[str, Integration]:
    found: dict[str, Integration] = {}
    for module in pkgutil.iter_modules(__path__):
        found.update(getattr(importlib.import_module(f"{__name__}.{module.name}"), "INTEGRATIONS", {}))
    return found
