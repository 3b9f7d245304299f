"""Task resources that nothing executes, and arguments that an API does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from slipway.engine import integrations
from slipway.engine.dispatcher import find_services
from slipway.engine.executed import SERVED
from slipway.engine.services.stepfunctions.definition.finding import SCHEMA, Finding, all_states


def check_resources(machine: Mapping[str, Any]) -> Iterator[Finding]:
    """Every Task's resource and the names of its arguments, as far as they are written out."""
    for _, state, path, language in all_states(machine):
        if state["Type"] == "Task":
            arguments = state.get("Arguments" if language == "JSONata" else "Parameters")
            yield from _check(state["Resource"], arguments, path)


def tasks(machine: Mapping[str, Any]) -> Iterator[str]:
    """The resource of every Task."""
    for _, state, _, _ in all_states(machine):
        if state["Type"] == "Task":
            yield state["Resource"]


def _check(resource: Any, arguments: Any, path: str) -> Iterator[Finding]:
    if not isinstance(resource, str) or not resource.startswith("arn:"):
        yield Finding(SCHEMA, "Value is not a valid resource ARN", f"{path}/Resource")
        return
    if ":function:" in resource:
        return
    refusal = _refusal(resource)
    if refusal:
        yield Finding(SCHEMA, refusal, f"{path}/Resource")
        return
    integration = integrations.find(resource)
    for name in arguments if isinstance(arguments, Mapping) else ():
        if integration is not None and not integration.accepts(name.removesuffix(".$")):
            yield Finding(SCHEMA, f"The field '{name}' is not supported by Step Functions", f"{path}/Arguments")


def _refusal(resource: str) -> str:
    """Why a resource cannot be called: AWS does not know it, or this engine does not execute it; empty when it can."""
    if ":activity:" in resource:
        return "an activity is not executed by this engine"
    service, operation = integrations.operation_of(resource)
    if service in integrations.LACKED:
        return f"{resource} is not executed by this engine: it has no service {service}"
    if integrations.find(resource) is None:
        return (
            f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
            "resource is not available in this region."
        )
    if operation not in _executed().get(service, ()):
        return f"{resource} is not executed by this engine: it has no {service}:{operation}"
    return ""


@cache
def _executed() -> Mapping[str, Collection[str]]:
    """The operations that the engine executes, by botocore's name of the service."""
    ours = {service.name: frozenset(service.operations) for service in find_services()}
    return {**{name: served.operations for name, served in SERVED.items()}, **ours}
