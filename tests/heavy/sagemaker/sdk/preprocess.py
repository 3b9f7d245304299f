"""Deals the rows of its input to training and validation: a step's script, in AWS's XGBoost image."""

import os
import sys
from pathlib import Path

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")) / "processing"
assert sys.argv[1] == "--input-data"
lines = [line for path in sorted((BASE / "input" / "data").iterdir()) for line in path.read_text().splitlines(True)]
(BASE / "train" / "rows.csv").write_text("".join(line for number, line in enumerate(lines) if number % 5))
(BASE / "validation" / "rows.csv").write_text("".join(lines[::5]))
