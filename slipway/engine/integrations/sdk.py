"""`aws-sdk:<service>:<action>`: any API of any service that the engine has, by one route over botocore's models.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import Any

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel

from slipway.engine.integrations import api
from slipway.engine.integrations.convert import members_by_name
from slipway.engine.integrations.task import Integration, TaskCall

# Services that botocore calls otherwise than their SDK for Java, whose name Step Functions uses.
_BOTOCORE_NAMES = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "elasticloadbalancingv2": "elbv2",
    "elasticloadbalancing": "elb",
    "sfn": "stepfunctions",
    "costexplorer": "ce",
    "configservice": "config",
    "databasemigration": "dms",
}


def find(name: str) -> Integration | None:
    """The integration `<service>:<action>`, None when there is no such service or action."""
    service, _, action = name.partition(":")
    botocore_name = botocore_service(service)
    if botocore_name is None or "." in action:
        return None
    model = _model(botocore_name)
    operation = api.operation_named(model, action)
    if operation is None:
        return None
    known = members_by_name(operation.input_shape) if operation.input_shape else {}
    return Integration(run=partial(_run, botocore_name, action), accepts=known.__contains__)


def _run(service: str, action: str, call: TaskCall) -> Any:
    return api.call(call.caller, service, action, call.arguments)


@cache
def botocore_service(service: str) -> str | None:
    """botocore's name of the service that Step Functions calls `service`."""
    candidate = _BOTOCORE_NAMES.get(service) or _by_folder().get(service)
    if candidate is None:
        return None
    return candidate if _plain(str(_model(candidate).service_id)) == service else None


@cache
def _by_folder() -> dict[str, str]:
    return {_plain(name): name for name in _session().get_available_services()}


@cache
def _model(service: str) -> ServiceModel:
    try:
        return _session().get_service_model(service)
    except UnknownServiceError as error:
        raise ValueError(f"botocore has no service {service}") from error


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
