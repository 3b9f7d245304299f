"""The properties that the engine carries out, by what each type declares (`slipway.engine.resource.ResourceType`).

A property that a type does not know is refused by name; one that is accepted and does nothing is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.partly import partly
from slipway.engine.services.cloudformation.types import find


def check_honoured(logical_id: str, resource_type: str, properties: Mapping[str, Any]) -> None:
    """Refuse the first property that is not executed."""
    refused = next(_refused(resource_type, properties), None)
    if refused is not None:
        path, why = refused
        because = f": {why}" if why else ""
        what = f"{path} of {resource_type} is not executed by this engine{because}" if path else why
        raise TemplateError(f"Resource {logical_id}: {what}")


def warnings_of(resources: Mapping[str, Any], resolved: Mapping[str, Any]) -> dict[str, list[str]]:
    """By logical id, the sentences about properties that have no effect here."""
    found = {name: list(_without_effect(body["Type"], resolved[name])) for name, body in resources.items()}
    return {name: sentences for name, sentences in found.items() if sentences}


def _refused(resource_type: str, properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    declared = find(resource_type)
    if declared is None:
        return
    for path, why in declared.refuses.items():
        if _is_set(properties, path):
            yield path, why
    for why in declared.check(partly(dict(properties))):
        yield "", why
    if declared.honours:
        known = {path.partition(".")[0] for path in (*declared.honours, *declared.without_effect)}
        yield from ((name, "") for name in properties if name not in known)


def _without_effect(resource_type: str, properties: Mapping[str, Any]) -> Iterator[str]:
    declared = find(resource_type)
    for path, why in (declared.without_effect if declared else {}).items():
        if _is_set(properties, path):
            yield f"{path} has no effect: {why}"


def _is_set(properties: Any, path: str) -> bool:
    """Whether something stands at a dotted path; lists are walked through."""
    name, _, rest = path.partition(".")
    if isinstance(properties, list):
        return any(_is_set(item, path) for item in properties)
    if not isinstance(properties, Mapping) or name not in properties:
        return False
    return _is_set(properties[name], rest) if rest else True
