"""Step Functions: docs.aws.amazon.com/step-functions/latest/apireference."""

import json
from typing import Any

from tests.engine.refusals.attempt import NAME, ROLE, Attempt, call, operation

SERVICE = "stepfunctions"
PASS: dict[str, Any] = {"Type": "Pass", "End": True}


def machine(item: str, says: str, state: dict[str, Any], **members: Any) -> Attempt:
    """A state machine of one state."""
    definition = json.dumps({"StartAt": "Try", "States": {"Try": state}})
    return call(
        item,
        says,
        SERVICE,
        "create_state_machine",
        **{"name": NAME, "roleArn": ROLE, "definition": definition} | members,
    )


def task(item: str, says: str, resource: str, **members: Any) -> Attempt:
    return machine(item, says, {"Type": "Task", "Resource": resource, "End": True, **members})


PROCESSOR = {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "Item", "States": {"Item": PASS}}

ATTEMPTS = (
    machine("Express machines", "EXPRESS", PASS, type="EXPRESS"),
    machine(
        "distributed Map", "a distributed Map is not executed", {"Type": "Map", "ItemProcessor": PROCESSOR, "End": True}
    ),
    task("activities", "activity", f"arn:aws:states:us-east-1:111122223333:activity:{NAME}"),
    operation("activities", SERVICE, "CreateActivity", "create_activity", name=NAME),
    machine("versions", "publish", PASS, publish=True),
    operation("aliases", SERVICE, "CreateStateMachineAlias", "create_state_machine_alias", name=NAME),
    operation("`TestState`", SERVICE, "TestState", "test_state", definition="{}"),
    machine(
        "customer keys", "key of the customer's", PASS, encryptionConfiguration={"type": "CUSTOMER_MANAGED_KMS_KEY"}
    ),
    task("tasks of services", "dynamodb:putItem", "arn:aws:states:::dynamodb:putItem", Parameters={}),
    task(
        "operations that the engine lacks",
        "createNotebookInstance",
        "arn:aws:states:::aws-sdk:sagemaker:createNotebookInstance",
        Parameters={},
    ),
    machine(
        "filters with more than one condition in a path",
        "InputPath",
        {**PASS, "InputPath": "$.items[?(@.a > 1 && @.b < 2)]"},
    ),
    task(
        "`Assign` beside `ResultSelector`",
        "ResultSelector",
        "arn:aws:states:::sqs:sendMessage",
        Parameters={"QueueUrl": "http://localhost/queue", "MessageBody": "a"},
        ResultSelector={"a.$": "$"},
        Assign={"b.$": "$"},
    ),
)
