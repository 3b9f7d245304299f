"""States in JSONPath: variables, selections, errors by their names."""

from __future__ import annotations

import json
from typing import Any

import pytest

PASS = {"Type": "Pass", "End": True}
ERRORS = "docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"


def run(machines: Any, states: dict[str, Any], **state_input: Any) -> dict[str, Any]:
    machine = machines.create(states, top={"QueryLanguage": "JSONPath"})
    ended: dict[str, Any] = machines.ended(machines.start(machine, **state_input))
    return ended


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html")
def test_variables_are_set_and_used(machines: Any) -> None:
    states = {
        "Set": {
            "Type": "Pass",
            "Parameters": {"n.$": "$.n"},
            "Assign": {"n.$": "States.MathAdd($.n, 1)", "fixed": {"a": [1, 2]}, "who.$": "$$.State.Name"},
            "ResultPath": None,
            "Next": "Swap",
        },
        "Swap": {"Type": "Pass", "Assign": {"n.$": "$fixed.a[1]", "fixed.$": "$n"}, "Next": "Check"},
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$fixed", "NumericGreaterThanPath": "$n", "Assign": {"big": True}, "Next": "Use"}],
            "Default": "Use",
        },
        "Use": {
            "Type": "Pass",
            "Parameters": {"n.$": "$n", "fixed.$": "$fixed", "big.$": "$big", "who.$": "$who"},
            "End": True,
        },
    }
    assert json.loads(run(machines, states, n=5)["output"]) == {"n": 2, "fixed": 6, "big": True, "who": "Set"}


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html")
def test_a_map_selects_items_and_places_its_result(machines: Any) -> None:
    states = {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.rows",
            "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value.x", "all.$": "$.unit"},
            "ItemProcessor": {"StartAt": "P", "States": {"P": {**PASS, "OutputPath": "$.v"}}},
            "ResultSelector": {"found.$": "$"},
            "ResultPath": "$.each",
            "End": True,
        }
    }
    output = json.loads(run(machines, states, rows=[{"x": 1}, {"x": 2}], unit="m")["output"])
    assert output["each"] == {"found": [1, 2]}
    assert output["unit"] == "m"


@pytest.mark.specification(ERRORS)
@pytest.mark.parametrize(
    ("state", "error", "cause"),
    [
        pytest.param(
            {**PASS, "Parameters": {"a.$": "$.missing"}},
            "States.ParameterPathFailure",
            "(entered at the event id #2). The JSONPath '$.missing' specified for the field 'a.$' could not be found",
            id="Parameters",
        ),
        pytest.param(
            {**PASS, "Parameters": {"a.$": "States.StringToJson($.text)"}},
            "States.IntrinsicFailure",
            "The function 'States.StringToJson($.text)' had the following error",
            id="an intrinsic function",
        ),
        pytest.param({**PASS, "InputPath": "$.missing"}, "States.Runtime", "Invalid path '$.missing'", id="InputPath"),
        pytest.param(
            {**PASS, "Result": 1, "ResultPath": "$.text[0]"},
            "States.ResultPathMatchFailure",
            "Unable to apply ReferencePath $.text[0] to input",
            id="ResultPath",
        ),
        pytest.param(
            {"Type": "Wait", "SecondsPath": "$.text", "End": True},
            "States.Runtime",
            "The field 'Seconds' must be a positive whole number, but was x",
            id="SecondsPath",
        ),
        pytest.param(
            {"Type": "Fail", "ErrorPath": "$.text", "CausePath": "States.Format('{} is wrong', $.text)"},
            "x",
            "x is wrong",
            id="Fail",
        ),
    ],
)
def test_what_goes_wrong_in_a_state_has_its_name_and_its_place(
    machines: Any, state: dict[str, Any], error: str, cause: str
) -> None:
    ended = run(machines, {"A": state}, text="x")
    assert (ended["status"], ended["error"]) == ("FAILED", error)
    assert cause in ended["cause"]


@pytest.mark.specification(ERRORS)
def test_states_all_does_not_catch_what_is_terminal(machines: Any) -> None:
    inner = {"StartAt": "P", "States": {"P": {**PASS, "InputPath": "$.missing"}}}
    everything = {"ErrorEquals": ["States.ALL"], "Next": "Caught"}
    by_name = {"ErrorEquals": ["States.Runtime"], "Next": "Caught"}
    both = {"Type": "Parallel", "Branches": [inner], "End": True}
    assert run(machines, {"A": {**both, "Catch": [everything]}, "Caught": PASS})["status"] == "FAILED"
    assert run(machines, {"A": {**both, "Catch": [by_name]}, "Caught": PASS})["status"] == "SUCCEEDED"


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html")
def test_a_jsonpath_machine_may_have_jsonata_states(machines: Any) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"v.$": "$.n"}, "Next": "B"},
        "B": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $v + $states.input.n %}", "End": True},
    }
    assert json.loads(run(machines, states, n=2)["output"]) == 4
