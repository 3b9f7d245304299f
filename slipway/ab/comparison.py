"""Champion and candidate side by side: what they answered, how good that was, and whether it can be told apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slipway.ab import intervals, metrics
from slipway.ab.captured import Answer, Captured
from slipway.ab.intervals import Interval
from slipway.ab.metrics import Judged
from slipway.ab.truth import Truth

CHAMPION, CANDIDATE = "default", "candidate"
_MANY = 10_000_000


class Verdict(StrEnum):
    """What can be said of the candidate."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Rule:
    """`evaluate` of the configuration: the metric, whether more of it is better, and the positive of two classes."""

    metric: str
    maximize: bool
    positive: str | None

    def measure(self, judged: Sequence[Judged]) -> float | None:
        """The metric of these answers, None where they do not tell it."""
        return metrics.measure(self.metric, judged, self.positive) if judged else None


@dataclass(frozen=True)
class Side:
    """One variant's answers, and those of which it is known what came true."""

    answers: list[Answer]
    unreadable: int
    judged: list[Judged]
    value: float | None
    interval: Interval | None

    def labels(self) -> dict[str, tuple[int, Interval]]:
        """How often each label was answered, and between which shares that lies."""
        counts = Counter(answer.label for answer in self.answers)
        return {label: (count, intervals.share(count, len(self.answers))) for label, count in sorted(counts.items())}

    @property
    def mean_score(self) -> float | None:
        """The mean of all scores, None without any."""
        return sum(answer.score for answer in self.answers) / len(self.answers) if self.answers else None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        count = len(self.answers)
        return {
            "answers": count,
            "unreadable": self.unreadable,
            "labels": {
                label: {"count": hits, "share": hits / count, "interval": interval}
                for label, (hits, interval) in self.labels().items()
            },
            "meanScore": self.mean_score,
            "judged": len(self.judged),
            "value": self.value,
            "interval": self.interval,
        }


@dataclass(frozen=True)
class Comparison:
    """Both sides, by how much the candidate's metric is larger, and what follows."""

    rule: Rule
    champion: Side
    candidate: Side
    difference: float | None
    interval: Interval | None
    verdict: Verdict
    text: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "metric": self.rule.metric,
            CHAMPION: self.champion.as_json(),
            CANDIDATE: self.candidate.as_json(),
            "difference": self.difference,
            "interval": self.interval,
            "verdict": self.verdict.value,
            "text": self.text,
        }


def rule(evaluate: Mapping[str, Any], task: str) -> Rule:
    """The rule of a configuration. Of more than two classes, the API's scores tell neither ROC AUC nor log loss."""
    metric = evaluate["metric"]
    if task != "binary" and metric in metrics.NEED_SCORES:
        return Rule("accuracy", True, None)
    return Rule(metric, evaluate["direction"] == "maximize", evaluate["positiveClass"] if task == "binary" else None)


def compare(rule: Rule, captured: Mapping[str, Captured], truth: Truth | None) -> Comparison:
    """Both variants' answers under a rule; without a truth nothing is said about which is better."""
    judged = {name: truth.judge(one.answers) if truth else [] for name, one in captured.items()}
    samples = {name: _samples(rule, rows, seed) for seed, (name, rows) in enumerate(sorted(judged.items()))}
    champion, candidate = (
        Side(one.answers, one.unreadable, rows, rule.measure(rows), _interval(rule, rows, samples[name]))
        for name, one, rows in ((name, captured[name], judged[name]) for name in (CHAMPION, CANDIDATE))
    )
    if champion.value is None or candidate.value is None:
        text = _untold(rule, champion, candidate, truth)
        return Comparison(rule, champion, candidate, None, None, Verdict.UNKNOWN, text)
    between = _between(rule, judged, samples)
    difference = candidate.value - champion.value
    verdict = _verdict(rule, between)
    text = f"{_SAYS[verdict]}: {rule.metric} {candidate.value:.4f}, the champion's {champion.value:.4f}; "
    text += f"the difference of {difference:+.4f} lies between {between.low:+.4f} and {between.high:+.4f}"
    if verdict is Verdict.UNDECIDED:
        text += f". {_needed(difference, between, len(champion.judged) + len(candidate.judged))}"
    return Comparison(rule, champion, candidate, difference, between, verdict, text)


_SAYS = {
    Verdict.BETTER: "the candidate is better",
    Verdict.WORSE: "the candidate is worse",
    Verdict.UNDECIDED: "no difference can be told yet",
}


def _samples(rule: Rule, judged: list[Judged], seed: int) -> list[float]:
    return intervals.resampled(rule.measure, judged, seed) if judged and rule.metric != "accuracy" else []


def _right(judged: list[Judged]) -> int:
    return sum(one.truth == one.label for one in judged)


def _interval(rule: Rule, judged: list[Judged], samples: list[float]) -> Interval | None:
    """Accuracy is a share, of which more is known than of other figures."""
    if rule.metric == "accuracy" and judged:
        return intervals.share(_right(judged), len(judged))
    return intervals.middle_95(samples) if samples else None


def _between(rule: Rule, judged: Mapping[str, list[Judged]], samples: Mapping[str, list[float]]) -> Interval:
    """Where the candidate's metric less the champion's lies."""
    if rule.metric == "accuracy":
        champion, candidate = judged[CHAMPION], judged[CANDIDATE]
        return intervals.difference(_right(candidate), len(candidate), _right(champion), len(champion))
    # As many of both: samples of few answers may not tell the figure.
    pairs = zip(samples[CANDIDATE], samples[CHAMPION], strict=False)
    return intervals.middle_95([candidate - champion for candidate, champion in pairs])


def _verdict(rule: Rule, between: Interval) -> Verdict:
    if between.low <= 0 <= between.high:
        return Verdict.UNDECIDED
    return Verdict.BETTER if (between.low > 0) == rule.maximize else Verdict.WORSE


def _needed(difference: float, between: Interval, known: int) -> str:
    """An interval narrows with the root of the number of answers, here until it leaves 0 out."""
    reach = difference - between.low if difference > 0 else between.high - difference
    more = math.ceil(known * ((reach / difference) ** 2 - 1)) if difference else _MANY
    if more >= _MANY:
        return "They are so alike that no number of answers in reach will tell them apart"
    digits = max(0, len(str(more)) - 2)
    more = max(1, math.ceil(more / 10**digits) * 10**digits)
    return f"If it stays like this, about {more:,} more answers of which the truth is known will tell"


def _untold(rule: Rule, champion: Side, candidate: Side, truth: Truth | None) -> str:
    for side, name in ((champion, "champion"), (candidate, "candidate")):
        if not side.answers:
            return f"nothing can be said yet: no answer of the {name} has been captured since the test began"
    if truth is None:
        return "which one is better cannot be said without what came true: give it by --truth FILE"
    for side, name in ((champion, "champion"), (candidate, "candidate")):
        if not side.judged:
            return (
                f"nothing can be said yet: the truth of none of the {name}'s {len(side.answers)} answers is in the file"
            )
    return f"nothing can be said yet: {rule.metric} needs answers of both classes from both variants"
