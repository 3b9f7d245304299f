"""The job, as the engine hands it over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    """Members are named after the request's; paths are this machine's."""

    target: str
    training: Path
    validation: Path | None
    validation_fraction: float
    problem_type: str | None
    metric: str | None
    mode: str
    algorithms: list[str]
    max_candidates: int
    seconds_per_candidate: float | None
    features: list[str] | None
    data_types: dict[str, str]
    output: Path

    @classmethod
    def read(cls, file: Path) -> Settings:
        """From the engine's JSON."""
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        validation = content.pop("validation")
        return cls(
            **{
                **content,
                "training": Path(content["training"]),
                "validation": Path(validation) if validation else None,
                "output": Path(content["output"]),
            }
        )
