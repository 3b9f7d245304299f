"""The built-in XGBoost algorithm's hyperparameters and channels: what is read, what is refused, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.aws_images.sagemaker_xgboost.algorithm import channels, hyperparameters
from slipway.engine.aws_images.sagemaker_xgboost.algorithm.errors import ToolkitError, UserError
from slipway.engine.aws_images.sagemaker_xgboost.algorithm.ranges import Interval

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html")

TEXTS = st.one_of(
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["auc", "gbtree", "(1,-1)", "[[1,2]]", "error@0.5", "shotgun", "true", "nan", "inf", "1e400"]),
)


@given(st.dictionaries(st.sampled_from([*hyperparameters.KINDS, "eval_metric", "reg_alpha", "x"]), TEXTS, max_size=6))
def test_whatever_is_given_is_read_or_refused_as_the_callers_mistake(values: dict[str, str]) -> None:
    try:
        settings = hyperparameters.validate(values)
    except ToolkitError:
        return
    assert settings.rounds >= 1
    assert not {"num_round", "early_stopping_rounds", "csv_weights", "eval_metric"} & set(settings.parameters)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_an_interval_has_its_closed_ends_and_not_its_open_ones(least: float, most: float, value: float) -> None:
    closed, opened = Interval(least, most), Interval(least, most, open_least=True, open_most=True)
    assert (value in closed) == (least <= value <= most)
    assert (value in opened) == (least < value < most)


@given(TEXTS)
def test_a_content_type_is_read_or_refused(text: str) -> None:
    try:
        assert channels.content_type(text) in {"csv", "libsvm", "parquet"}
    except ToolkitError as error:
        assert text in str(error)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, "libsvm"),
        ("csv", "csv"),
        ("text/csv;label_size=1; charset=utf8", "csv"),
        ("TEXT/X-LIBSVM", "libsvm"),
        ("application/x-parquet", "parquet"),
    ],
)
def test_content_types_of_channels(text: str | None, kind: str) -> None:
    assert channels.content_type(text) == kind


@pytest.mark.parametrize(
    ("given_values", "said"),
    [
        ({"alpha": "-1"}, "Hyperparameter alpha: -1.0 is not in [0, +inf)"),
        ({"reg_alpha": "-1"}, "Hyperparameter alpha: -1.0 is not in [0, +inf)"),
        ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"seed": "2147483647"}, "is not in (-2.14748e+09, 2.14748e+09)"),
        ({"eta": "nan"}, "Hyperparameter eta: nan is not in [0, 1]"),
        ({"booster": "forest"}, "Hyperparameter booster: forest is not in ['gbtree', 'gblinear', 'dart']"),
        ({"eval_metric": "rmse@1"}, "Metric 'rmse@1' is not supported. Parameter 'eval_metric' with customized"),
        ({"eval_metric": "error@high"}, "Threshold value 't' in 'error@t' expects float input."),
        ({"eval_metric": "aft-nloglik"}, "can only be applied for 'survival:aft' objective"),
        ({"monotone_constraints": "(1,0)"}, "monotone_constraints can be used only when the tree_method parameter"),
        ({"monotone_constraints": "(2,)", "tree_method": "hist"}, "not in range [-1, 0, 1]"),
        ({"interaction_constraints": "[[0,1]]", "tree_method": "hist"}, "not in range [1, +inf)"),
        ({"interaction_constraints": "[1", "tree_method": "hist"}, "could not parse value"),
        ({"updater": "shotgun"}, "Tree updater should be selected from these options"),
        ({"updater": "prune", "booster": "gblinear"}, "Linear updater should be one of these options"),
        ({"updater": "distcol,grow_histmaker"}, "Only one tree grow plugin can be selected"),
        ({"updater": "sync", "process_type": "update"}, "can only be used with updater 'refresh' and 'prune'"),
        ({"_tuning_objective_metric": "validation:profit"}, "_tuning_objective_metric: validation:profit is not in"),
    ],
)
def test_a_wrong_value_is_refused_in_awss_words(given_values: dict[str, str], said: str) -> None:
    with pytest.raises(UserError) as refused:
        hyperparameters.validate({"num_round": "1", **given_values})
    assert said in str(refused.value)


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html")
def test_early_stopping_watches_the_tuned_metric_else_the_last_one() -> None:
    told = {"num_round": "1", "objective": "binary:logistic", "eval_metric": "auc,error"}
    assert hyperparameters.validate(told).watched_metric == "error"
    assert hyperparameters.validate({**told, "_tuning_objective_metric": "validation:f1"}).watched_metric == "f1"
    assert hyperparameters.validate({"num_round": "1"}).watched_metric is None
