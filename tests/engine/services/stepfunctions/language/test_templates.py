"""Payload templates and ResultPath."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.language.templates import fill, placed

CONTEXT: dict[str, Any] = {"Execution": {"Id": "arn"}, "variables": {"v": [1]}, "assigned": {}}


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html")
def test_fields_that_end_in_dollar_are_filled_at_every_depth() -> None:
    template = {
        "fixed": "$.a",
        "of.$": "$.a",
        "deep": [{"id.$": "$$.Execution.Id"}, {"v.$": "$v[0]"}],
        "made.$": "States.Format('{}!', $.a)",
    }
    filled = fill(template, {"a": "x"}, CONTEXT)
    assert filled == {"fixed": "$.a", "of": "x", "deep": [{"id": "arn"}, {"v": 1}], "made": "x!"}


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html")
@pytest.mark.parametrize(
    ("template", "error", "cause"),
    [
        pytest.param(
            {"of.$": "$.b"},
            "States.ParameterPathFailure",
            "The JSONPath '$.b' specified for the field 'of.$' could not be found in the input '{\"a\":\"x\"}'",
            id="a path",
        ),
        pytest.param(
            {"of.$": "States.MathAdd($.a, 1)"},
            "States.IntrinsicFailure",
            "The function 'States.MathAdd($.a, 1)' had the following error: Invalid arguments in States.MathAdd",
            id="a function",
        ),
    ],
)
def test_what_cannot_be_filled_is_an_error_by_name(template: Any, error: str, cause: str) -> None:
    with pytest.raises(TaskFailed) as caught:
        fill(template, {"a": "x"}, CONTEXT)
    assert caught.value.error == error
    assert caught.value.cause.startswith(cause)


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html")
@pytest.mark.parametrize(
    ("path", "state_input", "output"),
    [
        pytest.param("$", {"a": 1}, "result", id="instead of the input"),
        pytest.param(None, {"a": 1}, {"a": 1}, id="dropped"),
        pytest.param("$.a", {"a": 1}, {"a": "result"}, id="in place of a member"),
        pytest.param("$.b.c", {"a": 1}, {"a": 1, "b": {"c": "result"}}, id="at a new place"),
        pytest.param("$.list[1]", {"list": [1, 2]}, {"list": [1, "result"]}, id="in a list"),
    ],
)
def test_a_result_goes_where_its_path_says(path: str | None, state_input: Any, output: Any) -> None:
    before = str(state_input)
    assert placed(path, state_input, "result") == output
    assert str(state_input) == before


@pytest.mark.parametrize(("path", "state_input"), [("$.a", "text"), ("$.list[5]", {"list": []})])
@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html")
def test_a_result_that_cannot_be_placed_is_an_error_by_name(path: str, state_input: Any) -> None:
    with pytest.raises(TaskFailed, match="Unable to apply ReferencePath") as caught:
        placed(path, state_input, "result")
    assert caught.value.error == "States.ResultPathMatchFailure"
