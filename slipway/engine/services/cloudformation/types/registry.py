"""Resource types by name: every module of `slipway/engine/resources/`, and of its packages, that has `RESOURCES`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import ModuleType

from slipway.engine.resource import ResourceType

CUSTOM = "AWS::CloudFormation::CustomResource"


@cache
def _all() -> Mapping[str, ResourceType]:
    """Loaded when first asked for: the types' modules use services that are being loaded themselves."""
    from slipway.engine import resources

    return declared_in(resources)


def declared_in(package: ModuleType) -> dict[str, ResourceType]:
    """What the modules below a package declare as their `RESOURCES`."""
    found: dict[str, ResourceType] = {}
    for name in sorted(module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")):
        found.update(getattr(importlib.import_module(name), "RESOURCES", {}))
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
