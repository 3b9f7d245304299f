from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
from jsonschema import Draft202012Validator

from config import schema as writer
from config.algorithms import variants

CONFIG = Path(__file__).parents[2] / "config"
SCHEMA: dict[str, Any] = json.loads((CONFIG / "ml-pipeline.schema.json").read_text())
NUMERIC = ("integer", "number")


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CONFIG / name).read_text())
    return document


def fields(schema: dict[str, Any], path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every described field, below $defs too."""
    for name, field in schema.get("properties", {}).items():
        if isinstance(field, dict):
            yield f"{path}.{name}", field
            yield from fields(field, f"{path}.{name}")
    for name, definition in schema.get("$defs", {}).items():
        yield f"{path}#{name}", definition
        yield from fields(definition, f"{path}#{name}")
    for name, variant in variants(schema).items() if "$defs" in schema else ():
        yield from fields(variant["hyperparameters"], f"{path}#{name}")


def faults(document: dict[str, Any]) -> list[str]:
    errors = Draft202012Validator(SCHEMA).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]


def changed(path: str, value: Any, document: str = "telecom-churn.json") -> dict[str, Any]:
    """The committed configuration with one field set; the parents on the way are made."""
    result = copy.deepcopy(load(document))
    *parents, name = path.split(".")
    part = result
    for parent in parents:
        part = part.setdefault(parent, {})
    part[name] = value
    return result


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["telecom-churn.json", "breast-cancer.json"])
def test_the_committed_configurations_are_valid(name: str) -> None:
    assert faults(load(name)) == []


def test_what_it_says_of_algorithms_is_what_their_modules_say() -> None:
    text = (CONFIG / "ml-pipeline.schema.json").read_text(encoding="utf-8")
    assert writer.render(text) == text, "run python -m config.schema"


def test_writing_it_again_changes_nothing_else() -> None:
    text = '{"algorithm": {"description": ""}, "other": [1,2], "algorithms": {"description": ""}}'
    written = writer.render(text)
    assert written.startswith('{"algorithm": {')
    assert '"other": [1,2]' in written
    assert writer.render(written) == written


def test_a_schema_without_a_place_for_the_algorithms_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^expected one described 'algorithm' in ml-pipeline\.schema\.json, found 0$"):
        writer.render("{}")


@pytest.mark.parametrize(
    ("algorithm", "hyperparameters", "expected"),
    [
        pytest.param(None, {"max_depth": 3}, None, id="the default"),
        pytest.param(None, {"C": 1}, "('C' was unexpected)", id="of another than the default"),
        pytest.param("xgboost", {"C": 1}, "('C' was unexpected)", id="of another"),
        pytest.param("logistic_regression", {"C": 1}, None, id="its own"),
        pytest.param("logistic_regression", {"C": 0}, "0 is less than or equal to the minimum of 0", id="range"),
        pytest.param("logistic_regression", {"max_depth": 3}, "('max_depth' was unexpected)", id="of the default"),
        pytest.param("oracle", {}, "'oracle' is not one of ['logistic_regression', ", id="unknown algorithm"),
    ],
)
def test_an_algorithm_takes_its_own_hyperparameters(
    algorithm: str | None, hyperparameters: dict[str, Any], expected: str | None
) -> None:
    train = {"hyperparameters": hyperparameters} | ({"algorithm": algorithm} if algorithm else {})
    found = faults(load("telecom-churn.json") | {"train": train})
    assert bool(found) == bool(expected)
    assert expected is None or expected in found[0]


def test_every_field_is_described() -> None:
    assert [path for path, field in fields(SCHEMA) if not field.get("description")] == []


def test_every_object_refuses_unknown_fields() -> None:
    # Those of train.hyperparameters are refused by the algorithm's variant, those of the ranges by config/tuning.py,
    # arguments of AutoGluon's by AutoGluon.
    arguments = ("$#autogluon.initArgs", "$#autogluon.fitArgs")
    elsewhere = ("$.train.hyperparameters", "$.train.tuning.ranges", *arguments)
    objects = [path for path, field in fields(SCHEMA) if field.get("type") == "object" and path not in elsewhere]
    assert all(found["hyperparameters"]["additionalProperties"] is False for found in variants(SCHEMA).values())
    assert objects
    assert [
        path for path, field in fields(SCHEMA) if path in objects and field["additionalProperties"] is not False
    ] == []


def test_every_number_has_bounds() -> None:
    unbounded = [
        path
        for path, field in fields(SCHEMA)
        if field.get("type") in NUMERIC
        and not ({"minimum", "exclusiveMinimum"} & set(field) and {"maximum", "exclusiveMaximum"} & set(field))
    ]
    assert unbounded == []


def test_every_default_is_allowed_by_its_own_field() -> None:
    for path, field in fields(SCHEMA):
        if "default" in field and "properties" not in field:
            resolved = {**field, "$defs": SCHEMA["$defs"]}
            assert list(Draft202012Validator(resolved).iter_errors(field["default"])) == [], path


def test_units_are_in_the_names() -> None:
    for path, field in fields(SCHEMA):
        name = path.rpartition(".")[2]
        if field.get("type") in NUMERIC and re.search("runtime|wait|cooldown|bake|latency|volume", name, re.IGNORECASE):
            assert re.search(r"In(Seconds|Minutes|Milliseconds|GB)$", name), path


@pytest.mark.parametrize(
    ("definition", "shape"),
    [
        ("processingInstanceType", "ProcessingInstanceType"),
        ("trainingInstanceType", "TrainingInstanceType"),
        ("hostingInstanceType", "ProductionVariantInstanceType"),
    ],
)
def test_instance_types_are_sagemakers(definition: str, shape: str) -> None:
    (model,) = (Path(botocore.__file__).parent / "data" / "sagemaker").glob("*/service-2.json.gz")
    with gzip.open(model) as file:
        known = set(json.load(file)["shapes"][shape]["enum"])
    assert set(SCHEMA["$defs"][definition]["enum"]) <= known


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        pytest.param("train.hyperparameters.max_depth", 0, "0 is less than the minimum of 1", id="range"),
        pytest.param("train.hyperparameters.max_depth", "5", "'5' is not of type 'integer'", id="type"),
        pytest.param(
            "train.hyperparameters.maxdepth",
            5,
            "Additional properties are not allowed ('maxdepth' was unexpected)",
            id="unknown field",
        ),
        pytest.param(
            "train.engine", "magic", "'magic' is not one of ['container', 'xgboost', 'autogluon'", id="another engine"
        ),
        pytest.param("train.instanceType", "ml.p9.large", "'ml.p9.large' is not one of", id="unknown instance"),
        pytest.param("evaluate.metric", "auc", "'auc' is not one of ['accuracy', 'precision'", id="unknown metric"),
        pytest.param("evaluate.metric", "log_loss", "'direction' is a required property", id="loss without direction"),
        pytest.param("evaluate.direction", "minimize", "'maximize' was expected", id="minimising a gain"),
        pytest.param("evaluate.threshold", 80, "80 is greater than the maximum of 1", id="threshold in percent"),
        pytest.param(
            "dataset.task", "regression", "'regression' is not one of ['binary', 'multiclass']", id="regression"
        ),
        pytest.param(
            "dataset.task", "multiclass", "False schema does not allow 'yes'", id="multiclass, positive class"
        ),
        pytest.param("dataset.uri", "ftp://host/x.csv", "'ftp://host/x.csv' does not match", id="URI"),
        pytest.param("dataset.columns", [], "[] should be non-empty", id="no columns"),
        pytest.param(
            "dataset.columns",
            [{"name": "a", "type": "text"}],
            "'text' is not one of ['number', 'category'",
            id="column type",
        ),
        pytest.param(
            "serving.production.deployment.canarySizeInPercent", 51, "51 is greater than", id="canary over half"
        ),
        pytest.param(
            "serving.test.api.authorization", "NONE", "'NONE' is not one of ['AWS_IAM', 'API_KEY']", id="open API"
        ),
    ],
)
def test_a_wrong_field_is_refused(path: str, value: Any, message: str) -> None:
    found = faults(changed(path, value))
    assert any(message in fault for fault in found), found


def test_binary_needs_a_positive_class() -> None:
    document = load("telecom-churn.json")
    del document["evaluate"]["positiveClass"]
    assert faults(document) == ["$.evaluate: 'positiveClass' is a required property"]


def test_a_loss_that_is_minimised_is_a_gate_too() -> None:
    document = changed("evaluate.metric", "log_loss")
    document["evaluate"] |= {"direction": "minimize", "threshold": 1.5}
    assert faults(document) == []
