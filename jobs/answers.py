"""What the server answers with: predictions, or one half of them on either side of another image's model.

SageMaker's own algorithms take encoded rows and give bare scores. In an inference pipeline a container of this image
encodes before them and another decodes behind them. Models that encode by themselves have one before them that checks
rows and arranges their values; Autopilot's have one behind them too, that translates. SERVE says which this one is:
docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from jobs import autopilot, formats
from jobs import encoder as encoders
from jobs import model as models
from jobs.arrangement import arranged
from jobs.encoder import Encoder
from jobs.errors import ConfigurationError, RequestError
from jobs.model import Model, predictions

VARIABLE = "SERVE"


class Answers(Protocol):
    """Turns the body of a request into that of its answer."""

    def __call__(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:
        """The answer's content type and body; RequestError when the request is wrong."""


@dataclass(frozen=True)
class Predict:
    """Raw rows in, labels and scores out."""

    model: Model

    def __call__(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:
        """The predictions in the format that the caller accepts."""
        given = formats.content_type(content_type)
        wanted = formats.accept(accept, given)
        return wanted, formats.write(self.model.predict(formats.read(body, given, self.model.encoder)), wanted)


@dataclass(frozen=True)
class Encode:
    """Raw rows in, the model's numbers out: CSV without a header, whatever the caller accepts in the end."""

    encoder: Encoder

    def __call__(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:  # noqa: ARG002
        """The encoded rows."""
        rows = formats.read(body, formats.content_type(content_type), self.encoder)
        lines = (",".join(f"{value:.9g}" for value in row) for row in self.encoder.encode(rows).tolist())
        return formats.CSV, "\n".join(lines).encode()


@dataclass(frozen=True)
class Arrange:
    """Raw rows in, checked rows out: CSV without a header, in the order of the training's columns."""

    encoder: Encoder

    def __call__(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:  # noqa: ARG002
        """The arranged rows."""
        text = io.StringIO()
        rows = formats.read(body, formats.content_type(content_type), self.encoder)
        csv.writer(text, lineterminator="\n").writerows(arranged(rows, self.encoder))
        return formats.CSV, text.getvalue().encode()


@dataclass(frozen=True)
class Decode:
    """The positive class's scores in, labels and scores out: JSON unless the caller accepts another format first."""

    encoder: Encoder

    def __call__(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:
        """The predictions."""
        wanted = formats.accept(accept, formats.JSON)
        positive = np.array(_scores(body, content_type), dtype=np.float32)
        return wanted, formats.write(predictions(np.column_stack((1 - positive, positive)), self.encoder), wanted)


@dataclass(frozen=True)
class Translate:
    """Answers of Autopilot's candidates in, labels and scores out: JSON unless the caller accepts another format first.

    docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html
    """

    encoder: Encoder

    def __call__(self, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:  # noqa: ARG002
        """The predictions."""
        wanted = formats.accept(accept, formats.JSON)
        return wanted, formats.write(autopilot.predictions(body, self.encoder), wanted)


FACES: Final[dict[str, Callable[[Encoder], Answers]]] = {
    "encode": Encode,
    "arrange": Arrange,
    "decode": Decode,
    "translate": Translate,
}


def load(folder: Path, environment: Mapping[str, str] = os.environ) -> Answers:
    """What the container of that folder and these variables answers with."""
    face = environment.get(VARIABLE, "predict")
    if face == "predict":
        return Predict(models.load(folder))
    if face not in FACES:
        raise ConfigurationError(f"{VARIABLE}: expected predict, {', '.join(FACES)}, found {face!r}")
    return FACES[face](encoders.load(folder))


def _scores(body: bytes, content_type: str) -> list[float]:
    """The scores that SageMaker's XGBoost answers with: numbers in CSV, or {"predictions": [{"score": …}, …]}."""
    try:
        if content_type.partition(";")[0].strip().lower() == formats.JSON:
            return [float(prediction["score"]) for prediction in json.loads(body)["predictions"]]
        return [float(text) for text in re.split(r"[,\s]+", body.decode().strip())]
    except (KeyError, TypeError, ValueError):
        found = body[:60].decode(errors="replace")
        raise RequestError(f"expected scores of the model before, found {found!r}") from None
