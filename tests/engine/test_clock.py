from slipway.engine.clock import Clock


def test_a_factor_shortens_waits() -> None:
    assert Clock(60).real(300) == 5


def test_the_default_factor_changes_nothing() -> None:
    assert Clock().real(300) == 300
