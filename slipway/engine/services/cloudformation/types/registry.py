"""Resource types by name: every module of `slipway/engine/resources/` exposes `RESOURCES`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from slipway.engine.resource import ResourceType

CUSTOM = "AWS::CloudFormation::CustomResource"


@cache
def _all() -> Mapping[str, ResourceType]:
    """Loaded when first asked for: the types' modules use services that are being loaded themselves."""
    from slipway.engine import resources

    found: dict[str, ResourceType] = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(resources.__path__)):
        found.update(getattr(importlib.import_module(f"{resources.__name__}.{module}"), "RESOURCES", {}))
    return found


def find(resource_type: str) -> ResourceType | None:
    """The type called `resource_type`, None when the engine does not make it."""
    return _all().get(CUSTOM if resource_type.startswith("Custom::") else resource_type)


def is_known(resource_type: str) -> bool:
    """Whether the engine makes resources of this type."""
    return find(resource_type) is not None


def names() -> list[str]:
    """Every type that the engine makes."""
    return sorted(_all())
