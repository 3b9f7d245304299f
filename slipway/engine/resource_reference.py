"""docs/resource-types.md, made from the types themselves.

.venv/bin/python -m slipway.engine.resource_reference > docs/resource-types.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slipway.engine.resource import ResourceType
from slipway.engine.services.cloudformation.checks import schemas
from slipway.engine.services.cloudformation.types import registry

_HEAD = """# CloudFormation's resource types

Made by `.venv/bin/python -m slipway.engine.resource_reference`. These are the types that the engine makes, changes and
deletes, by the API calls that AWS's handlers make and under the stack's rights; any other type is refused by name
before a stack acts. A property that is *without effect* is accepted, does nothing here, and is a warning (an error
under `--strict`). One that is *refused* stops the stack, by name, before anything is made. All other properties of the
type's schema act here as on AWS, or are records there too. Values can be refused as well: `docs/local-engine.md` says
which, by service.
"""


def declared() -> dict[str, ResourceType]:
    """Every type that the engine makes, by name."""
    return {name: found for name in registry.names() if (found := registry.find(name)) is not None}


def writable(resource_type: str) -> frozenset[str]:
    """The top-level properties that a template may set."""
    schema = schemas.schema_of(resource_type) or {}
    read_only = {path[0] for path in schemas.read_only(resource_type) if len(path) == 1}
    return frozenset(schema.get("properties", {})) - read_only


def render() -> str:
    """The whole page."""
    types = declared()
    services = sorted({name.split("::")[1] for name in types})
    return "\n".join([_HEAD, *(line for service in services for line in _section(service, types))]).rstrip() + "\n"


def _section(service: str, types: Mapping[str, ResourceType]) -> Iterator[str]:
    yield from (f"## {service}", "| type | without effect | refused |", "| --- | --- | --- |")
    for name, declaration in types.items():
        if name.split("::")[1] == service:
            yield f"| `{name}` | {_reasons(declaration.without_effect)} | {_refused(name, declaration)} |"
    yield ""


def _refused(name: str, declaration: ResourceType) -> str:
    """With reason or, where the property's name says enough, without."""
    known = declaration.honours | set(declaration.without_effect) | set(declaration.refuses)
    unnamed = ", ".join(f"`{prop}`" for prop in sorted(writable(name) - known)) if declaration.honours else ""
    return "; ".join(filter(None, (_reasons(declaration.refuses), unnamed)))


def _reasons(reasons: Mapping[str, str]) -> str:
    """Properties with one reason stand together."""
    by_reason: dict[str, list[str]] = {}
    for path, reason in sorted(reasons.items()):
        by_reason.setdefault(reason, []).append(f"`{path}`")
    return "; ".join(f"{', '.join(paths)} ({reason})" for reason, paths in by_reason.items())


if __name__ == "__main__":
    print(render(), end="")
