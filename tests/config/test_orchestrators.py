"""config.orchestrators: what an orchestrator cannot carry is refused by Build, with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import configuration, orchestrators


def resolved(**changes: Any) -> dict[str, Any]:
    return configuration.resolve(json.loads(configuration.CONFIGURATION.read_text("utf-8")) | changes)


TUNED = {"tuning": {"ranges": {"eta": {"min": 0.1, "max": 0.3}}}}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "tuning": (
        {"train": TUNED},
        "$.train.tuning: found a tuning; allowed: none with the orchestrator sagemaker, whose steps train one model; "
        "launch the root stack with Orchestrator=stepfunctions for the others",
    ),
    "an engine of other steps": (
        {"train": {"engine": "autopilot"}},
        '$.train.engine: found "autopilot"; allowed: container or xgboost with the orchestrator sagemaker; '
        "launch the root stack with Orchestrator=stepfunctions for the others",
    ),
    "another preparation": (
        {"prepare": {"engine": "glue"}},
        '$.prepare.engine: found "glue"; allowed: processing with the orchestrator sagemaker; '
        "launch the root stack with Orchestrator=stepfunctions for the others",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_pipeline_has_no_step_for_is_refused(case: str) -> None:
    changes, sentence = REFUSED[case]
    assert [str(fault) for fault in orchestrators.faults(resolved(**changes), "sagemaker")] == [sentence]


@pytest.mark.parametrize("case", REFUSED)
def test_the_state_machine_carries_all(case: str) -> None:
    assert orchestrators.faults(resolved(**REFUSED[case][0]), "stepfunctions") == []


@pytest.mark.parametrize("engine", ["container", "xgboost"])
def test_both_engines_are_carried(engine: str) -> None:
    assert orchestrators.faults(resolved(train={"engine": engine}), "sagemaker") == []


def test_build_refuses_before_anything_else_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(configuration.CONFIGURATION.read_text("utf-8")) | {"train": TUNED}
    monkeypatch.setenv(orchestrators.VARIABLE, "sagemaker")
    assert [fault.path for fault in configuration.validate(document)] == ["$.train.tuning"]
    monkeypatch.setenv(orchestrators.VARIABLE, "stepfunctions")
    assert configuration.validate(document) == []
