"""Operations that were interrupted."""

from __future__ import annotations

import pytest

from slipway.engine.mend.cloudformation.restart import _after


@pytest.mark.parametrize(
    ("interrupted", "after"),
    [
        ("CREATE_IN_PROGRESS", "CREATE_FAILED"),
        ("UPDATE_IN_PROGRESS", "UPDATE_FAILED"),
        ("DELETE_IN_PROGRESS", "DELETE_FAILED"),
        ("ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"),
        ("REVIEW_IN_PROGRESS", ""),
        ("CREATE_COMPLETE", ""),
    ],
)
def test_an_interrupted_operation_ends_in_a_state_that_can_be_left(interrupted: str, after: str) -> None:
    assert _after(interrupted) == after
