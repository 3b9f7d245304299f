"""config.requests: settings for one run, laid over the configuration."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from config import configuration, requests
from tests import sample

COMMIT = sample.written()


@pytest.fixture(autouse=True)
def _the_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration that a request is laid over."""
    monkeypatch.setattr(configuration, "load", lambda: COMMIT)


class Bucket:
    """The data bucket with one request."""

    def __init__(self, overlay: Any) -> None:
        self.overlay = overlay

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert (Bucket, Key) == ("data", f"requests/{os.environ['REQUEST']}.json")
        return {"Body": io.BytesIO(json.dumps(self.overlay).encode())}


Ask = Callable[[Any], Bucket]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The bucket with a request that the function `drop` kept, and the run of it."""

    def ask(overlay: Any) -> Bucket:
        name = hashlib.sha256(json.dumps(overlay, sort_keys=True).encode()).hexdigest()[:16]
        monkeypatch.setenv("REQUEST", name)
        monkeypatch.setenv("DATA_BUCKET", "data")
        return Bucket(overlay)

    return ask


def test_without_a_request_the_configuration_is_the_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST", "-")
    assert requests.written(Bucket(None)) == configuration.load()  # type: ignore[arg-type]
    assert requests.notice(Bucket(None)) == ""  # type: ignore[arg-type]
    monkeypatch.delenv("REQUEST")
    assert requests.written(Bucket(None)) == configuration.load()  # type: ignore[arg-type]


def test_a_request_sets_what_it_names_and_nothing_else(asked: Ask) -> None:
    overlay = {"train": {"hyperparameters": {"max_depth": 3}}, "serving": {"test": {"dataCapturePercentage": 0}}}
    found = requests.written(asked(overlay))  # type: ignore[arg-type]
    before = configuration.load()
    assert found["train"]["hyperparameters"] == {**before["train"]["hyperparameters"], "max_depth": 3}
    assert found["serving"]["test"] == {**before["serving"]["test"], "dataCapturePercentage": 0}
    assert {**found, "train": 0, "serving": 0} == {**before, "train": 0, "serving": 0}


def test_a_request_that_does_not_go_with_the_configuration_is_refused_by_both_names(asked: Ask) -> None:
    bucket = asked({"train": {"hyperparameters": {"max_depth": 500}}})
    with pytest.raises(configuration.InvalidConfiguration) as refused:
        requests.written(bucket)  # type: ignore[arg-type]
    assert str(refused.value) == (
        "ml-pipeline.json with request 00c5a8d2e3613895 is not valid:\n"
        "  $.train.hyperparameters.max_depth: found 500; allowed: 20 or less"
    )


def test_what_was_changed_since_it_was_checked_is_refused(asked: Ask) -> None:
    bucket = asked({"train": {"instanceCount": 2}})
    bucket.overlay = {"train": {"instanceCount": 20}}
    with pytest.raises(configuration.InvalidConfiguration) as refused:
        requests.written(bucket)  # type: ignore[arg-type]
    assert [fault.allowed for fault in refused.value.faults] == [
        f"what was checked, whose hash is {os.environ['REQUEST']}"
    ]


@pytest.mark.parametrize(
    ("overlay", "paths"),
    [
        ({"evaluate": {"threshold": 0}, "train": {"engine": "xgboost"}}, ["$.evaluate.threshold", "$.train.engine"]),
        ({"train": {"hyperparameters": 3}}, ["$.train.hyperparameters"]),
        ([1], ["$."]),
    ],
)
def test_a_request_that_somebody_wrote_by_hand_sets_no_more_than_others(
    asked: Ask, overlay: Any, paths: list[str]
) -> None:
    with pytest.raises(configuration.InvalidConfiguration) as refused:
        requests.written(asked(overlay))  # type: ignore[arg-type]
    assert [fault.path for fault in refused.value.faults] == paths


def test_the_approver_is_told_what_was_asked_for(asked: Ask) -> None:
    overlay = {"train": {"hyperparameters": {"max_depth": 3}, "instanceCount": 2}}
    assert requests.notice(asked(overlay)) == (  # type: ignore[arg-type]
        " Request 9935db314d80df1f: train.hyperparameters.max_depth 3, train.instanceCount 2."
    )
    many = {"train": {"hyperparameters": {f"parameter_{number}": number for number in range(100)}}}
    assert len(requests.notice(asked(many))) < 450  # type: ignore[arg-type]


def test_laying_over_changes_neither_of_the_two() -> None:
    document, overlay = {"a": {"b": 1}}, {"a": {"c": {"d": 2}}, "e": 3}
    assert requests.lay_over(document, overlay) == {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    assert (document, overlay) == ({"a": {"b": 1}}, {"a": {"c": {"d": 2}}, "e": 3})


def trained(**train: Any) -> dict[str, dict[str, Any]]:
    """The rules of the configuration with another train part."""
    return requests.rules({**COMMIT, "train": train})


def test_the_rules_are_the_schemas_with_the_commits_values() -> None:
    rules = requests.rules(COMMIT)
    assert rules["train.instanceCount"] == {"type": "integer", "minimum": 1, "maximum": 20, "value": 1}
    assert "ml.m5.large" in rules["serving.production.instanceType"]["enum"]
    eta = {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "value": 0.1}
    assert rules["train.hyperparameters.eta"] == eta
    assert not [path for path, rule in rules.items() if "refused" in rule]


def test_an_algorithm_that_trains_alone_takes_one_instance() -> None:
    rules = trained(algorithm="logistic_regression")
    assert rules["train.instanceCount"]["maximum"] == 1
    assert rules["train.hyperparameters.C"]["value"] == 1


def test_a_value_that_the_engine_does_not_take_is_no_choice() -> None:
    assert trained()["train.hyperparameters.class_weight"]["enum"] == ["none", "balanced"]
    assert trained(engine="xgboost")["train.hyperparameters.class_weight"]["enum"] == ["none"]


def test_what_the_mode_has_no_use_for_is_refused_with_the_reason() -> None:
    rules = requests.rules({**COMMIT, "deploy": {"mode": "serverless"}, "serving": {}})
    reason = "nothing with deploy.mode serverless: a serverless endpoint has no instances"
    assert rules["serving.test.instanceCount"]["refused"] == reason
    assert "refused" not in rules["train.instanceType"]


def test_another_engine_than_ours_has_no_hyperparameters_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "ENGINES", ("other",))
    assert not [path for path in requests.rules(COMMIT) if path.startswith("train.hyperparameters")]
