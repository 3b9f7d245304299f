"""cf/*.asl.json: what holds for each state machine, whatever it does."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonata
import pytest

from tests.cf.templates import FOLDER, of_type

PATHS = sorted(FOLDER.glob("*.asl.json"))
# What an execution answers; elsewhere only variables are carried on, so that no state's data grows towards 256 KiB.
ANSWERING = {("batch", "Transform"), ("training", "Save")}

TEXTS = {path.name.removesuffix(".asl.json"): path.read_text("utf-8") for path in PATHS}
TASKS = [
    pytest.param(name, state, content, id=f"{name}-{state}")
    for name, text in TEXTS.items()
    for state, content in json.loads(text)["States"].items()
    if content["Type"] == "Task"
]


def expressions(value: Any) -> list[str]:
    """Every JSONata expression below a value."""
    if isinstance(value, dict):
        return [found for item in value.values() for found in expressions(item)]
    if isinstance(value, list):
        return [found for item in value for found in expressions(item)]
    return [value[2:-2]] if isinstance(value, str) and value.startswith("{%") else []


EXPRESSIONS = sorted({found for text in TEXTS.values() for found in expressions(json.loads(text))})


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_is_jsonata(expression: str) -> None:
    jsonata.Jsonata(expression)


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_a_definition_is_json_before_substitution_and_names_no_account(name: str, text: str) -> None:
    assert json.loads(text)["QueryLanguage"] == "JSONata"
    assert not re.search(r"\d{12}", text)


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_a_template_substitutes_what_the_definition_names_and_nothing_else(name: str, text: str) -> None:
    machines = of_type(name, "AWS::Serverless::StateMachine").values()
    given = next(found for found in machines if found["DefinitionUri"] == f"{name}.asl.json")
    assert set(given["DefinitionSubstitutions"]) == set(re.findall(r"\$\{(\w+)\}", text))


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_every_state_is_reached_and_every_next_exists(name: str, text: str) -> None:
    nexts = re.findall(r'"(?:Next|Default)": "(\w+)"', text)
    assert {json.loads(text)["StartAt"], *nexts} == set(json.loads(text)["States"])


@pytest.mark.parametrize(("name", "task", "state"), TASKS)
def test_every_task_ends_and_is_tried_again(name: str, task: str, state: dict[str, Any]) -> None:
    assert state["TimeoutSeconds"]
    assert state["Retry"]
    assert all(retrier["BackoffRate"] > 1 and retrier["JitterStrategy"] == "FULL" for retrier in state["Retry"])


@pytest.mark.parametrize(("name", "task", "state"), TASKS)
def test_every_task_that_fails_is_caught(name: str, task: str, state: dict[str, Any]) -> None:
    caught = [catcher["ErrorEquals"] for catcher in state.get("Catch", [])]
    assert caught[-1:] == [["States.ALL"]]


@pytest.mark.parametrize(("name", "task", "state"), TASKS)
def test_a_task_carries_nothing_on_but_an_answer(name: str, task: str, state: dict[str, Any]) -> None:
    assert (state["Output"] == {}) != ((name, task) in ANSWERING)


@pytest.mark.parametrize(("name", "task", "state"), TASKS)
def test_no_lambda_where_an_integration_does_it(name: str, task: str, state: dict[str, Any]) -> None:
    assert ".sync" in state["Resource"] or "aws-sdk" in state["Resource"]
