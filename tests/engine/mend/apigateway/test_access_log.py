"""The format of access logs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.mend.apigateway.access_log import rendered

pytestmark = pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html")


def test_variables_are_filled_in_and_absent_ones_are_dashes() -> None:
    form = '{"status":"$context.status","who":"$context.identity.userArn","ms":$context.integrationLatency}.'
    assert rendered(form, {"status": 200, "integrationLatency": 4}) == '{"status":"200","who":"-","ms":4}.'


def test_a_full_stop_after_a_variable_stays() -> None:
    assert rendered("$context.status.", {"status": 200}) == "200."


@given(st.text().filter(lambda text: "$context." not in text))
def test_text_without_variables_is_kept(text: str) -> None:
    assert rendered(text, {"status": 1}) == text
