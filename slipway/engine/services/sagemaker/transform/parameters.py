"""How a job's containers are asked: the request says, else the container, else the defaults.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html#your-algorithms-batch-code-how-containe-serves-requests
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from slipway.engine.services.sagemaker.transform.records import MEGABYTE

_STRATEGIES = {"MultiRecord": "MULTI_RECORD", "SingleRecord": "SINGLE_RECORD"}
_DEFAULTS: dict[str, Any] = {"MaxConcurrentTransforms": 1, "MaxPayloadInMB": 6, "BatchStrategy": "MULTI_RECORD"}
_VARIABLES = {
    "MaxConcurrentTransforms": "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
    "MaxPayloadInMB": "SAGEMAKER_MAX_PAYLOAD_IN_MB",
    "BatchStrategy": "SAGEMAKER_BATCH_STRATEGY",
}


@dataclass(frozen=True)
class Parameters:
    """What a job goes by."""

    concurrent: int
    payload_in_mb: int
    strategy: str

    @property
    def max_bytes(self) -> int:
        """The largest payload."""
        return self.payload_in_mb * MEGABYTE

    def __str__(self) -> str:
        return (
            f"MaxConcurrentTransforms={self.concurrent}, MaxPayloadInMB={self.payload_in_mb}, "
            f"BatchStrategy={self.strategy}"
        )


def requested(job: dict[str, Any]) -> dict[str, Any]:
    """What the request gives; 0 concurrent transforms leaves it to the container."""
    given = {name: job[name] for name in _DEFAULTS if job.get(name)}
    if "BatchStrategy" in given:
        given["BatchStrategy"] = _STRATEGIES[given["BatchStrategy"]]
    return given


def environment(job: dict[str, Any]) -> dict[str, str]:
    """What a container finds in its variables: only what the request gives is passed."""
    told = {_VARIABLES[name]: str(value) for name, value in requested(job).items()}
    return {"SAGEMAKER_BATCH": "true", **told, **job.get("Environment", {})}


def chosen(job: dict[str, Any], answer: bytes) -> Parameters:
    """By order of precedence; `answer` is what the container said to GET /execution-parameters."""
    values = {**_DEFAULTS, **_from_container(answer), **requested(job)}
    return Parameters(values["MaxConcurrentTransforms"], values["MaxPayloadInMB"], values["BatchStrategy"])


def _from_container(answer: bytes) -> dict[str, Any]:
    """The values of an answer that are of use; any other answer is none."""
    try:
        told = json.loads(answer)
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    numbers = {
        name: told[name]
        for name in ("MaxConcurrentTransforms", "MaxPayloadInMB")
        if isinstance(told.get(name), int) and told[name] > 0
    }
    strategy = told.get("BatchStrategy")
    return {**numbers, **({"BatchStrategy": strategy} if strategy in _STRATEGIES.values() else {})}
