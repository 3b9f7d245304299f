import pytest

from slipway.engine.clock import Clock


def test_a_factor_shortens_waits() -> None:
    assert Clock(60).real(300) == 5


def test_the_default_factor_changes_nothing() -> None:
    assert Clock().real(300) == 300


@pytest.mark.parametrize(
    ("factor", "given", "real"),
    [
        pytest.param(60, 3600, 60, id="a long one is shortened"),
        pytest.param(60, 120, 30, id="to half a minute at least"),
        pytest.param(60, 5, 5, id="a short one is what it is"),
        pytest.param(1, 120, 120, id="nothing is shortened without a factor"),
    ],
)
def test_a_limit_leaves_a_program_its_time(factor: float, given: float, real: float) -> None:
    assert Clock(factor).limit(given) == real
