"""What a parameter's value has to satisfy.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import regex

from slipway.engine.services.cloudformation.errors import TemplateError

_VALUE_BYTES = 4096
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


def check_value(name: str, definition: Mapping[str, Any], value: str) -> None:
    """Refuse a value that breaks a constraint; a `ConstraintDescription` says so in the template's words."""
    if len(value.encode()) > _VALUE_BYTES:
        raise TemplateError(f"Parameter '{name}' must contain at most {_VALUE_BYTES} bytes")
    broken = next(_broken(definition, value), None)
    if broken is None:
        return
    raise TemplateError(f"Parameter '{name}' {definition.get('ConstraintDescription') or broken}")


def _broken(definition: Mapping[str, Any], value: str) -> Iterator[str]:
    declared = str(definition.get("Type"))
    is_list = declared.startswith(("List<", "CommaDelimitedList"))
    items = [item.strip() for item in value.split(",")] if is_list else [value]
    for item in items:
        if declared in ("Number", "List<Number>"):
            yield from _broken_number(definition, item)
        if "AllowedValues" in definition and item not in {_text(one) for one in definition["AllowedValues"]}:
            yield "must be one of AllowedValues"
        if "AllowedPattern" in definition and not _matches(str(definition["AllowedPattern"]), item):
            yield f"must match pattern {definition['AllowedPattern']}"
    if "MinLength" in definition and len(value) < int(definition["MinLength"]):
        yield f"must contain at least {definition['MinLength']} characters"
    if "MaxLength" in definition and len(value) > int(definition["MaxLength"]):
        yield f"must contain at most {definition['MaxLength']} characters"


def _broken_number(definition: Mapping[str, Any], item: str) -> Iterator[str]:
    if not _NUMBER.fullmatch(item):
        yield "must be a number"
        return
    if "MinValue" in definition and float(item) < float(definition["MinValue"]):
        yield f"must be a number not less than {definition['MinValue']}"
    if "MaxValue" in definition and float(item) > float(definition["MaxValue"]):
        yield f"must be a number not greater than {definition['MaxValue']}"


def _matches(pattern: str, text: str) -> bool:
    """The pattern is Java's and holds for the whole value; `regex` reads what `re` does not."""
    try:
        return regex.fullmatch(pattern, text) is not None
    except regex.error as error:
        raise TemplateError(
            f"Template format error: AllowedPattern {pattern} is no regular expression: {error}"
        ) from error


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
