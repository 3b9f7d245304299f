"""Task resources that nothing executes, and arguments that an API does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine import integrations
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
    if ":activity:" in resource:
        yield Finding(SCHEMA, "an activity is not executed by this engine", f"{path}/Resource")
        return
    if ":function:" in resource:
        return
    integration = integrations.find(resource)
    if integration is None:
        yield Finding(
            SCHEMA,
            f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
            f"resource is not available in this region.",
            f"{path}/Resource",
        )
        return
    for name in arguments if isinstance(arguments, Mapping) else ():
        if not integration.accepts(name.removesuffix(".$")):
            yield Finding(SCHEMA, f"The field '{name}' is not supported by Step Functions", f"{path}/Arguments")
