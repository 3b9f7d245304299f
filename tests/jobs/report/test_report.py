from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from jobs import evaluate, model, report, settings
from jobs.model import Model
from jobs.report import gate
from jobs.settings import Settings

VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(HTMLParser):
    """Collects a page's tags and text, and fails on one that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def candidate(trained: Path) -> Model:
    return model.load(trained / "model")


@pytest.fixture
def configuration(trained: Path) -> Settings:
    return settings.load(trained / "config")


@pytest.fixture
def evaluation(candidate: Model, configuration: Settings, trained: Path) -> dict[str, Any]:
    measured = evaluate.measure(candidate, trained / "prepared" / "holdout", configuration)
    return {**evaluate.describe(candidate, measured), "champion": None}


def beside(evaluation: dict[str, Any], difference: float) -> dict[str, Any]:
    """The evaluation with a champion that is worse by that much."""
    metrics = {name: value - difference for name, value in evaluation["metrics"].items()}
    return evaluation | {"champion": {"metrics": metrics, "curves": evaluation["curves"]}}


def test_the_page_is_well_formed_and_loads_nothing(
    evaluation: dict[str, Any], candidate: Model, configuration: Settings
) -> None:
    text = report.render(beside(evaluation, 0.1), candidate, configuration)
    page = Page(text)
    assert [tag for tag, _ in page.tags].count("svg") == 5
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe"}
    assert not re.search(r"https?:|url\(|@import", text)


def test_every_picture_has_a_name(evaluation: dict[str, Any], candidate: Model, configuration: Settings) -> None:
    page = Page(report.render(evaluation, candidate, configuration))
    assert all(attributes["aria-label"] for tag, attributes in page.tags if tag == "svg")


def test_the_headline_says_whether_the_gate_opens(
    evaluation: dict[str, Any], candidate: Model, configuration: Settings
) -> None:
    evaluation["metrics"]["roc_auc"] = 0.7
    assert "ROC AUC passes the gate" in report.render(evaluation, candidate, configuration)
    evaluation["metrics"]["roc_auc"] = 0.6999
    assert "ROC AUC fails the gate" in report.render(evaluation, candidate, configuration)


def test_a_loss_passes_below_its_threshold(
    evaluation: dict[str, Any], make_settings: Callable[..., Settings], candidate: Model
) -> None:
    chosen = {"evaluate.metric": "log_loss", "evaluate.direction": "minimize", "evaluate.threshold": 0.5}
    evaluation["metrics"]["log_loss"] = 0.4
    text = report.render(beside(evaluation, 0.1), candidate, make_settings(**chosen))
    assert "Log loss passes the gate" in text
    assert "Asked for: at most 0.5. The champion has 0.300 on the same rows; the candidate is worse by 0.100." in text


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [(0.05, "the candidate is better by 0.050."), (-0.05, "the candidate is worse by 0.050."), (0.0, "has the same")],
)
def test_the_headline_compares_with_the_champion(
    difference: float, sentence: str, evaluation: dict[str, Any], candidate: Model, configuration: Settings
) -> None:
    assert sentence in report.render(beside(evaluation, difference), candidate, configuration)


def test_a_champion_that_cannot_be_measured_is_said_so(
    evaluation: dict[str, Any], candidate: Model, configuration: Settings
) -> None:
    text = report.render(evaluation | {"championFault": "it knows <other> classes"}, candidate, configuration)
    assert "The champion cannot be measured on these rows: it knows &lt;other&gt; classes." in text


def test_where_a_model_comes_from_is_told(
    evaluation: dict[str, Any], candidate: Model, configuration: Settings
) -> None:
    text = report.render(evaluation, candidate, configuration)
    for fact in ("0123456789abcdef", "feedfacefeedface", "XGBoost ", "max_depth", "customer_id"):
        assert fact in text


def test_names_from_the_table_cannot_become_markup(
    evaluation: dict[str, Any], candidate: Model, configuration: Settings
) -> None:
    evaluation["classes"] = ["no", "<script>alert(1)</script>"]
    candidate.description["importance"] = {"<b>bold</b>": 1.0}
    text = report.render(evaluation, candidate, configuration)
    assert "<script>" not in text
    assert "<b>" not in text


def test_three_classes_are_drawn_too(candidate: Model, configuration: Settings) -> None:
    evaluation = {
        "metrics": dict.fromkeys(gate.TITLES, 0.9),
        "rows": 4,
        "classes": ["a", "b", "c"],
        "confusionMatrix": [[1, 0, 0], [0, 1, 0], [1, 0, 1]],
        "curves": [{"class": n, "roc": [[0, 0], [1, 1]], "precisionRecall": [[0.5, 1], [1, 0.5]]} for n in range(3)],
        "calibration": [{"rows": 4, "score": 0.8, "share": 0.75}],
        "scores": [[0, 1], [1, 0], [1, 1]],
        "champion": None,
    }
    text = report.render(evaluation, candidate, configuration)
    Page(text)
    assert "Means over the classes." in text
    # The class in which the model errs most.
    assert "Class &#x27;c&#x27;." in text
