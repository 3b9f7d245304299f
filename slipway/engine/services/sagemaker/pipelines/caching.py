"""Step caching: a successful step of an earlier execution with the same attributes is used again.

docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from slipway.engine.services.sagemaker.pipelines.errors import unparsable

_SOURCE = "SourcePipelineExecutionArn"
_DAY = 86400
_DURATION = re.compile(
    r"P?(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?)?",
    re.IGNORECASE,
)
_SECONDS = {"Y": 365 * _DAY, "M": 30 * _DAY, "W": 7 * _DAY, "D": _DAY, "h": 3600, "m": 60}


def seconds(duration: str) -> int:
    """An ISO 8601 duration (`30d`, `PT1H`) in seconds; ValueError for what is none."""
    match = _DURATION.fullmatch(duration)
    parts = {name: text for name, text in match.groupdict().items() if text} if match else {}
    if not parts:
        raise ValueError(f"{duration!r} is not a duration")
    return sum(int(text) * _SECONDS[name] for name, text in parts.items())


def check(config: Any, where: str) -> None:
    """Refuse what is no CacheConfig: one that is enabled needs a timeout."""
    if not isinstance(config, dict) or set(config) - {"Enabled", "ExpireAfter"}:
        raise unparsable(f"{where}: CacheConfig has the members Enabled and ExpireAfter.")
    if not isinstance(config.get("Enabled", False), bool):
        raise unparsable(f"{where}: Enabled of CacheConfig must be a Boolean.")
    if not config.get("Enabled"):
        return
    try:
        seconds(str(config["ExpireAfter"]))
    except (KeyError, ValueError):
        raise unparsable(f"{where}: an enabled CacheConfig must have ExpireAfter, an ISO 8601 duration.") from None


def key(arguments: Mapping[str, Any], attributes: tuple[str, ...]) -> dict[str, Any]:
    """What a cached step is found by."""
    return {name: arguments[name] for name in attributes if name in arguments}


def hit(
    records: Iterable[Mapping[str, Any]], name: str, oldest: float, wanted: dict[str, Any]
) -> dict[str, Any] | None:
    """The newest fitting step of a pipeline's executions, with the ARN of its execution as `_from`; None when none is.

    `oldest` is when it may have ended at the earliest.
    """
    found = [
        {**step, "_from": step.get("CacheHitResult", {}).get(_SOURCE, record["PipelineExecutionArn"])}
        for record in records
        for step in [record["_steps"].get(name, {})]
        if step.get("StepStatus") == "Succeeded" and step.get("_key") == wanted and step["EndTime"] >= oldest
    ]
    return max(found, key=lambda step: float(step["EndTime"]), default=None)
