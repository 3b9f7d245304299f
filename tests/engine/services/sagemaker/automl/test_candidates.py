"""Candidates on record: their order, their metrics, the best of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.sagemaker.automl import candidates

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoMLCandidate.html")

CONTAINER = candidates.container("eu-west-1", "s3://b/model.tar.gz", "LightGBM_t1", "BinaryClassification")


def completed(metric: str, value: float) -> dict[str, object]:
    made = candidates.started("one")
    candidates.completed(made, metric, {metric: value, "LogLoss": 0.5}, CONTAINER)
    return made


@given(st.lists(st.floats(0, 1), min_size=1), st.sampled_from(["AUC", "RMSE"]))
def test_the_best_candidate_has_the_most_or_the_least_of_the_objective(values: list[float], metric: str) -> None:
    made = {str(index): completed(metric, value) for index, value in enumerate(values)}
    best = candidates.best(made)
    assert best is not None
    wanted = min(values) if metric == "RMSE" else max(values)
    assert best["FinalAutoMLJobObjectiveMetric"]["Value"] == wanted
    assert best is made[str(values.index(wanted))]


def test_a_candidate_that_failed_or_is_under_way_is_not_the_best() -> None:
    failed = candidates.started("two")
    candidates.failed(failed, "too late")
    assert candidates.best({"one": candidates.started("one"), "two": failed}) is None
    assert (failed["CandidateStatus"], failed["ObjectiveStatus"], failed["FailureReason"]) == (
        *("Failed", "Failed"),
        "too late",
    )


def test_a_metric_that_is_no_objective_has_a_standard_name_only() -> None:
    data = completed("F1", 0.75)["CandidateProperties"]
    assert data == {
        "CandidateMetrics": [
            {"MetricName": "F1", "StandardMetricName": "F1", "Value": 0.75, "Set": "Validation"},
            {"StandardMetricName": "LogLoss", "Value": 0.5, "Set": "Validation"},
        ]
    }


@pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html"
)
def test_its_container_says_what_it_can_answer_and_answers_the_label() -> None:
    assert CONTAINER["Image"] == (
        "763104351884.dkr.ecr.eu-west-1.amazonaws.com/autogluon-inference:1.5.0-cpu-py311-ubuntu22.04"
    )
    environment = CONTAINER["Environment"]
    assert environment["SAGEMAKER_INFERENCE_OUTPUT"] == "predicted_label"
    assert environment["SAGEMAKER_INFERENCE_SUPPORTED"] == "predicted_label,probability,labels,probabilities"
    regression = candidates.container("eu-west-1", "s3://b/model.tar.gz", "LightGBM_t1", "Regression")
    assert regression["Environment"]["SAGEMAKER_INFERENCE_SUPPORTED"] == "predicted_label"
