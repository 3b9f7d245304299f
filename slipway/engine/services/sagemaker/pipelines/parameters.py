"""A pipeline's parameters: their declarations, and the values that an execution is started with.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.services.sagemaker.pipelines.errors import unparsable
from slipway.engine.services.sagemaker.service import invalid

Declaration = dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,256}")
_MEMBERS = frozenset({"Name", "Type", "DefaultValue", "Description", "EnumValues"})


def _boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered not in {"true", "false"}:
        raise ValueError(text)
    return lowered == "true"


_FROM_TEXT: Mapping[str, Callable[[str], Any]] = {"String": str, "Integer": int, "Float": float, "Boolean": _boolean}
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}


def check(declared: Any) -> dict[str, Declaration]:
    """The declarations by name, or SageMaker's refusal."""
    if not isinstance(declared, list):
        raise unparsable("Parameters must be a list.")
    found: dict[str, Declaration] = {}
    for index, item in enumerate(declared):
        where = f"Parameters[{index}]"
        if not isinstance(item, dict) or not _NAME.fullmatch(str(item.get("Name", ""))):
            raise unparsable(f"{where} must have a Name of the form [A-Za-z0-9-_]{{1,256}}.")
        _check_one(f"Parameter '{item['Name']}'", item)
        if item["Name"] in found:
            raise unparsable(f"Duplicate parameter name '{item['Name']}'.")
        found[item["Name"]] = item
    return found


def _check_one(where: str, item: Declaration) -> None:
    unknown = sorted(set(item) - _MEMBERS)
    if unknown:
        raise unparsable(f"{where} has an unknown member '{unknown[0]}'.")
    kind = item.get("Type", "String")
    if not isinstance(kind, str) or kind not in _PYTHON:
        raise unparsable(f"{where} has Type '{kind}', which must be one of [{', '.join(_PYTHON)}].")
    allowed = item.get("EnumValues")
    if allowed is not None and not (isinstance(allowed, list) and all(_fits(value, kind) for value in allowed)):
        raise unparsable(f"EnumValues of {where} must be a list of {kind} values.")
    if "DefaultValue" not in item:
        return
    if not _fits(item["DefaultValue"], kind):
        raise unparsable(f"DefaultValue of {where} is {json.dumps(item['DefaultValue'])}, and must be of Type {kind}.")
    if allowed is not None and item["DefaultValue"] not in allowed:
        raise unparsable(f"DefaultValue of {where} must be one of its EnumValues.")


def _fits(value: Any, kind: str) -> bool:
    return isinstance(value, _PYTHON[kind]) and (kind == "Boolean" or not isinstance(value, bool))


def given(declared: Mapping[str, Declaration], wanted: list[dict[str, str]]) -> dict[str, Any]:
    """Every parameter's value for one execution: what StartPipelineExecution gives, else its default."""
    texts = {item["Name"]: item["Value"] for item in wanted}
    unknown = sorted(set(texts) - set(declared))
    if unknown:
        raise invalid(f"Pipeline parameters [{', '.join(unknown)}] are not defined in the pipeline definition.")
    values = {name: _value(item, texts) for name, item in declared.items() if name in texts or "DefaultValue" in item}
    missing = [name for name in declared if name not in values]
    if missing:
        raise invalid(f"Pipeline parameters [{', '.join(missing)}] do not have default values and must be provided.")
    return values


def _value(item: Declaration, texts: Mapping[str, str]) -> Any:
    name = item["Name"]
    if name not in texts:
        return item["DefaultValue"]
    kind = item.get("Type", "String")
    try:
        value = _FROM_TEXT[kind](texts[name])
    except ValueError:
        raise invalid(f"Value '{texts[name]}' of pipeline parameter '{name}' is not of Type {kind}.") from None
    if "EnumValues" in item and value not in item["EnumValues"]:
        allowed = ", ".join(str(one) for one in item["EnumValues"])
        raise invalid(f"Value '{texts[name]}' of pipeline parameter '{name}' must be one of [{allowed}].")
    return value
