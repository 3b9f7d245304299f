"""What a template's state machine needs and the engine does not execute, known before anything is made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.engine.resource import Partly
from slipway.engine.resources.stepfunctions import not_executed

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html"
)


def machine(resource: str) -> dict[str, Any]:
    return {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": resource, "End": True}}}


LOST = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        pytest.param(
            {"StateMachineType": "EXPRESS"}, ["EXPRESS workflows are not executed by this engine"], id="Express"
        ),
        pytest.param(
            {"Definition": machine("arn:aws:states:::dynamodb:putItem")},
            [
                "SCHEMA_VALIDATION_FAILED: arn:aws:states:::dynamodb:putItem is not executed by this engine: "
                "it has no service dynamodb at /States/T/Resource"
            ],
            id="a task of a service that the engine lacks",
        ),
        pytest.param(
            {
                "DefinitionString": Partly(json.dumps(machine("${Task}"))),
                "DefinitionSubstitutions": {"Task": "arn:aws:states:us-east-1:111122223333:activity:a"},
            },
            ["SCHEMA_VALIDATION_FAILED: an activity is not executed by this engine at /States/T/Resource"],
            id="an activity by substitution",
        ),
        pytest.param({"DefinitionString": Partly(json.dumps(machine("${Function.Arn}")))}, [], id="not known yet"),
        pytest.param({"DefinitionString": Partly("${Definition.Text}")}, [], id="a text that is not known yet"),
        pytest.param(
            {"Definition": LOST},
            ["MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/A/Next"],
            id="lost",
        ),
        pytest.param(
            {"DefinitionString": json.dumps(LOST), "DefinitionSubstitutions": {"Other": "b"}},
            ["MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at /States/A/Next"],
            id="lost, as a text",
        ),
        pytest.param(
            {"Definition": LOST, "DefinitionSubstitutions": {"Other": Partly("${Function.Arn}")}},
            [],
            id="lost, with a substitution that is not known yet",
        ),
        pytest.param({"DefinitionS3Location": {"Bucket": "b", "Key": "k"}}, [], id="a definition elsewhere"),
    ],
)
def test_what_is_not_executed_is_named(properties: dict[str, Any], found: list[str]) -> None:
    assert list(not_executed(properties)) == found
