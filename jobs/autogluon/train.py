"""Trains AutoGluon's tabular predictor, in AWS's AutoGluon training image (script mode).

Channels `train` and, optionally, `test`: CSV files with a header and the target. AutoGluon holds out a validation set
of its own. With a channel `encoder`, which is Prepare's, columns are what its encoder.json says: a category of digits
stays a category, and nothing but an empty field is missing. Hyperparameters: `init_args` for TabularPredictor(), with
the target as `label`, and `fit_args` for .fit(), both JSON; optionally `metric`, which is measured beside AutoGluon's
usual ones. The model has `inference.py` in code/. Beside it, in output.tar.gz: leaderboard.csv, and of the test data
scores.json, test_predictions.csv and feature_importance.csv. Each score is a line `test:<metric>=<value>` of the log,
where greater is better whatever the metric: AutoGluon makes losses negative.

github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
auto.gluon.ai/stable/api/autogluon.tabular.TabularPredictor.html
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
from autogluon.core.metrics import METRICS
from autogluon.tabular import TabularPredictor

SERVING = Path(__file__).with_name("inference.py")


class Wrong(Exception):
    """What the person gave cannot be trained on; the text says what was expected."""


def arguments(hyperparameters: dict[str, Any], name: str) -> dict[str, Any]:
    """A hyperparameter that is a JSON object, decoded or not yet: R2's documents encode it twice."""
    given = hyperparameters.get(name, {})
    while isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise Wrong(f"{name}: expected a JSON object, found {given[:60]!r}: {error}") from None
    if not isinstance(given, dict):
        raise Wrong(f"{name}: expected a JSON object, found {given!r}")
    return given


def reading() -> dict[str, Any]:
    """How pandas is to read the tables: what is no number is text, if Prepare has said which columns are."""
    if "SM_CHANNEL_ENCODER" not in os.environ:
        return {}
    encoder = json.loads(Path(os.environ["SM_CHANNEL_ENCODER"], "encoder.json").read_text(encoding="utf-8"))
    texts = [feature["column"] for feature in encoder["features"] if feature["type"] != "number"]
    return {"dtype": dict.fromkeys([*texts, encoder["target"]], str), "keep_default_na": False, "na_values": [""]}


def table(channel: str) -> pd.DataFrame:
    """The rows of a channel's files, in the order of their names."""
    folder = Path(os.environ[f"SM_CHANNEL_{channel.upper()}"])
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if not paths:
        raise Wrong(f"channel {channel}: expected CSV files with a header, found none")
    frames = [pd.read_csv(path, **reading()) for path in paths]
    columns = list(frames[0].columns)
    for path, frame in zip(paths, frames, strict=True):
        if list(frame.columns) != columns:
            raise Wrong(f"channel {channel}: {path.name} has other columns than {paths[0].name}")
    return pd.concat(frames, ignore_index=True)


def labelled(channel: str, label: str) -> pd.DataFrame:
    """The rows of a channel, which have the target."""
    frame = table(channel)
    if label not in frame.columns:
        raise Wrong(
            f"channel {channel}: there is no column {label!r}, the label; found {', '.join(frame.columns[:20])}"
        )
    return frame


def offered(metric: str, problem_types: list[str]) -> str:
    """A metric that AutoGluon has for one of these problem types."""
    known = sorted({name for kind in problem_types for name in METRICS[kind]})
    if metric not in known:
        raise Wrong(f"metric: expected one of {', '.join(known)}; found {metric!r}")
    return metric


def measure(predictor: TabularPredictor, test: pd.DataFrame, metric: str, output: Path) -> None:
    """How good the model is on data that it never saw, as files and as lines of the log."""
    predicted = predictor.predict(test).rename("prediction").to_frame()
    if predictor.can_predict_proba:
        predicted = predicted.join(predictor.predict_proba(test, as_multiclass=True).add_prefix("probability_"))
    predicted.insert(0, predictor.label, test[predictor.label])
    predicted.to_csv(output / "test_predictions.csv", index=False)
    scores = {name: float(score) for name, score in predictor.evaluate(test, silent=True).items()}
    if metric:
        kind = predictor.problem_type
        scorer = METRICS[kind][offered(metric, [kind])]
        board = predictor.leaderboard(test, extra_metrics=[scorer], silent=True).set_index("model")
        scores[metric] = float(board.loc[predictor.model_best, scorer.name])
    (output / "scores.json").write_text(json.dumps(scores, indent=1), encoding="utf-8")
    for name, score in scores.items():
        print(f"test:{name}={score!r}", flush=True)
    predictor.feature_importance(test, silent=True).to_csv(output / "feature_importance.csv", index_label="feature")


def main() -> None:
    """Train, measure, and put the serving script beside the model."""
    hyperparameters = json.loads(os.environ["SM_HPS"])
    init_args, fit_args = arguments(hyperparameters, "init_args"), arguments(hyperparameters, "fit_args")
    label = init_args.get("label")
    if not isinstance(label, str):
        raise Wrong(f"init_args: expected the target's column as label, found {label!r}")
    metric = str(hyperparameters.get("metric", ""))
    if metric:
        offered(metric, list(METRICS))
    model, output = Path(os.environ["SM_MODEL_DIR"]), Path(os.environ["SM_OUTPUT_DATA_DIR"])
    output.mkdir(parents=True, exist_ok=True)
    train = labelled("train", label)
    test = labelled("test", label) if "SM_CHANNEL_TEST" in os.environ else None
    predictor = TabularPredictor(**{**init_args, "path": str(model)}).fit(train, **fit_args)
    predictor.leaderboard(test, silent=True).to_csv(output / "leaderboard.csv", index=False)
    if test is not None:
        measure(predictor, test, metric, output)
    (model / "code").mkdir()
    shutil.copy2(SERVING, model / "code")


if __name__ == "__main__":
    main()
