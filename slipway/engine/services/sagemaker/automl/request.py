"""What CreateAutoMLJobV2 may ask for.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.service import invalid
from slipway.engine.services.sagemaker.storage import Location

OPERATION = "CreateAutoMLJobV2"
_TABULAR = "AutoMLProblemTypeConfig.TabularJobConfig"
_CHANNEL = "AutoMLJobInputDataConfig"
ACCEPTED = (
    "AutoMLJobName",
    f"{_CHANNEL}.ChannelType",
    f"{_CHANNEL}.ContentType",
    f"{_CHANNEL}.CompressionType",
    f"{_CHANNEL}.DataSource.S3DataSource",
    "OutputDataConfig",
    f"{_TABULAR}.TargetAttributeName",
    f"{_TABULAR}.ProblemType",
    f"{_TABULAR}.Mode",
    f"{_TABULAR}.CompletionCriteria",
    f"{_TABULAR}.CandidateGenerationConfig",
    f"{_TABULAR}.FeatureSpecificationS3Uri",
    f"{_TABULAR}.GenerateCandidateDefinitionsOnly",
    "AutoMLJobObjective",
    "DataSplitConfig",
    "RoleArn",
    "SecurityConfig",
    "Tags",
)
CSV = "text/csv;header=present"
_METRICS = {
    "BinaryClassification": ("Accuracy", "AUC", "BalancedAccuracy", "F1", "Precision", "Recall"),
    "MulticlassClassification": ("Accuracy", "BalancedAccuracy", "F1macro", "PrecisionMacro", "RecallMacro"),
    "Regression": ("MAE", "MSE", "R2", "RMSE"),
}
_TREES = ("extra-trees", "lightgbm", "linear-learner", "randomforest", "xgboost")
# What AWS has in each mode, and what of it runs in an environment without torch and CatBoost.
OFFERED = {
    "ENSEMBLING": (*_TREES, "catboost", "fastai", "nn-torch"),
    "HYPERPARAMETER_TUNING": ("linear-learner", "mlp", "xgboost"),
}
EXECUTED = {"ENSEMBLING": _TREES, "HYPERPARAMETER_TUNING": ("linear-learner", "xgboost")}


def check(params: dict[str, Any]) -> None:
    """Refuse what is wrong, and by name what is not executed."""
    accept_only(OPERATION, params, ACCEPTED)
    tabular = params["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    only = f"{_TABULAR}.GenerateCandidateDefinitionsOnly"
    refuse_value(OPERATION, only, tabular.get("GenerateCandidateDefinitionsOnly", False), (False,))
    Location.parse(params["OutputDataConfig"]["S3OutputPath"])
    if "FeatureSpecificationS3Uri" in tabular:
        Location.parse(tabular["FeatureSpecificationS3Uri"])
    _check_objective(params, tabular)
    _check_algorithms(tabular)
    _check_channels(params)


def _check_objective(params: dict[str, Any], tabular: dict[str, Any]) -> None:
    problem_type, objective = tabular.get("ProblemType"), params.get("AutoMLJobObjective")
    if (problem_type is None) != (objective is None):
        raise invalid(
            "You must either provide both the AutoMLJobObjective and TabularJobConfig.ProblemType, or none at all"
        )
    if problem_type is not None and objective is not None:
        metric = objective["MetricName"]
        if metric not in _METRICS[problem_type]:
            raise invalid(
                f"The objective metric {metric} is not available for {problem_type}. "
                f"Available metrics: {', '.join(_METRICS[problem_type])}"
            )


def algorithms(tabular: dict[str, Any], mode: str) -> list[str]:
    """The algorithms of a job in `mode`: those asked for, or all that are executed."""
    asked = _asked(tabular)
    return asked or list(EXECUTED[mode])


def _asked(tabular: dict[str, Any]) -> list[str]:
    config = tabular.get("CandidateGenerationConfig", {}).get("AlgorithmsConfig", [])
    return [name for entry in config for name in entry["AutoMLAlgorithms"]]


def _check_algorithms(tabular: dict[str, Any]) -> None:
    if not tabular.get("CandidateGenerationConfig", {}).get("AlgorithmsConfig"):
        return
    mode = tabular.get("Mode", "AUTO")
    if mode == "AUTO":
        raise invalid("AlgorithmsConfig should not be set when the training mode is AUTO")
    for name in _asked(tabular):
        if name not in OFFERED[mode]:
            raise invalid(
                f"The algorithm {name} is not available in {mode} mode. Available: {', '.join(OFFERED[mode])}"
            )
        where = f"{_TABULAR}.CandidateGenerationConfig.AlgorithmsConfig.AutoMLAlgorithms"
        refuse_value(OPERATION, where, name, EXECUTED[mode])


def _check_channels(params: dict[str, Any]) -> None:
    channels = params[_CHANNEL]
    kinds = [channel.get("ChannelType", "training") for channel in channels]
    if sorted(kinds) not in (["training"], ["training", "validation"]):
        raise invalid(f"{_CHANNEL} must have one training channel, and may have one validation channel")
    for index, channel in enumerate(channels):
        _check_channel(f"{_CHANNEL}[{index}]", channel)
    fraction = params.get("DataSplitConfig", {}).get("ValidationFraction")
    if fraction is not None and len(channels) > 1:
        raise invalid("ValidationFraction must not be set when a validation channel is given")
    if fraction is not None and not 0 < fraction < 1:
        raise invalid("ValidationFraction must be greater than 0 and less than 1")


def _check_channel(where: str, channel: dict[str, Any]) -> None:
    refuse_value(OPERATION, f"{where}.ContentType", channel.get("ContentType", CSV), (CSV,))
    if "S3DataSource" not in channel.get("DataSource", {}):
        raise invalid(f"{where}.DataSource must hold an S3DataSource")
    source = channel["DataSource"]["S3DataSource"]
    kind = source["S3DataType"]
    if kind == "AugmentedManifestFile":
        raise invalid(f"{where}: AugmentedManifestFile is not supported for tabular problem types")
    if channel.get("CompressionType", "None") == "Gzip" and kind != "S3Prefix":
        raise invalid(f"{where}: the compression type Gzip is allowed for S3Prefix inputs only")
    Location.parse(source["S3Uri"])
