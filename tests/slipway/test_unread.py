"""Text that says a number."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.unread import hint

FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%Y-%m-%dT%H:%M:%SZ", "%Y/%m/%d %H:%M", "%d %b %Y", "%B %d, %Y"]


@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), min_size=1), st.sampled_from(FORMATS))
def test_dates_are_known_however_they_are_written(moments: list[datetime], form: str) -> None:
    values = [moment.strftime(form) for moment in moments]
    assert hint(values).startswith(f"Its values are dates ({values[0]}): as numbers")


@given(
    st.lists(st.integers(0, 10**9), min_size=1),
    st.sampled_from(["${:,}", "{:,}.50 €", "{} %", "USD {:,}", "({:,} GBP)", "{},5", "CHF {:,}.00"]),
)
def test_amounts_are_known_by_their_unit_or_their_separators(amounts: list[int], form: str) -> None:
    values = [form.format(amount) for amount in amounts]
    assert hint(values).startswith(f"Its values are amounts ({values[0]}): as plain numbers")


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["A1", "B2", "C3"], id="codes"),
        pytest.param(["10.0.0.1", "10.0.0.2"], id="addresses"),
        pytest.param(["555 123 4567", "555 123 4568"], id="telephone numbers"),
        pytest.param(["2026-01-31", "soon", "later"], id="few dates"),
        pytest.param(["ABC123", "XYZ456"], id="number plates"),
        pytest.param(["12:30", "08:15"], id="times of day"),
    ],
)
def test_nothing_is_said_of_other_text(values: list[str]) -> None:
    assert hint(values) == ""


@given(st.lists(st.text(), min_size=1))
def test_any_text_is_looked_at(values: list[str]) -> None:
    assert isinstance(hint(values), str)
