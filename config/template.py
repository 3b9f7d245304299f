"""Reading templates, so that one with short forms and one that a packager wrote can be compared."""

from __future__ import annotations

from typing import Any, Final

import yaml

# Packaging writes addresses over these paths, and SAM CLI a note into every resource's metadata.
_PACKAGED: Final = ("TemplateURL", "CodeUri", "DefinitionUri", "Metadata")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, `!Sub` for `Fn::Sub` and so on."""


def _long_form(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _long_form)


def load(text: str) -> dict[str, Any]:
    """A template as CloudFormation reads it, in long forms; JSON is YAML too."""
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506, a SafeLoader
    return template


def comparable(value: Any) -> Any:
    """A template without what packaging changes, and with every scalar as the text that CloudFormation makes of it."""
    if isinstance(value, dict):
        return {str(key): comparable(item) for key, item in value.items() if key not in _PACKAGED}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
