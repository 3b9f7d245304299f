"""A template's text as a tree: YAML with CloudFormation's tags, or JSON.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml

from slipway.engine.services.cloudformation.errors import TemplateError

Template = dict[str, Any]

# docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
_FUNCTIONS = (
    *("And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "ForEach"),
    *("GetAZs", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub"),
    *("ToJsonString", "Transform", "ValueOf", "ValueOfAll"),
)


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]
    """YAML 1.1 as CloudFormation reads it: dates stay texts, and a key stands once."""


def _tagged(name: str) -> Callable[[_Loader, yaml.Node], Any]:
    def construct(loader: _Loader, node: yaml.Node) -> Any:
        return {name: _plain(loader, node)}

    return construct


def _plain(loader: _Loader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)


def _get_att(loader: _Loader, node: yaml.Node) -> Any:
    """`!GetAtt Resource.Attribute`; the attribute's name may have dots."""
    value = _plain(loader, node)
    return {"Fn::GetAtt": value.split(".", 1) if isinstance(value, str) else value}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Any:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen and key.value != "<<":
            raise yaml.MarkedYAMLError(problem=f"duplicate key {key.value}", problem_mark=key.start_mark)
        seen.add(key.value)
    mapping: dict[Any, Any] = {}
    yield mapping
    loader.flatten_mapping(node)
    mapping.update(loader.construct_mapping(node))


for _name in _FUNCTIONS:
    _Loader.add_constructor(f"!{_name}", _tagged(f"Fn::{_name}"))
for _name in ("Ref", "Condition"):
    _Loader.add_constructor(f"!{_name}", _tagged(_name))
_Loader.add_constructor("!GetAtt", _get_att)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(text: str) -> Template:
    """The template in `text`; TemplateError says where it is not well-formed."""
    is_json = text.lstrip().startswith("{")
    try:
        found = json.loads(text, object_pairs_hook=_unique) if is_json else yaml.load(text, Loader=_Loader)  # noqa: S506
    except json.JSONDecodeError as error:
        raise _malformed("JSON not well-formed.", error.lineno, error.colno) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        duplicate = f" {error.problem}" if str(error.problem).startswith("duplicate key") else ""
        raise _malformed(
            f"YAML not well-formed.{duplicate}", mark and mark.line + 1, mark and mark.column + 1
        ) from error
    except yaml.YAMLError as error:
        raise TemplateError("Template format error: unsupported structure.") from error
    if not isinstance(found, dict):
        raise TemplateError("Template format error: unsupported structure.")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise TemplateError(f"Template format error: JSON not well-formed. duplicate key {twice}")
    return found


def _malformed(what: str, line: int | None, column: int | None) -> TemplateError:
    where = f" (line {line}, column {column})" if line else ""
    return TemplateError(f"Template format error: {what}{where}")
