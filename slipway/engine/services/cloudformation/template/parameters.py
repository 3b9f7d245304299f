"""Parameters: what a request gives, by what the template declares.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.constraints import check_value

_PLAIN = frozenset({"String", "Number", "List<Number>", "CommaDelimitedList"})
_SSM = "AWS::SSM::Parameter::Value<"
# Types whose values CloudFormation does not look up.
_NAMES = frozenset({"AWS::SSM::Parameter::Name"})
_HIDDEN = "****"
# Reads parameters of the Parameter Store: names → values.
Read = Callable[[list[str]], Mapping[str, str]]


@dataclass(frozen=True)
class Given:
    """A parameter as a request gives it."""

    name: str
    value: str | None = None
    use_previous: bool = False


@dataclass(frozen=True)
class Parameter:
    """A parameter's value: as it was given, and as the Parameter Store resolves it."""

    name: str
    type: str
    value: str
    resolved: str | None = None
    no_echo: bool = False

    @property
    def reference(self) -> Any:
        """What `Ref` gives: a text, or a list for the list types."""
        value = self.value if self.resolved is None else self.resolved
        return [item.strip() for item in value.split(",")] if _is_list(self.type) else value

    def described(self) -> dict[str, Any]:
        """As DescribeStacks tells it."""
        shown = {"ParameterKey": self.name, "ParameterValue": _HIDDEN if self.no_echo else self.value}
        return {**shown, "ResolvedValue": self.resolved} if self.resolved is not None else shown


def parameters_of(
    declared: Mapping[str, Any], given: Iterable[Given], previous: Mapping[str, str], read: Read
) -> dict[str, Parameter]:
    """Every declared parameter with its value; TemplateError for unknown, missing and bad ones."""
    sent = {entry.name: entry for entry in given}
    unknown = sorted(set(sent) - set(declared))
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {name: _value(sent.get(name), definition, previous.get(name)) for name, definition in declared.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, definition in declared.items():
        _check_type(name, str(definition.get("Type")))
        if "Default" in definition:
            check_value(name, definition, _text(definition["Default"]))
        check_value(name, definition, values[name] or "")
    stored = _stored(declared, values, read)
    return {
        name: Parameter(
            name, definition["Type"], values[name] or "", stored.get(name), _truth(definition.get("NoEcho"))
        )
        for name, definition in declared.items()
    }


def _value(entry: Given | None, definition: Mapping[str, Any], previous: str | None) -> str | None:
    if entry is not None and entry.use_previous:
        return previous
    if entry is not None and entry.value is not None:
        return entry.value
    default = definition.get("Default")
    return None if default is None else _text(default)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"


def _is_list(declared: str) -> bool:
    inner = declared.removeprefix(_SSM) if declared.startswith(_SSM) else declared
    return inner.startswith(("List<", "CommaDelimitedList"))


def _check_type(name: str, declared: str) -> None:
    if declared in _PLAIN or declared in _NAMES or declared.startswith((_SSM, f"List<{_SSM}")):
        return
    if declared.removeprefix("List<").startswith("AWS::"):
        raise TemplateError(
            f"Parameter {name}: type {declared} is looked up in a service that this engine does not have"
        )
    raise TemplateError(f"Template format error: Unrecognized parameter type: {declared}")


def _stored(declared: Mapping[str, Any], values: Mapping[str, str | None], read: Read) -> dict[str, str]:
    """The values in the Parameter Store of the parameters that name one."""
    wanted = {
        name: values[name] or "" for name, definition in declared.items() if str(definition["Type"]).startswith(_SSM)
    }
    if not wanted:
        return {}
    found = read(sorted(set(wanted.values())))
    missing = sorted({stored for stored in wanted.values() if stored not in found})
    if missing:
        raise TemplateError(f"Unable to fetch parameters [{','.join(missing)}] from parameter store for this account.")
    return {name: found[stored] for name, stored in wanted.items()}
