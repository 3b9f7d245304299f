"""The feature specification: which columns are features, and what is in them.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_TabularJobConfig.html (FeatureSpecificationS3Uri)
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from slipway.engine.services.sagemaker.failures import ClientFailure

_DATA_TYPES = ("numeric", "categorical", "text", "datetime")


@dataclass(frozen=True)
class Features:
    """The columns that are features, all when None, and the types that were given."""

    names: list[str] | None = None
    data_types: dict[str, str] = field(default_factory=dict)


def parse(text: str, columns: list[str], target: str) -> Features:
    """The specification in `text` for a table of `columns`; ClientFailure says what does not fit."""
    try:
        content: Any = json.loads(text)
    except ValueError as error:
        raise ClientFailure(f"The feature specification is not JSON: {error}") from error
    if not isinstance(content, dict) or not content.keys() <= {"FeatureAttributeNames", "FeatureDataTypes"}:
        raise ClientFailure("The feature specification may have FeatureAttributeNames and FeatureDataTypes only")
    names, types = content.get("FeatureAttributeNames"), content.get("FeatureDataTypes", {})
    _check_names(names, types)
    _check_columns([*(names or []), *types], columns, target)
    outside = [name for name in types if names is not None and name not in names]
    if outside:
        raise ClientFailure(f"FeatureDataTypes: {', '.join(outside)} is not among FeatureAttributeNames")
    return Features(names, types)


def _check_names(names: Any, types: Any) -> None:
    strings = names is None or (isinstance(names, list) and all(isinstance(name, str) for name in names))
    if not strings or (names is not None and (not names or len(set(names)) != len(names))):
        raise ClientFailure("FeatureAttributeNames must be a list of names, each once")
    if not isinstance(types, dict):
        raise ClientFailure("FeatureDataTypes must be an object of names and types")
    for name, kind in types.items():
        if kind not in _DATA_TYPES:
            raise ClientFailure(
                f"FeatureDataTypes: {name}: {kind} is not executed by this engine (executed: {', '.join(_DATA_TYPES)})"
            )


def _check_columns(named: list[str], columns: list[str], target: str) -> None:
    if target in named:
        raise ClientFailure(f"The feature specification names the target column {target}")
    missing = [name for name in named if name not in columns]
    if missing:
        raise ClientFailure(
            f"The feature specification names columns that are not in the data: {', '.join(dict.fromkeys(missing))}"
        )
