"""Verdicts: better, worse, not to be told yet, and what is missing to say anything."""

from __future__ import annotations

import re

import pytest

from slipway.ab import comparison
from slipway.ab.captured import Answer, Captured
from slipway.ab.comparison import Comparison, Rule, Verdict
from slipway.ab.truth import Truth

ACCURACY = Rule("accuracy", True, "yes")
AUC = Rule("roc_auc", True, "yes")
LOSS = Rule("log_loss", False, "yes")


def side(name: str, right: int, wrong: int, *, sure: float = 0.9) -> tuple[Captured, dict[tuple[str, ...], str]]:
    """Answers of a variant, and what came true of them; half of what came true is yes."""
    answers, labels = [], {}
    for number in range(right + wrong):
        true = "yes" if number % 2 else "no"
        said = true if number < right else {"yes": "no", "no": "yes"}[true]
        answers.append(Answer(f"{name}{number}", 0, {}, said, sure if said == "yes" else 1 - sure))
        labels[f"{name}{number}", "0"] = true
    return Captured(answers), labels


def compared(rule: Rule, champion: tuple[int, int], candidate: tuple[int, int]) -> Comparison:
    first, labels = side("default", *champion)
    second, more = side("candidate", *candidate)
    return comparison.compare(rule, {"default": first, "candidate": second}, Truth((), labels | more))


@pytest.mark.parametrize("rule", [ACCURACY, AUC, LOSS], ids=lambda rule: rule.metric)
@pytest.mark.parametrize(
    ("champion", "candidate", "verdict"),
    [
        ((140, 60), (190, 10), Verdict.BETTER),
        ((190, 10), (140, 60), Verdict.WORSE),
        ((150, 50), (155, 45), Verdict.UNDECIDED),
    ],
    ids=["better", "worse", "undecided"],
)
def test_a_difference_is_told_when_chance_does_not_explain_it(
    rule: Rule, champion: tuple[int, int], candidate: tuple[int, int], verdict: Verdict
) -> None:
    found = compared(rule, champion, candidate)
    assert (found.verdict, found.text.split(":")[0]) == (verdict, comparison._SAYS[verdict])
    assert found.interval is not None
    assert found.difference is not None
    assert found.interval.low < found.difference < found.interval.high
    assert (found.interval.low <= 0 <= found.interval.high) is (verdict is Verdict.UNDECIDED)


def test_the_verdict_is_a_sentence_with_its_numbers() -> None:
    assert compared(ACCURACY, (140, 60), (190, 10)).text == (
        "the candidate is better: accuracy 0.9500, the champion's 0.7000; "
        "the difference of +0.2500 lies between +0.1787 and +0.3205"
    )


def test_as_many_more_answers_as_it_says_tell_the_difference() -> None:
    found = compared(ACCURACY, (150, 50), (155, 45))
    told = re.search(r"about ([\d,]+) more answers of which the truth is known will tell", found.text)
    assert told is not None
    times = 1 + int(told[1].replace(",", "")) / 400
    more = compared(ACCURACY, (round(150 * times), round(50 * times)), (round(155 * times), round(45 * times)))
    assert more.verdict is Verdict.BETTER
    fewer = times * 0.8
    less = compared(ACCURACY, (round(150 * fewer), round(50 * fewer)), (round(155 * fewer), round(45 * fewer)))
    assert less.verdict is Verdict.UNDECIDED


def test_what_is_alike_is_never_told_apart() -> None:
    found = compared(ACCURACY, (150, 50), (150, 50))
    assert found.text.endswith("They are so alike that no number of answers in reach will tell them apart")


@pytest.mark.parametrize(
    ("champion", "candidate", "known", "text"),
    [
        ((0, 0), (5, 5), True, "no answer of the champion has been captured since the test began"),
        ((5, 5), (0, 0), True, "no answer of the candidate has been captured since the test began"),
        ((5, 5), (5, 5), False, "which one is better cannot be said without what came true: give it by --truth FILE"),
        ((1, 0), (5, 5), True, "roc_auc needs answers of both classes from both variants"),
    ],
)
def test_without_answers_or_their_truth_it_says_what_is_missing(
    champion: tuple[int, int], candidate: tuple[int, int], known: bool, text: str
) -> None:
    first, labels = side("default", *champion)
    second, more = side("candidate", *candidate)
    truth = Truth((), labels | more) if known else None
    found = comparison.compare(AUC, {"default": first, "candidate": second}, truth)
    assert (found.verdict, found.difference, found.interval) == (Verdict.UNKNOWN, None, None)
    assert found.text.endswith(text)


def test_a_file_about_other_answers_is_said() -> None:
    captured = {name: side(name, 5, 5)[0] for name in ("default", "candidate")}
    found = comparison.compare(AUC, captured, Truth((), {("other", "0"): "yes"}))
    assert found.text == "nothing can be said yet: the truth of none of the champion's 10 answers is in the file"


def test_labels_are_counted_with_the_interval_of_their_share() -> None:
    captured, _ = side("default", 10, 0)
    told = comparison.compare(AUC, {"default": captured, "candidate": Captured()}, None).as_json()["default"]
    assert (told["answers"], told["meanScore"]) == (10, pytest.approx(0.5))
    assert {label: found["count"] for label, found in told["labels"].items()} == {"no": 5, "yes": 5}
    assert told["labels"]["yes"]["interval"] == pytest.approx((0.2366, 0.7634), abs=5e-5)


@pytest.mark.parametrize(
    ("metric", "task", "expected"),
    [
        ("roc_auc", "binary", Rule("roc_auc", True, "yes")),
        ("log_loss", "binary", Rule("log_loss", False, "yes")),
        ("roc_auc", "multiclass", Rule("accuracy", True, None)),
        ("log_loss", "multiclass", Rule("accuracy", True, None)),
        ("f1", "multiclass", Rule("f1", True, None)),
    ],
)
def test_of_more_than_two_classes_what_scores_do_not_tell_becomes_accuracy(
    metric: str, task: str, expected: Rule
) -> None:
    evaluate = {"metric": metric, "direction": "minimize" if metric == "log_loss" else "maximize"}
    evaluate |= {"positiveClass": "yes"} if task == "binary" else {}
    assert comparison.rule(evaluate, task) == expected
