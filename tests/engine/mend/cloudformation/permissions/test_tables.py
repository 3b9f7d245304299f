"""The tables of permissions against what the resource type schemas declare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.engine import engine as engines
from slipway.engine.clock import Clock
from slipway.engine.mend.cloudformation.checks.schemas import handler_permissions
from slipway.engine.mend.cloudformation.permissions import Change, needs_of, tables

# What a schema leaves out of its handlers, though the API reference names the action for the property.
BEYOND_THE_SCHEMA = {"iam:PassRole", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}


@pytest.fixture(autouse=True)
def engine(tmp_path: Path) -> Any:
    made = engines.Engine(tmp_path, 1, "eu-west-1", Clock())
    engines.set_current(made)
    yield made
    made.close()


def change(resource_type: str, physical_id: str = "", **properties: Any) -> Change:
    return Change(resource_type, "stack", "Logical", properties, {}, physical_id)


def needs(operation: str, changed: Change) -> list[tuple[str, str]]:
    return [(need.action, need.resource) for need in needs_of(operation, changed)]


@pytest.mark.parametrize("resource_type", sorted(tables()))
def test_a_create_asks_only_for_what_the_schemas_handlers_may_call(resource_type: str) -> None:
    declared = handler_permissions(resource_type, "create") | handler_permissions(resource_type, "update")
    asked = {need.action for need in needs_of("create", change(resource_type))}
    assert not declared or asked <= declared | BEYOND_THE_SCHEMA


def test_a_type_without_a_table_asks_for_every_writing_action_of_its_handler() -> None:
    assert needs("create", change("AWS::Kinesis::Stream"))
    assert all(
        not action.startswith(("kinesis:Describe", "kinesis:List"))
        for action, _ in needs("create", change("AWS::Kinesis::Stream"))
    )


def test_cloudformations_own_types_ask_for_nothing() -> None:
    assert needs("create", change("AWS::CloudFormation::WaitConditionHandle")) == []
    assert needs("create", change("Custom::Thing")) == []
