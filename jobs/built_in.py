"""A model that SageMaker's own XGBoost image trained: `xgboost-model`, with neither encoder nor description beside it.

docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html. The encoder is the one that Prepare learnt for that training.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xgboost as xgb

from jobs import encoder as encoders
from jobs.algorithms import existing, xgboost
from jobs.model import Model

FILE = "xgboost-model"


def load(folder: Path, encoder_folder: Path, hyperparameters: dict[str, Any]) -> Model:
    """The model, scored as the image scores it: by the trees up to the best round."""
    # From memory, since XGBoost tells a file's format by the end of its name, which here says nothing.
    booster = xgb.Booster({"nthread": 1}, model_file=bytearray(existing(folder / FILE).read_bytes()))
    rounds = booster.num_boosted_rounds()
    best = int(booster.attr("best_iteration") or rounds - 1) + 1
    encoder = encoders.load(encoder_folder)
    learnt = xgboost.Model(booster[:best], encoder.task)
    description = {
        "algorithm": "XGBoost, by SageMaker's own image",
        "hyperparameters": hyperparameters,
        "rounds": best,
        "stopped": "stopped early" if best < rounds else "num_round reached",
        "rows": {},
        "metrics": {},
        "importance": learnt.importance(encoder),
        "importanceNote": xgboost.IMPORTANCE,
    }
    return Model(encoder, learnt, description)
