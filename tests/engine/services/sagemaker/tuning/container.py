"""The program in the tuning tests' image: its objective is best at x = 3, and its `mode` lets it fail."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def train() -> int:
    """Print the objective of the hyperparameters, unless the mode says otherwise."""
    values = json.loads((BASE / "input" / "config" / "hyperparameters.json").read_text())
    mode = values.get("mode", "good")
    if mode == "fail":
        (BASE / "output" / "failure").write_text("as the mode wished")
        return 1
    if mode == "sleep":
        print("score=0.5", flush=True)
    if mode in ("sleep", "hang"):
        time.sleep(60)
    if mode != "silent":
        print(f"score={10 - (float(values.get('x', 3)) - 3) ** 2}", flush=True)
    (BASE / "model" / "hyperparameters.json").write_text(json.dumps(values))
    return 0


if __name__ == "__main__":
    sys.exit(train())
