"""Operations that were interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from slipway.engine.services.cloudformation import restart
from slipway.engine.services.cloudformation.restart import after

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

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


def test_a_stack_that_the_cleanup_of_another_has_deleted_meanwhile_stays_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []
    interrupted = {"StackId": "child", "ParentId": "root", "StackStatus": "DELETE_IN_PROGRESS"}
    monkeypatch.setattr(restart, "stacks", lambda _: {"child": {**interrupted, "StackStatus": "DELETE_COMPLETE"}})
    monkeypatch.setattr(restart, "start", lambda _, stack_id, *__: begun.append(stack_id))
    restart._settle_all(cast("Engine", None), [interrupted])
    assert begun == []
