"""The algorithm's hyperparameters: names, types, ranges, and how they depend on each other.

docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .constants import MAXIMIZED, MINIMIZED
from .errors import NotExecuted, UserError
from .ranges import Choice, Interval, Kind, Lists, Number, Tuple, Words, above, at_least

_FLAG = Number(int, Interval(0, 1))
_SHARE = Number(float, Interval(0, 1))
_PART = Number(float, Interval(0, 1, open_least=True))
_POSITIVE = Number(float, at_least(0))
_COUNT = Number(int, at_least(1))
_TRUTH = Choice(("true", "false"))
_BUILDERS = ("grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker")
_LINEAR = ("shotgun", "coord_descent")
_UPDATERS = ("grow_skmaker", "sync", "refresh", "prune", *_BUILDERS)
DEFAULT_OBJECTIVE = "reg:squarederror"
_OBJECTIVES = (
    *("binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob"),
    *("rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma"),
    *("reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft"),
    "survival:cox",
)

KINDS: Mapping[str, Kind] = {
    "num_round": _COUNT,
    "csv_weights": _FLAG,
    "early_stopping_rounds": _COUNT,
    "booster": Choice(("gbtree", "gblinear", "dart")),
    "verbosity": Number(int, Interval(0, 3)),
    "nthread": _COUNT,
    "eta": _SHARE,
    "gamma": _POSITIVE,
    "max_depth": Number(int, at_least(0)),
    "min_child_weight": _POSITIVE,
    "max_delta_step": _POSITIVE,
    "subsample": _PART,
    "colsample_bytree": _PART,
    "colsample_bylevel": _PART,
    "colsample_bynode": _PART,
    "lambda": _POSITIVE,
    "alpha": _POSITIVE,
    "tree_method": Choice(("auto", "exact", "approx", "hist", "gpu_hist")),
    "sketch_eps": Number(float, Interval(0, 1, open_least=True, open_most=True)),
    "scale_pos_weight": Number(float, above(0)),
    "updater": Words((*_UPDATERS, *_LINEAR)),
    "dsplit": Choice(("row", "col")),
    "refresh_leaf": _FLAG,
    "process_type": Choice(("default", "update")),
    "grow_policy": Choice(("depthwise", "lossguide")),
    "max_leaves": Number(int, at_least(0)),
    "max_bin": Number(int, at_least(0)),
    "predictor": Choice(("auto", "cpu_predictor", "gpu_predictor")),
    "monotone_constraints": Tuple((-1, 0, 1)),
    "interaction_constraints": Lists(at_least(1)),
    "sample_type": Choice(("uniform", "weighted")),
    "normalize_type": Choice(("tree", "forest")),
    "rate_drop": _SHARE,
    "one_drop": _FLAG,
    "skip_drop": _SHARE,
    "lambda_bias": _SHARE,
    "tweedie_variance_power": Number(float, Interval(1, 2, open_least=True, open_most=True)),
    "objective": Choice(_OBJECTIVES),
    "num_class": Number(int, at_least(2)),
    "base_score": _POSITIVE,
    "seed": Number(int, Interval(-(2**31), 2**31 - 1, open_least=True, open_most=True)),
    "num_parallel_tree": _COUNT,
    "save_model_on_termination": _TRUTH,
    "aft_loss_distribution": Choice(("normal", "logistic", "extreme")),
    "aft_loss_distribution_scale": _POSITIVE,
    "single_precision_histogram": _TRUTH,
    "deterministic_histogram": _TRUTH,
    "sampling_method": Choice(("uniform", "gradient_based")),
    "prob_buffer_row": Number(int, above(1)),
}
_ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}
_THRESHOLDS = ("error", "ndcg", "map")
# What has another value or name in AWS's image, and is refused by name here.
_NOT_EXECUTED = {
    "sagemaker_program": "script mode (sagemaker_program)",
    "_kfold": "cross validation (_kfold)",
    "_num_cv_round": "cross validation (_num_cv_round)",
    "use_dask_gpu_training": "training on GPUs (use_dask_gpu_training)",
}


@dataclass(frozen=True)
class Settings:
    """What a job was told, validated: XGBoost's own parameters and the container's."""

    parameters: Mapping[str, Any]
    rounds: int
    metrics: tuple[str, ...]
    tuned_metric: str | None
    early_stopping_rounds: int | None
    csv_weights: bool
    save_on_termination: bool

    @property
    def objective(self) -> str:
        """What is learned."""
        return str(self.parameters.get("objective", DEFAULT_OBJECTIVE))

    @property
    def watched_metric(self) -> str | None:
        """By which metric training stops early."""
        return self.tuned_metric or (self.metrics[-1] if self.metrics else None)


def validate(given: Mapping[str, str]) -> Settings:
    """The settings; UserError in AWS's words for what is missing, unknown or wrong."""
    for name, what in _NOT_EXECUTED.items():
        if name in given:
            raise NotExecuted(what)
    named = {_ALIASES.get(name, name): value for name, value in given.items()}
    if "num_round" not in named:
        raise UserError("Missing required hyperparameter: num_round")
    tuned = _tuned(named.pop("_tuning_objective_metric", None))
    metrics = _metrics(named.pop("eval_metric", None))
    values = {name: _kind(name).parse(name, value) for name, value in named.items()}
    _check(values, metrics if tuned is None else (*metrics, tuned))
    return Settings(
        rounds=values.pop("num_round"),
        metrics=metrics,
        tuned_metric=tuned,
        early_stopping_rounds=values.pop("early_stopping_rounds", None),
        csv_weights=values.pop("csv_weights", 0) == 1,
        save_on_termination=values.pop("save_model_on_termination", "false") == "true",
        parameters={name: ",".join(value) if name == "updater" else value for name, value in values.items()},
    )


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise UserError(f"Extraneous hyperparameter found: {name}")
    return KINDS[name]


def _tuned(text: str | None) -> str | None:
    """`validation:auc` → `auc`: the metric that a tuning job looks at."""
    if text is None:
        return None
    names = [f"validation:{name}" for name in (*MAXIMIZED, *MINIMIZED)]
    Choice(names).parse("_tuning_objective_metric", text)
    return text.partition(":")[2]


def _metrics(text: str | None) -> tuple[str, ...]:
    given = tuple(text.split(",")) if text is not None else ()
    for metric in given:
        name, at, threshold = (part.strip() for part in metric.partition("@"))
        if at:
            _check_threshold(metric, name, threshold)
        elif metric not in MAXIMIZED and metric not in MINIMIZED:
            known = [*MAXIMIZED, *MINIMIZED]
            raise UserError(f"Hyperparameter eval_metric: value {list(given)} not in range {known}")
    return given


def _check_threshold(metric: str, name: str, threshold: str) -> None:
    if name not in _THRESHOLDS:
        raise UserError(
            f"Metric '{metric}' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'."
        )
    try:
        float(threshold)
    except ValueError as error:
        raise UserError(f"Threshold value 't' in '{name}@t' expects float input.") from error


def _check(values: Mapping[str, Any], metrics: tuple[str, ...]) -> None:
    """What one hyperparameter demands of another."""
    for name in ("tree_method", "predictor"):
        if str(values.get(name, "")).startswith("gpu"):
            raise NotExecuted(f"training on GPUs ({name} {values[name]})")
    objective, tree_method = values.get("objective", DEFAULT_OBJECTIVE), values.get("tree_method")
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if "auc" in metrics and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    if "monotone_constraints" in values and tree_method not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and tree_method not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' "
            "or 'approx'."
        )
    if "updater" in values:
        _check_updaters(values["updater"], values)


def _check_updaters(updaters: list[str], values: Mapping[str, Any]) -> None:
    if values.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in _LINEAR:
            raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if any(updater not in ("refresh", "prune") for updater in updaters):
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif any(updater in _LINEAR for updater in updaters):
        raise UserError(f"Tree updater should be selected from these options: {', '.join(_UPDATERS)}.")
    elif sum(updater in _BUILDERS for updater in updaters) > 1:
        raise UserError(f"Only one tree grow plugin can be selected. Choose one from the following: {_BUILDERS}")
