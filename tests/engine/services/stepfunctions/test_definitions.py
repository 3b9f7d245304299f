"""What a definition and its role are refused for."""

from __future__ import annotations

from typing import Any

import pytest

SYNC = "arn:aws:states:::sagemaker:createTrainingJob.sync"
END = {"Type": "Pass", "End": True}


def machine(states: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": "A", "States": states, **top}


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        pytest.param({"States": {"A": END}}, "The field 'StartAt' is required but was missing at /", id="no StartAt"),
        pytest.param(
            machine({"A": {"Type": "Pass", "Next": "B"}}),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
            id="missing target",
        ),
        pytest.param(
            machine({"A": END, "B": END}),
            'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
            id="unreachable state",
        ),
        pytest.param(machine({"A": {"Type": "Pas", "End": True}}), "but is Pas at /States/A/Type", id="unknown type"),
        pytest.param(
            machine({"A": {**END, "Colour": 1}}),
            "Field 'Colour' is not supported in a JSONata state at /States/A/Colour",
            id="unknown field",
        ),
        pytest.param(
            machine({"A": {**END, "InputPath": "$"}}),
            "Field 'InputPath' is not supported in a JSONata state",
            id="language",
        ),
        pytest.param(
            machine({"A": {**END, "Output": "{% 1 + %}"}}),
            "INVALID_JSONATA_EXPRESSION",
            id="JSONata that does not parse",
        ),
        pytest.param(
            machine({"A": {"Type": "Pass"}}),
            "Exactly one of 'Next' and 'End': true is required at /States/A",
            id="no end",
        ),
        pytest.param(
            machine({"A": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObjects", "End": True}}),
            "The resource provided arn:aws:states:::aws-sdk:s3:getObjects is not recognized.",
            id="unknown action",
        ),
        pytest.param(
            machine(
                {
                    "A": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
                        "Arguments": {"bucket": "b"},
                        "End": True,
                    }
                }
            ),
            "The field 'bucket' is not supported by Step Functions at /States/A/Arguments",
            id="unknown argument",
        ),
        pytest.param(
            machine({"A": {**END, "Type": "Map", "ItemReader": {}, "ItemProcessor": machine({"B": END}, StartAt="B")}}),
            "a distributed Map is not executed by this engine at /States/A/ItemReader",
            id="distributed Map",
        ),
    ],
)
def test_a_definition_is_refused_with_the_place_of_the_fault(
    machines: Any, definition: dict[str, Any], message: str
) -> None:
    refusal = machines.refused(definition)
    assert refusal.startswith("Invalid State Machine Definition: '")
    assert message in refusal


def test_a_role_that_does_not_trust_step_functions_is_refused(machines: Any) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    message = machines.refused(machine({"A": END}), roleArn=machines.role(trust=trust))
    assert "states.amazonaws.com may not assume" in message


def test_sync_needs_the_managed_rule(machines: Any) -> None:
    task = {"Type": "Task", "Resource": SYNC, "Arguments": {}, "End": True}
    message = machines.refused(machine({"A": task}), roleArn=machines.role({"Action": "sagemaker:*"}))
    assert "events:PutTargets" in message
    assert "rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule" in message


def test_an_express_machine_is_refused_by_name(machines: Any) -> None:
    assert "EXPRESS" in machines.refused(machine({"A": END}), type="EXPRESS")


def test_validation_gives_the_same_findings(machines: Any) -> None:
    answer = machines.states.validate_state_machine_definition(definition='{"StartAt": "A", "States": {}}')
    assert answer["result"] == "FAIL"
    assert answer["diagnostics"][0]["code"] == "SCHEMA_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        pytest.param({"tracingConfiguration": {"enabled": True}}, "X-Ray tracing", id="tracing"),
        pytest.param({"publish": True}, "publishing a version", id="a version"),
    ],
)
def test_what_a_machine_asks_for_and_the_engine_does_not_do_is_refused(
    machines: Any, options: dict[str, Any], what: str
) -> None:
    assert what in machines.refused(machine({"A": END}), **options)
