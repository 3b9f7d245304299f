from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from jobs.rows import Row
from jobs.settings import Settings
from jobs.spark import medians

NUMBERS = st.floats(-3e38, 3e38, allow_nan=False)
Result = TypeVar("Result")


class Listed:
    """Rows of id, plan, minutes, active and left, all for training, in files of seven."""

    def __init__(self, values: list[float]) -> None:
        made = [Row(1, ["", "", repr(value), "yes", "no"], "train", "no") for value in values]
        self.files = [made[start : start + 7] for start in range(0, len(made), 7)]
        self.passes = 0

    def each(self, function: Callable[[int, Iterable[Any]], Result]) -> list[Result]:
        self.passes += 1
        return [function(index, found) for index, found in enumerate(self.files)]


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


# The settings are only read.
@hypothesis(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(NUMBERS, min_size=1, max_size=60), few=st.sampled_from([1, 3, 100]))
def test_the_median_is_polars_own_however_few_values_are_fetched(
    values: list[float], few: int, settings: Settings
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(medians, "FEW", few)
        found = medians.medians(Listed(values), {"minutes": len(values), "active": len(values)}, settings)
    expected = pl.Series(values).median()
    assert found["minutes"] == expected
    assert found["active"] == 1.0


@given(NUMBERS, NUMBERS)
def test_keys_are_in_the_order_of_their_numbers(one: float, other: float) -> None:
    assert (medians.key(one) < medians.key(other)) == (one < other)
    assert medians.value_of(medians.key(one)) == one


def test_a_column_without_a_value_has_no_median(settings: Settings) -> None:
    assert medians.medians(Listed([]), {}, settings) == {"minutes": None, "active": None}


def test_many_values_are_counted_before_a_few_are_fetched(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(medians, "FEW", 10)
    table = Listed([math.sin(number) for number in range(2000)])
    found = medians.medians(table, {"minutes": 2000}, settings)
    assert found["minutes"] == pl.Series([math.sin(number) for number in range(2000)]).median()
    assert table.passes in (2, 3)
