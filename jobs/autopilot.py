"""What Autopilot's containers answer: `predicted_label,probabilities,labels` for each row, the two lists as text.

docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html
"""

from __future__ import annotations

import ast
import csv
import io
from typing import Any

from jobs.encoder import Encoder
from jobs.errors import RequestError


def predictions(body: bytes, encoder: Encoder) -> list[dict[str, Any]]:
    """Label and score of each row: the score is the positive class's probability."""
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8", "replace"))))
    except csv.Error as error:
        raise RequestError(f"expected CSV of the model before: {error}") from None
    return [_prediction(line, encoder) for line in lines if line]


def _prediction(line: list[str], encoder: Encoder) -> dict[str, Any]:
    try:
        label, probabilities, labels = line
        shares = dict(zip(map(str, ast.literal_eval(labels)), ast.literal_eval(probabilities), strict=True))
        score = float(shares[encoder.classes[-1]])
    except (KeyError, SyntaxError, TypeError, ValueError):
        found = ",".join(line)[:60]
        raise RequestError(f"expected label, probabilities and labels of the model before, found {found!r}") from None
    return {"label": label, "score": score}
