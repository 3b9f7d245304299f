"""State machines: made once, changed, listed, tagged, deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAIT = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 86400, "End": True}}}
CREATE = "docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html"


def code_of(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.specification(CREATE)
def test_the_same_machine_is_made_once_and_another_of_its_name_not_at_all(machines: Any) -> None:
    request = {"name": f"{machines.prefix}-once", "definition": json.dumps(PASS), "roleArn": machines.role()}
    arn = machines.states.create_state_machine(**request)["stateMachineArn"]
    assert machines.states.create_state_machine(**{**request, "roleArn": machines.role()})["stateMachineArn"] == arn
    assert machines.states.describe_state_machine(stateMachineArn=arn)["roleArn"] == request["roleArn"]
    other = {**request, "definition": json.dumps(WAIT)}
    assert code_of(machines.states.create_state_machine, **other) == "StateMachineAlreadyExists"


@pytest.mark.specification(CREATE)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"name": "a b"}, "InvalidName", id="a name with a space"),
        pytest.param({"definition": "{"}, "InvalidDefinition", id="no JSON"),
        pytest.param(
            {"loggingConfiguration": {"level": "ALL"}}, "InvalidLoggingConfiguration", id="a log that goes nowhere"
        ),
    ],
)
def test_a_machine_is_refused_by_name(machines: Any, change: dict[str, Any], code: str) -> None:
    request = {"name": f"{machines.prefix}-no", "definition": json.dumps(PASS), "roleArn": machines.role()}
    assert code_of(machines.states.create_state_machine, **{**request, **change}) == code


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html")
def test_an_execution_keeps_the_definition_that_it_began_with(machines: Any) -> None:
    machine = machines.create(WAIT["States"])
    execution = machines.start(machine)
    before = machines.states.describe_state_machine(stateMachineArn=machine)
    updated = machines.states.update_state_machine(stateMachineArn=machine, definition=json.dumps(PASS))
    described = machines.states.describe_state_machine(stateMachineArn=machine)
    assert described["revisionId"] == updated["revisionId"]
    assert json.loads(described["definition"]) == PASS
    kept = machines.states.describe_state_machine_for_execution(executionArn=execution)
    assert kept["definition"] == before["definition"]
    assert "revisionId" not in kept
    machines.states.stop_execution(executionArn=execution)


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html")
def test_an_update_of_nothing_is_refused(machines: Any) -> None:
    machine = machines.create(PASS["States"])
    assert code_of(machines.states.update_state_machine, stateMachineArn=machine) == "MissingRequiredParameter"


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html")
def test_a_deleted_machine_takes_its_executions_along(machines: Any) -> None:
    machine = machines.create(WAIT["States"])
    execution = machines.start(machine)
    machines.states.delete_state_machine(stateMachineArn=machine)
    assert code_of(machines.states.describe_state_machine, stateMachineArn=machine) == "StateMachineDoesNotExist"
    assert code_of(machines.states.describe_execution, executionArn=execution) == "ExecutionDoesNotExist"
    machines.states.delete_state_machine(stateMachineArn=machine)


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html")
def test_machines_are_listed_in_pages(machines: Any) -> None:
    made = {machines.create(PASS["States"]) for _ in range(3)}
    pages = machines.states.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2})
    listed = {found["stateMachineArn"] for page in pages for found in page["stateMachines"]}
    assert made <= listed


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html")
def test_a_machine_has_tags(machines: Any) -> None:
    machine = machines.create(PASS["States"], tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    machines.states.tag_resource(resourceArn=machine, tags=[{"key": "c", "value": "3"}])
    machines.states.untag_resource(resourceArn=machine, tagKeys=["a"])
    tags = machines.states.list_tags_for_resource(resourceArn=machine)["tags"]
    assert tags == [{"key": "b", "value": "2"}, {"key": "c", "value": "3"}]


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/concepts-standard-vs-express.html")
@pytest.mark.parametrize(
    ("operation", "params"),
    [
        pytest.param("create_activity", {"name": "a"}, id="an activity"),
        pytest.param("publish_state_machine_version", {"stateMachineArn": "arn:aws:states:x"}, id="a version"),
    ],
)
def test_an_operation_that_is_not_executed_is_refused_by_name(
    machines: Any, operation: str, params: dict[str, Any]
) -> None:
    assert code_of(getattr(machines.states, operation), **params) == "UnsupportedOperation"
