"""What the schema says of each algorithm; `config.schema` writes it from the modules of jobs/algorithms/."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def variants(schema: Schema) -> dict[str, Schema]:
    """By algorithm: `hyperparameters` (a schema), `missingValues` and `severalInstances` (whether it can)."""
    return {
        variant["if"]["properties"]["algorithm"]["const"]: {
            "hyperparameters": variant["then"]["properties"]["hyperparameters"],
            "missingValues": variant["missingValues"],
            "severalInstances": variant["severalInstances"],
        }
        for variant in schema["$defs"]["algorithms"]["allOf"]
    }
