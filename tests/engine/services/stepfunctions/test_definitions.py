"""What a definition and its role are refused for."""

from __future__ import annotations

import json
from typing import Any

import pytest

SYNC = "arn:aws:states:::sagemaker:createTrainingJob.sync"
END = {"Type": "Pass", "End": True}
GET = "arn:aws:states:::aws-sdk:s3:getObject"
pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html"
)


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


@pytest.mark.parametrize(
    ("state", "message"),
    [
        pytest.param(
            {**END, "InputPath": "a.b"}, "A path must begin with '$', but is 'a.b' at /States/A/InputPath", id="path"
        ),
        pytest.param(
            {**END, "ResultPath": "$.a[*]"}, "'$.a[*]' is not a reference path", id="a result in more than one place"
        ),
        pytest.param(
            {**END, "Parameters": {"a.$": 1}},
            "The value for the field 'a.$' must be a STRING",
            id="a number for a path",
        ),
        pytest.param(
            {**END, "Parameters": {"x": [{"a.$": "States.Nothing()"}]}},
            "'States.Nothing' is not an intrinsic function at /States/A/Parameters/x/0/a.$",
            id="an unknown function",
        ),
        pytest.param(
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumberEquals": 1, "Next": "A"}]},
            "A choice rule must have exactly one comparison operator, but found NumberEquals",
            id="an unknown comparison",
        ),
        pytest.param(
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": "1", "Next": "A"}]},
            "The value of NumericEquals has the wrong type",
            id="a comparison with the wrong type",
        ),
        pytest.param(
            {"Type": "Choice", "Choices": [{"And": [{"IsNull": True}], "Next": "A"}]},
            "The field 'Variable' is required but was missing at /States/A/Choices/0/And/0",
            id="a comparison without a variable",
        ),
        pytest.param({**END, "Assign": {"states": 1}}, "'states' is not a name for a variable", id="a reserved name"),
        pytest.param(
            {"Type": "Task", "Resource": GET, "TimeoutSeconds": 0, "End": True},
            "TimeoutSeconds must be a whole number from 1 to 99999999",
            id="no time at all",
        ),
        pytest.param(
            {"Type": "Task", "Resource": GET, "TimeoutSeconds": 5, "HeartbeatSeconds": 5, "End": True},
            "HeartbeatSeconds must be smaller than TimeoutSeconds",
            id="a heartbeat that comes too late",
        ),
        pytest.param(
            {"Type": "Task", "Resource": GET, "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.a", "End": True},
            "You cannot specify both TimeoutSeconds and TimeoutSecondsPath",
            id="two time limits",
        ),
        pytest.param(
            {
                "Type": "Task",
                "Resource": GET,
                "Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 0.5}],
                "End": True,
            },
            "BackoffRate must be a number that is at least 1 at /States/A/Retry/0/BackoffRate",
            id="a back-off that shrinks",
        ),
        pytest.param(
            {
                "Type": "Task",
                "Resource": GET,
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxDelaySeconds": 5}],
                "End": True,
            },
            "MaxDelaySeconds must be greater than IntervalSeconds",
            id="a longest delay that is too short",
        ),
    ],
)
def test_a_jsonpath_state_is_refused_with_the_place_of_the_fault(
    machines: Any, state: dict[str, Any], message: str
) -> None:
    assert message in machines.refused({"StartAt": "A", "States": {"A": state}})


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        pytest.param("dynamodb:putItem", "is not executed by this engine: it has no service dynamodb", id="optimized"),
        pytest.param(
            "aws-sdk:rekognition:detectLabels", "it has no rekognition:DetectLabels", id="a service that is lacked"
        ),
        pytest.param("aws-sdk:s3:selectObjectContent", "it has no s3:SelectObjectContent", id="an operation"),
        pytest.param("sagemaker:createTrainingJob.waitForTaskToken", "is not recognized", id="no such pattern"),
        pytest.param("aws-sdk:codebuild:startBuild.sync", "is not recognized", id="no such pattern of the SDK"),
        pytest.param("cloud:rain", "is not recognized", id="nothing of AWS's"),
    ],
)
def test_what_nothing_executes_is_refused_when_the_machine_is_made(machines: Any, resource: str, message: str) -> None:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True}
    assert message in machines.refused(machine({"A": task}))


def test_a_role_that_does_not_trust_step_functions_is_refused(machines: Any) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    message = machines.refused(machine({"A": END}), roleArn=machines.role(trust=trust))
    assert "states.amazonaws.com may not assume" in message


def test_a_misspelt_argument_of_a_job_is_refused(machines: Any) -> None:
    task = {"Type": "Task", "Resource": SYNC, "Arguments": {"CheckpointsConfig": {}}, "End": True}
    assert "The field 'CheckpointsConfig' is not supported by Step Functions" in machines.refused(machine({"A": task}))


def test_sync_needs_the_managed_rule(machines: Any) -> None:
    task = {"Type": "Task", "Resource": SYNC, "Arguments": {}, "End": True}
    message = machines.refused(machine({"A": task}), roleArn=machines.role({"Action": "sagemaker:*"}))
    assert "is not authorized to create managed-rule. " in message
    assert "events:PutTargets" in message
    assert "rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule" in message


def test_an_express_machine_is_refused_by_name(machines: Any) -> None:
    assert "EXPRESS" in machines.refused(machine({"A": END}), type="EXPRESS")


def test_validation_gives_the_same_findings(machines: Any) -> None:
    answer = machines.states.validate_state_machine_definition(definition='{"StartAt": "A", "States": {}}')
    assert answer["result"] == "FAIL"
    assert answer["diagnostics"] == [
        {
            "severity": "ERROR",
            "code": "SCHEMA_VALIDATION_FAILED",
            "message": "The field 'States' is required but was missing or empty",
            "location": "",
        }
    ]
    assert answer["truncated"] is False


def test_validation_gives_as_many_findings_as_are_asked_for(machines: Any) -> None:
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass"}, "B": {"Type": "Pass"}}}
    answer = machines.states.validate_state_machine_definition(definition=json.dumps(broken), maxResults=1)
    assert (len(answer["diagnostics"]), answer["truncated"]) == (1, True)


def test_a_definition_that_is_right_is_ok(machines: Any) -> None:
    answer = machines.states.validate_state_machine_definition(definition=json.dumps(machine({"A": END})))
    assert (answer["result"], answer["diagnostics"]) == ("OK", [])


@pytest.mark.parametrize(
    ("options", "what"),
    [
        pytest.param({"publish": True}, "publishing a version", id="a version"),
    ],
)
def test_what_a_machine_asks_for_and_the_engine_does_not_do_is_refused(
    machines: Any, options: dict[str, Any], what: str
) -> None:
    assert what in machines.refused(machine({"A": END}), **options)
