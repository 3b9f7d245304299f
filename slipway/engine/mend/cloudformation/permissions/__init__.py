"""Which API actions CloudFormation makes for MiniStack's own resource types: a module per service.

Source: the `handlers` of the resource type schemas
(https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html) say which actions a handler
may make; the properties at hand decide which of them it does make, and the service authorization reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html) on which resource.

What is left out on purpose: the reads with which a handler waits for or verifies its own work (Describe, Get, List).
Which of them run is not documented per property, and a table of guesses would refuse what AWS allows.

A type without a table asks for every writing action of its own service that its schema's handler names, on `*`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache

from slipway.engine.mend.cloudformation.checks.schemas import handler_permissions
from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions

__all__ = ["Change", "Need", "Permissions", "needs_of", "tables"]

_READS = ("Describe", "Get", "List", "BatchGet", "Head", "Tag", "Untag")
# Types that CloudFormation handles itself, without a call to another service.
_OWN = ("AWS::CloudFormation::", "Custom::")


@cache
def tables() -> dict[str, Permissions]:
    """Every table, found by its module's name."""
    found: dict[str, Permissions] = {}
    for module in pkgutil.iter_modules(__path__):
        found.update(getattr(importlib.import_module(f"{__name__}.{module.name}"), "PERMISSIONS", {}))
    return found


def needs_of(operation: str, change: Change) -> Iterable[Need]:
    """What has to be allowed for the `create`, `update` or `delete` of a resource."""
    if change.resource_type.startswith(_OWN):
        return ()
    table = tables().get(change.resource_type)
    if table is None:
        return _from_schema(operation, change.resource_type)
    rule = getattr(table, operation)
    needs: Iterable[Need] = rule(change)
    return needs


def _from_schema(operation: str, resource_type: str) -> Iterable[Need]:
    service = resource_type.split("::")[1].lower()
    for action in sorted(handler_permissions(resource_type, operation)):
        prefix, _, verb = action.partition(":")
        if prefix == service and not verb.startswith(_READS):
            yield Need(action)
