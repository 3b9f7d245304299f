"""AWS::Lambda::EventInvokeConfig.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import Properties, gone_is_fine, picked
from slipway.engine.resources.lambda_.names import GONE

_NAME_LENGTH = 64
_DEFAULTS: dict[str, Any] = {"DestinationConfig": {}, "MaximumEventAgeInSeconds": 21600, "MaximumRetryAttempts": 2}


def create(call: ResourceCall) -> Created:
    """How a version or alias is invoked asynchronously."""
    client = call.caller.client("lambda")
    client.put_function_event_invoke_config(**_named(call.properties), **picked(call.properties, *_DEFAULTS))
    return Created(call.physical_name(_NAME_LENGTH))


def update(call: ResourceCall) -> Created:
    """All of it; what the template no longer says goes back to its default."""
    dropped = {name: value for name, value in _DEFAULTS.items() if name in call.old_properties}
    client = call.caller.client("lambda")
    client.update_function_event_invoke_config(
        **_named(call.properties), **dropped | picked(call.properties, *_DEFAULTS)
    )
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The configuration."""
    with gone_is_fine(GONE):
        call.caller.client("lambda").delete_function_event_invoke_config(**_named(call.properties))


def _named(properties: Properties) -> dict[str, Any]:
    return picked(properties, "FunctionName", "Qualifier")


RESOURCES = {
    "AWS::Lambda::EventInvokeConfig": ResourceType(
        create=create, update=update, delete=delete, honours=frozenset({*_DEFAULTS, "FunctionName", "Qualifier"})
    )
}
