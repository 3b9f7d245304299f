"""config.configuration: what is wrong is said with JSON path, value and what is allowed, and defaults are filled in."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import configuration
from tests import sample

VALID: dict[str, Any] = {
    "dataset": {
        "uri": "config/data/shop.csv",
        "target": "churn",
        "columns": [{"name": "minutes", "type": "number"}, {"name": "plan", "type": "category"}],
    },
    "evaluate": {"positiveClass": "yes"},
}
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    found = copy.deepcopy(VALID)
    change(found)
    return found


def test_the_configuration_of_the_repository_is_valid() -> None:
    assert configuration.load()["dataset"]["columns"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda c: c.update(datset={}),
            "$.datset: found an unknown field (did you mean dataset?); allowed: $schema, dataset, prepare, train, "
            "evaluate, deploy, serving",
            id="unknown field",
        ),
        pytest.param(lambda c: c["dataset"].pop("target"), "$.dataset.target: found nothing; allowed:", id="missing"),
        pytest.param(
            lambda c: c.update(train={"maxRuntimeInSeconds": "long"}),
            '$.train.maxRuntimeInSeconds: found "long"; allowed: a whole number',
            id="wrong type",
        ),
        pytest.param(
            lambda c: c.update(train={"hyperparameters": {"eta": 3}}),
            "$.train.hyperparameters.eta: found 3; allowed: 1 or less",
            id="out of range",
        ),
        pytest.param(
            lambda c: c["dataset"]["columns"][1].update(type="text"),
            '$.dataset.columns[1].type: found "text"; allowed: "number", "category", "boolean", "id"',
            id="not one of",
        ),
        pytest.param(
            lambda c: c.update(train={"instanceType": "m5.xlarge"}),
            '$.train.instanceType: found "m5.xlarge" (did you mean ml.m5.xlarge?); allowed: "ml.c5.xlarge", ',
            id="an instance of EC2's",
        ),
        pytest.param(
            lambda c: c.update(serving={"production": {"instanceType": "ml.m5.lrage"}}),
            '$.serving.production.instanceType: found "ml.m5.lrage" (did you mean ml.m5.large?); allowed: "ml.',
            id="an instance with a slip",
        ),
        pytest.param(
            lambda c: c["dataset"]["columns"].append({"name": "plan", "type": "id"}),
            '$.dataset.columns: found "plan" 2 times; allowed: each column once',
            id="column twice",
        ),
        pytest.param(
            lambda c: c["dataset"]["columns"].append({"name": "^p.*$", "type": "id"}),
            '$.dataset: found the column "^p.*$"; allowed: a name that does not begin with ^ and end with $',
            id="a pattern for a name",
        ),
        pytest.param(
            lambda c: c["dataset"].update(target="plan"),
            '$.dataset.target: found "plan"; allowed: a column that is not in $.dataset.columns',
            id="target learnt from",
        ),
        pytest.param(
            lambda c: c["dataset"].update(split={"validation": 0.4, "test": 0.4}),
            "$.dataset.split: found 0.8; allowed: at most 0.6 of the rows",
            id="split",
        ),
        pytest.param(
            lambda c: c.update(train={"spot": {"enabled": True, "maxWaitInSeconds": 60}}),
            "$.train.spot.maxWaitInSeconds: found 60; allowed: 3600 or more, which is train.maxRuntimeInSeconds",
            id="spot waits too short",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "xgboost", "hyperparameters": {"class_weight": "balanced"}}),
            '$.train.hyperparameters.class_weight: found "balanced"; allowed: none with train.engine xgboost',
            id="weights of the built-in image",
        ),
        pytest.param(
            lambda c: (
                c["dataset"].update(task="multiclass"),
                c.update(train={"engine": "xgboost"}, evaluate={"metric": "f1"}),
            ),
            '$.dataset.task: found "multiclass"; allowed: binary with train.engine xgboost',
            id="classes of the built-in image",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autogluon", "algorithm": "xgboost"}),
            '$.train.algorithm: found "xgboost"; allowed: nothing here, since it is a field of another train.engine',
            id="a field of another engine",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autogluon", "hyperparameters": {"eta": 0.1}}),
            '$.train.hyperparameters: found {"eta": 0.1}; allowed: at most 0 fields',
            id="hyperparameters of none",
        ),
        pytest.param(
            lambda c: c.update(train={"autogluon": {}}),
            "$.train.autogluon: found {}; allowed: nothing here",
            id="AutoGluon's fields without it",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autogluon", "autogluon": {"initArgs": {"label": "plan"}}}),
            '$.train.autogluon.initArgs: found "label"; allowed: any but label, path, problem_type',
            id="an argument that the pipeline gives",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autogluon", "autogluon": {"evalMetric": "beauty"}}),
            '$.train.autogluon.evalMetric: found "beauty"; allowed: "accuracy", "average_precision"',
            id="a metric that AutoGluon is not offered with",
        ),
        pytest.param(
            lambda c: c.update(train={"tuning": {"ranges": {"eta": {"min": 0.1, "max": 0.2}}, "objective": "beauty"}}),
            '$.train.tuning.objective: found "beauty"; allowed: "log_loss", "roc_auc"',
            id="an objective that trials do not tell",
        ),
        pytest.param(
            lambda c: c["evaluate"].update(metric="beauty"),
            '$.evaluate.metric: found "beauty"; allowed: "accuracy", "precision"',
            id="a metric that nobody measures",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autogluon", "autogluon": {"timeLimitInSeconds": 3600}}),
            "$.train.autogluon.timeLimitInSeconds: found 3600; allowed: less than 3600",
            id="no time to measure",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autogluon", "instanceCount": 2}),
            "$.train.instanceCount: found 2; allowed: 1 with train.engine autogluon: each instance would train",
            id="AutoGluon on two instances",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autogluon", "spot": {"enabled": True}}),
            "$.train.spot.enabled: found true; allowed: false with train.engine autogluon",
            id="spot without checkpoints",
        ),
        pytest.param(
            lambda c: c.update(
                train={"engine": "autogluon"}, evaluate={"instanceType": "ml.t3.large", "positiveClass": "yes"}
            ),
            '$.evaluate.instanceType: found "ml.t3.large"; allowed: a type that transform jobs have too',
            id="an instance that transforms nothing",
        ),
        pytest.param(
            lambda c: (
                c["dataset"].update(task="multiclass"),
                c.update(train={"engine": "autogluon"}, evaluate={"metric": "f1"}),
            ),
            '$.dataset.task: found "multiclass"; allowed: binary with train.engine autogluon',
            id="classes without scores",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autopilot", "instanceType": "ml.m5.large"}),
            '$.train.instanceType: found "ml.m5.large"; allowed: nothing here, since it is a field of another',
            id="instances of an AutoML job",
        ),
        pytest.param(
            lambda c: c.update(train={"engine": "autopilot", "autopilot": {"objective": "MSE"}}),
            '$.train.autopilot.objective: found "MSE"; allowed: "Accuracy", "AUC"',
            id="an objective that is none",
        ),
        pytest.param(
            lambda c: c.update(train={"algorithm": "logistic_regression"}, prepare={"imputation": "none"}),
            '$.prepare.imputation: found "none"; allowed: "median", since logistic_regression needs a value in every '
            "column",
            id="missing values",
        ),
        pytest.param(
            lambda c: c.update(train={"algorithm": "logistic_regression", "instanceCount": 2}),
            "$.train.instanceCount: found 2; allowed: 1, since logistic_regression trains on one instance; xgboost",
            id="several instances",
        ),
        pytest.param(
            lambda c: c.update(train={"algorithm": "logistic_regression", "hyperparameters": {"eta": 0.1}}),
            "$.train.hyperparameters.eta: found an unknown field; allowed: C, penalty, l1_ratio, max_iter, tol, "
            "class_weight, seed, the hyperparameters of logistic_regression",
            id="another algorithm's hyperparameter",
        ),
        pytest.param(
            lambda c: c.update(serving={"production": {"autoscaling": {"minCapacity": 3, "maxCapacity": 2}}}),
            "$.serving.production.autoscaling.maxCapacity: found 2; allowed: 3 or more, which is minCapacity",
            id="capacity",
        ),
    ],
)
def test_a_fault_is_said_with_path_value_and_what_is_allowed(change: Change, expected: str) -> None:
    faults = [str(fault) for fault in configuration.validate(changed(change))]
    assert any(fault.startswith(expected) for fault in faults), faults


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ml-pipeline.json"
    path.write_text(json.dumps({**VALID, "one": 1, "two": 2, "train": {"engine": "magic"}}))
    with pytest.raises(configuration.InvalidConfiguration) as raised:
        configuration.load(path)
    assert str(raised.value).startswith("ml-pipeline.json is not valid:\n  $.")
    assert len(raised.value.faults) == 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"dataset": }', "$: found line 1, column 13: Expecting value; allowed: a JSON document"),
        (b"\xff", "allowed: a text in UTF-8"),
        (b"[]", "$: found []; allowed: an object"),
    ],
    ids=["no JSON", "no UTF-8", "no object"],
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "ml-pipeline.json"
    path.write_bytes(content)
    with pytest.raises(configuration.InvalidConfiguration) as raised:
        configuration.load(path)
    assert expected in str(raised.value)


def test_every_default_is_filled_in_and_what_was_written_stays() -> None:
    resolved = configuration.resolve({**VALID, "train": {"hyperparameters": {"eta": 0.3}}})
    assert resolved["train"]["hyperparameters"]["eta"] == 0.3
    assert resolved["train"]["hyperparameters"]["max_depth"] == 6
    assert resolved["serving"]["production"]["autoscaling"]["minCapacity"] == 2
    assert resolved["serving"]["test"]["api"]["authorization"] == "AWS_IAM"


def test_the_defaults_of_hyperparameters_are_the_algorithms() -> None:
    resolved = configuration.resolve({**VALID, "train": {"algorithm": "logistic_regression"}})
    assert resolved["train"]["hyperparameters"]["C"] == 1
    assert "max_depth" not in resolved["train"]["hyperparameters"]
    assert configuration.resolve(resolved) == resolved


def test_several_instances_of_an_algorithm_that_can_are_allowed() -> None:
    assert configuration.validate({**VALID, "train": {"instanceCount": 3}}) == []


def test_resolving_changes_nothing_that_it_was_given() -> None:
    written = copy.deepcopy(VALID)
    configuration.resolve(written)
    assert written == VALID


def test_resolving_twice_is_resolving_once() -> None:
    once = configuration.resolve(VALID)
    assert configuration.resolve(once) == once


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["dataset", "train", "x"]), inner),
    )
)
def test_anything_else_gets_a_fault_and_no_traceback(document: Any) -> None:
    assert configuration.validate(document)


def test_a_table_of_two_thousand_columns_is_validated_in_seconds() -> None:
    document = sample.written()
    document["dataset"]["columns"] = [{"name": f"c{number}", "type": "number"} for number in range(2000)]
    started = time.monotonic()
    assert configuration.validate(document) == []
    assert time.monotonic() - started < 60
