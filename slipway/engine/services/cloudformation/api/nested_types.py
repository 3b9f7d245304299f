"""What nested stacks would fail of for certain is refused with their parent, before anything is made.

CloudFormation itself finds out when it comes to the nested stack; an engine that lacks a type says so at once. A nested
template that cannot be read yet, or not be parsed, is left to its turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.caller import Caller
from slipway.engine.services.cloudformation.api.sources import template_text
from slipway.engine.services.cloudformation.checks.types import check_types
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.stacks.events import STACK
from slipway.engine.services.cloudformation.template.compiled import Compiled
from slipway.engine.services.cloudformation.template.document import parse
from slipway.engine.services.cloudformation.template.functions import is_pending, resolve

_SERVERLESS = "AWS::Serverless::"


def check_nested_types(requester: Caller, compiled: Compiled) -> None:
    """Refuse a template below which a nested one has types that the engine lacks; TemplateError names the way there."""
    for name, body in compiled.resources.items():
        if body["Type"] == STACK:
            url = resolve((body.get("Properties") or {}).get("TemplateURL"), compiled.scope)
            if not is_pending(url):
                _check(requester, name, url)


def _check(requester: Caller, path: str, url: Any) -> None:
    resources = _certain(requester, url)
    try:
        check_types({name: body for name, body in resources.items() if not body["Type"].startswith(_SERVERLESS)})
    except TemplateError as error:
        raise TemplateError(f"Nested stack {path}: {error}") from error
    for name, body in resources.items():
        below = (body.get("Properties") or {}).get("TemplateURL")
        if body["Type"] == STACK and isinstance(below, str):
            _check(requester, f"{path}/{name}", below)


def _certain(requester: Caller, url: Any) -> dict[str, Mapping[str, Any]]:
    """The resources of a template that are made whatever its parameters are."""
    try:
        found = parse(template_text(requester, "", str(url))).get("Resources")
    except TemplateError:
        return {}
    bodies = found.items() if isinstance(found, Mapping) else ()
    return {
        name: body
        for name, body in bodies
        if isinstance(body, Mapping) and isinstance(body.get("Type"), str) and "Condition" not in body
    }
