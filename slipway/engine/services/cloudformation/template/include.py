"""`AWS::Include`: a snippet in S3 in the place of the call.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.document import Template, parse
from slipway.engine.services.cloudformation.template.functions import resolve
from slipway.engine.services.cloudformation.template.scope import Scope

NAME = "AWS::Include"
_CALL = "Fn::Transform"
# Reads the object at an `s3://` address as the requester.
Fetch = Callable[[str], str]


def embedded(value: Any) -> Iterator[str]:
    """The transforms that `Fn::Transform` calls inside of a template."""
    if isinstance(value, list):
        for item in value:
            yield from embedded(item)
    elif isinstance(value, Mapping):
        for key, argument in value.items():
            if key == _CALL and isinstance(argument, Mapping):
                yield str(argument.get("Name"))
            yield from embedded(argument)


def include(value: Any, scope: Scope, fetch: Fetch) -> Any:
    """`value` with every snippet put in, the innermost first; what stands beside the call is kept."""
    if isinstance(value, list):
        return [include(item, scope, fetch) for item in value]
    if not isinstance(value, Mapping):
        return value
    rest = {key: include(item, scope, fetch) for key, item in value.items() if key != _CALL}
    if _CALL not in value:
        return rest
    return {**_snippet(value[_CALL], scope, fetch), **rest}


def include_at_top(template: Template, call: Mapping[str, Any], scope: Scope, fetch: Fetch) -> Template:
    """The template with the snippet of its Transform section put in, section by section."""
    merged = dict(template)
    for section, content in _snippet(call, scope, fetch).items():
        is_map = isinstance(content, Mapping)
        merged[section] = {**content, **merged.get(section, {})} if is_map else merged.get(section, content)
    return merged


def _snippet(call: Any, scope: Scope, fetch: Fetch) -> Template:
    location = resolve(call.get("Parameters", {}).get("Location"), scope) if isinstance(call, Mapping) else None
    if not isinstance(location, str) or not location.startswith("s3://"):
        raise TemplateError(f"Transform {NAME} failed with: The value of parameter Location must be an S3 location, "
                            f"s3://bucket/key, found {location}")  # fmt: skip
    found = parse(fetch(location))
    if any(name in embedded(found) for name in (NAME,)):
        raise TemplateError(f"Transform {NAME} failed with: a snippet cannot include another ({location})")
    return found
