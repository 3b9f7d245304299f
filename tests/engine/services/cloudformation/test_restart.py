"""Operations that were interrupted."""

from __future__ import annotations

import pytest

from slipway.engine.services.cloudformation.restart import after

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html")


@pytest.mark.parametrize(
    ("interrupted", "expected"),
    [
        ("CREATE_IN_PROGRESS", "CREATE_FAILED"),
        ("UPDATE_IN_PROGRESS", "UPDATE_FAILED"),
        ("DELETE_IN_PROGRESS", "DELETE_FAILED"),
        ("ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"),
    ],
)
def test_an_interrupted_operation_ends_in_a_state_that_can_be_left(interrupted: str, expected: str) -> None:
    assert after(interrupted) == expected
