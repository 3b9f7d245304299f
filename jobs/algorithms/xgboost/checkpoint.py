"""A training job's progress, kept in /opt/ml/checkpoints so that an interrupted job goes on.

docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html. A resumed job draws its row and column samples afresh,
so with sampling its later trees differ from those of a job that ran through.
Of several hosts the first one writes and reads.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import xgboost as xgb

WATCHED = "validation-log_loss"
SECONDS_BETWEEN_SAVES = 30.0


@dataclass
class Progress:
    """The measurements of every round so far."""

    folder: Path
    history: list[dict[str, float]] = field(default_factory=list)
    model: bytearray | None = None
    reason: str = ""
    _saved: float = field(default_factory=time.monotonic)

    @classmethod
    def resume(cls, folder: Path) -> Progress:
        """Take up a checkpoint, or begin."""
        state = folder / "progress.json"
        if not state.is_file():
            return cls(folder)
        document = json.loads(state.read_text(encoding="utf-8"))
        print(f"resuming from a checkpoint of {len(document['history'])} rounds")
        return cls(folder, document["history"], bytearray((folder / document["model"]).read_bytes()))

    @property
    def rounds(self) -> int:
        """Rounds so far."""
        return len(self.history)

    @property
    def best_round(self) -> int:
        """The first round with the least validation loss."""
        return min(range(self.rounds), key=lambda number: self.history[number][WATCHED], default=-1)

    @property
    def best(self) -> dict[str, float]:
        """The best round's measurements."""
        return self.history[self.best_round]

    @property
    def rounds_without_gain(self) -> int:
        """Rounds since the best one."""
        return self.rounds - 1 - self.best_round

    def add(self, measured: dict[str, float]) -> None:
        """Note a round."""
        self.history.append(measured)

    def save_now_and_then(self, booster: xgb.Booster) -> None:
        """Save when the last time is long enough ago."""
        if time.monotonic() - self._saved >= SECONDS_BETWEEN_SAVES:
            self.save(booster)

    def save(self, booster: xgb.Booster) -> None:
        """Save the model first, then the file that names it, so that an interruption leaves the older pair whole."""
        name = f"round-{self.rounds}.ubj"
        booster.save_model(self.folder / name)
        partial = self.folder / "progress.json.partial"
        partial.write_text(json.dumps({"model": name, "history": self.history}), encoding="utf-8")
        partial.replace(self.folder / "progress.json")
        for file in self.folder.glob("round-*.ubj"):
            if file.name != name:
                file.unlink()
        self._saved = time.monotonic()
