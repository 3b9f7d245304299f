"""What the Train step is given for each training engine: image, hyperparameters, channels, and the model's containers.

Whoever orchestrates the run reads this from `execution.json`, and builds the same training job of it:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from config import autogluon, aws_images, configuration
from config.tuning import tuning

# Where Prepare leaves what Train reads and, packed as a model is, the encoder; below the run's folder.
ENCODER_MODEL: Final = "prepare/encoder/model.tar.gz"
# What `jobs/train.py` prints each round.
METRICS: Final = ("roc_auc", "log_loss")
# Of what `jobs/autogluon/train.py` prints at its end.
AUTOGLUON_METRICS: Final = ("roc_auc", "accuracy", "f1")


def training(resolved: dict[str, Any], job_image: str, region: str) -> dict[str, Any]:
    """The training of a resolved configuration, by the engine that it names."""
    train = resolved["train"]
    made = ENGINES[train["engine"]](resolved, job_image, region)
    if "tuning" in train:
        known = configuration.algorithm(train["algorithm"])["hyperparameters"]["properties"]
        made["tuning"] = tuning(train, made["hyperParameters"], known)
    return made


def _container(resolved: dict[str, Any], job_image: str, _region: str) -> dict[str, Any]:
    """The job image trains and serves."""
    return {
        "image": job_image,
        "hyperParameters": texts({"algorithm": resolved["train"]["algorithm"], **resolved["train"]["hyperparameters"]}),
        "metricDefinitions": [
            {"name": f"validation:{metric}", "regex": f"validation-{metric}=([0-9.]+)"} for metric in METRICS
        ],
        "channels": [
            _channel("train", "text/csv"),
            _channel("validation", "text/csv"),
            _channel("encoder", "application/json"),
        ],
        "containers": [{"image": job_image, "model": "train"}],
    }


def _xgboost(resolved: dict[str, Any], job_image: str, region: str) -> dict[str, Any]:
    """SageMaker's own XGBoost trains and scores, between two containers of the job image that encode and decode.

    https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html (the image's own metrics need no definitions),
    https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html
    """
    image = aws_images.uri("xgboost", region)
    distribution = "ShardedByS3Key" if resolved["train"]["instanceCount"] > 1 else "FullyReplicated"
    return {
        "image": image,
        "hyperParameters": texts(_xgboost_hyperparameters(resolved)),
        "channels": [_channel("train", "text/csv", distribution), _channel("validation", "text/csv", distribution)],
        "containers": [
            {"image": job_image, "model": ENCODER_MODEL, "environment": {"SERVE": "encode"}},
            {"image": image, "model": "train"},
            {"image": job_image, "model": ENCODER_MODEL, "environment": {"SERVE": "decode"}},
        ],
    }


def _xgboost_hyperparameters(resolved: dict[str, Any]) -> dict[str, Any]:
    """The configuration's, and those that follow from the task; class_weight is no hyperparameter of that image."""
    chosen = {name: value for name, value in resolved["train"]["hyperparameters"].items() if name != "class_weight"}
    return {**chosen, "objective": "binary:logistic", "eval_metric": "auc,logloss"}


def _autogluon(resolved: dict[str, Any], job_image: str, region: str) -> dict[str, Any]:
    """AutoGluon trains and scores by the scripts of jobs/autogluon/, behind a container of the job image.

    That one checks rows and puts their values in order, as the job image's own models do; AutoGluon takes what comes.
    https://docs.aws.amazon.com/sagemaker/latest/dg/autogluon-tabular.html
    """
    folder, _, archive = autogluon.key().rpartition("/")
    return {
        "image": aws_images.uri("autogluon-training", region),
        "hyperParameters": {
            "sagemaker_program": "train.py",
            # A container without network finds its code in a channel.
            "sagemaker_submit_directory": f"/opt/ml/input/data/code/{archive}",
            **{name: json.dumps(value) for name, value in _autogluon_arguments(resolved).items()},
        },
        "metricDefinitions": [
            {"name": f"test:{metric}", "regex": f"test:{metric}=([0-9.e-]+)"} for metric in AUTOGLUON_METRICS
        ],
        "channels": [
            _channel("train", "text/csv"),
            _channel("test", "text/csv"),
            _channel("encoder", "application/json"),
            _channel("code", "application/gzip") | {"key": f"{folder}/"},
        ],
        "containers": [
            {"image": job_image, "model": ENCODER_MODEL, "environment": {"SERVE": "arrange"}},
            {
                "image": aws_images.uri("autogluon-inference", region),
                "model": "train",
                "environment": {
                    "SAGEMAKER_PROGRAM": "inference.py",
                    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                },
            },
        ],
        "measuredBy": "predictions",
    }


def _autogluon_arguments(resolved: dict[str, Any]) -> dict[str, Any]:
    """What TabularPredictor() and its fit() are given; labels follow from scores at 0.5, as everywhere here."""
    chosen, dataset = resolved["train"]["autogluon"], resolved["dataset"]
    return {
        "init_args": {
            **chosen["initArgs"],
            "label": dataset["target"],
            "problem_type": "binary",
            "positive_class": resolved["evaluate"].get("positiveClass"),
            "eval_metric": chosen["evalMetric"],
        },
        "fit_args": {
            **chosen["fitArgs"],
            "presets": chosen["presets"],
            "time_limit": chosen["timeLimitInSeconds"],
            "calibrate_decision_threshold": False,
        },
    }


def _autopilot(resolved: dict[str, Any], job_image: str, _region: str) -> dict[str, Any]:
    """An AutoML job; its best candidate's containers stand between two of the job image, that arrange and translate.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html
    """
    chosen = resolved["train"]["autopilot"]
    return {
        "hyperParameters": texts(chosen),
        "autopilot": {
            "AutoMLProblemTypeConfig": {
                "TabularJobConfig": {
                    "TargetAttributeName": resolved["dataset"]["target"],
                    "ProblemType": "BinaryClassification",
                    # Of HYPERPARAMETER_TUNING's candidates, the variables by which they answer with probabilities
                    # are not known well enough.
                    "Mode": "ENSEMBLING",
                    "CompletionCriteria": {
                        "MaxCandidates": chosen["maxCandidates"],
                        "MaxRuntimePerTrainingJobInSeconds": chosen["maxRuntimePerTrainingJobInSeconds"],
                        "MaxAutoMLJobRuntimeInSeconds": chosen["maxRuntimeInSeconds"],
                    },
                }
            },
            "AutoMLJobObjective": {"MetricName": chosen["objective"]},
        },
        "containers": [
            {"image": job_image, "model": ENCODER_MODEL, "environment": {"SERVE": "arrange"}},
            {"model": "best"},
            {"image": job_image, "model": ENCODER_MODEL, "environment": {"SERVE": "translate"}},
        ],
        "measuredBy": "predictions",
    }


def _channel(name: str, content_type: str, distribution: str = "FullyReplicated") -> dict[str, str]:
    return {"name": name, "contentType": content_type, "path": f"prepare/{name}/", "distribution": distribution}


def texts(values: dict[str, Any]) -> dict[str, str]:
    """Hyperparameters as SageMaker takes them: each a text, a whole number without a point."""
    return {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in values.items()}


ENGINES: Final[dict[str, Callable[[dict[str, Any], str, str], dict[str, Any]]]] = {
    "container": _container,
    "xgboost": _xgboost,
    "autogluon": _autogluon,
    "autopilot": _autopilot,
}
