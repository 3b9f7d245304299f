"""Rules as somebody asks for them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.errors import ValidationFailed
from slipway.engine.faults.rule import CALLS, JOBS, Rule, as_json, parse

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html")

WRONG: dict[str, tuple[object, str]] = {
    "no object": ([], "a rule is a JSON object"),
    "nothing": ({}, "what happens is one of throttle, error, slow, limit, capacity, kill, not ''"),
    "unknown": ({"what": "explode"}, "not 'explode'"),
    "misspelt": ({"what": "slow", "secs": 1}, "a rule has no member secs; its members are caller, job"),
    "a job of calls": ({"what": "throttle", "job": "x"}, "throttle hits calls, not jobs: job says nothing about them"),
    "a call of jobs": ({"what": "kill", "service": "s3"}, "kill hits jobs and endpoints, not calls: service says"),
    "seconds of nothing": ({"what": "error", "seconds": 1}, "seconds go with slow and kill, not with error"),
    "never": ({"what": "error", "probability": 0}, "a probability is above 0 and at most 1, not 0"),
    "more than always": ({"what": "error", "probability": 1.5}, "at most 1, not 1.5"),
    "no number": ({"what": "error", "probability": "half"}, "probability of a rule cannot be 'half'"),
    "a truth": ({"what": "error", "times": True}, "times of a rule cannot be True"),
    "zero times": ({"what": "error", "times": 0}, "times is at least 1, not 0"),
    "before it began": ({"what": "slow", "seconds": -1}, "seconds are between 0 and 3600, not -1"),
    "no text": ({"what": "slow", "service": 3}, "service of a rule cannot be 3"),
}


@pytest.mark.parametrize(("members", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_rule_is_refused_with_what_is_wrong(members: object, told: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse(members)
    assert told in caught.value.message


PATTERNS = st.text("abc*?-/", min_size=1)
ASKED = st.fixed_dictionaries(
    {"what": st.sampled_from(CALLS)}, optional={"service": PATTERNS, "operation": PATTERNS, "caller": PATTERNS}
) | st.fixed_dictionaries({"what": st.sampled_from(JOBS)}, optional={"job": PATTERNS})
MORE = st.fixed_dictionaries(
    {}, optional={"probability": st.floats(0.001, 1), "times": st.none() | st.integers(1, 9), "seed": st.text("01")}
)


@given(ASKED, MORE)
def test_a_rule_is_read_again_as_it_was_written(asked: dict[str, Any], more: dict[str, Any]) -> None:
    rule = parse(asked | more)
    assert parse(as_json(rule)) == rule


@given(st.text("01", min_size=1), st.integers(0, 1000))
def test_a_seed_decides_the_same_for_the_same_call(seed: str, number: int) -> None:
    first, second = Rule("error", probability=0.5, seed=seed), Rule("error", probability=0.5, seed=seed)
    assert first.draws("s3:PutObject", number) == second.draws("s3:PutObject", number)


def test_a_probability_is_the_share_that_is_hit() -> None:
    rule = Rule("error", probability=0.05, seed="share")
    hit = sum(rule.draws("s3:PutObject", number) for number in range(20_000))
    assert 900 < hit < 1100
    assert all(Rule("error", seed="all").draws("s3:PutObject", number) for number in range(100))
