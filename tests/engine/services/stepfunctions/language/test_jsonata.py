"""JSONata as Step Functions has it."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.language.jsonata import evaluate

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html")

NAMES = {"states": {"input": {"a": [1, 2, 3], "none": None}}, "x": {"deep": "v"}, "n": None}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        pytest.param("no expression", "no expression", id="a literal"),
        pytest.param({"sum": ["{% $sum($states.input.a) %}"]}, {"sum": [6]}, id="inside a template"),
        pytest.param("{% $x.deep %}", "v", id="a variable"),
        pytest.param("{% $n %}", None, id="a variable that is null"),
        pytest.param("{% $states.input.none %}", None, id="null"),
        pytest.param("{% $partition([1,2,3], 2) %}", [[1, 2], [3]], id="partition"),
        pytest.param("{% $range(0, 6, 3) %}", [0, 3, 6], id="range"),
        pytest.param("{% $hash('input data', 'SHA-1') %}", "aaff4a450a104cd177d28d18d74485e8cae074b7", id="hash"),
        pytest.param("{% $parse('{\"a\": 1}').a %}", 1, id="parse"),
        pytest.param("{% $random(3) = $random(3) %}", True, id="random with a seed"),
        pytest.param("{% $length($uuid()) %}", 36, id="uuid"),
    ],
)
def test_a_template_gives(template: Any, value: Any) -> None:
    assert evaluate(template, NAMES) == value


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        pytest.param("$states.input.missing", "returned nothing", id="undefined"),
        pytest.param("$unknown", "returned nothing", id="an unknown variable"),
        pytest.param("'a' + 1", "T2001", id="wrong types"),
        pytest.param("function($a) { $a }", "returned no JSON value", id="a function"),
        pytest.param("$eval('1')", "$eval is not supported by Step Functions", id="eval"),
        pytest.param("$hash('a', 'CRC')", "$hash takes", id="an unknown algorithm"),
        pytest.param("($f := function() { $f() }; $f())", "", id="endless recursion"),
    ],
)
def test_what_goes_wrong_in_an_expression_has_one_name(expression: str, cause: str) -> None:
    with pytest.raises(TaskFailed) as caught:
        evaluate(f"{{% {expression} %}}", NAMES)
    assert caught.value.error == "States.QueryEvaluationError"
    assert cause in caught.value.cause
