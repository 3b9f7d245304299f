"""State machines: targets, reachability, expressions, and whether what a state reads was written."""

from __future__ import annotations

import json
from typing import Any

from slipway.verify.bundle import Bundle
from slipway.verify.states.check import findings
from tests.slipway.verify.conftest import Written

TEMPLATE = """\
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Bucket: {Type: String}
    Resources:
      Machine:
        Type: AWS::Serverless::StateMachine
        Properties:
          DefinitionUri: machine.asl.json
          DefinitionSubstitutions:
            Bucket: !Ref Bucket
    """
PASS = {"Type": "Pass", "End": True}


def found(bundle: Written, states: dict[str, Any], start: str = "First", template: str = TEMPLATE) -> list[str]:
    """What is found in a machine of these states; lines and the substitution's text in their places."""
    machine = {"QueryLanguage": "JSONata", "Comment": "${Bucket}", "StartAt": start, "States": states}
    written = bundle({"cf/machine.yaml": template, "cf/machine.asl.json": json.dumps(machine, indent=1)})
    return [str(each) for each in findings(written)]


def test_a_next_that_is_not_there_is_found_with_its_line(bundle: Written) -> None:
    said = found(bundle, {"First": {"Type": "Pass", "Next": "Nowhere"}})
    assert said == ["cf/machine.asl.json:8: states-MISSING_TRANSITION_TARGET Missing 'Next' target: Nowhere"]


def test_a_state_that_is_never_reached_is_found(bundle: Written) -> None:
    (said,) = found(bundle, {"First": PASS, "Island": PASS})
    assert 'State "Island" is not reachable' in said


def test_an_expression_that_does_not_parse_is_found(bundle: Written) -> None:
    (said,) = found(bundle, {"First": {**PASS, "Output": "{% $states.input.a + %}"}})
    assert "INVALID_JSONATA_EXPRESSION" in said


def test_a_variable_that_no_state_assigned_is_found_with_its_line(bundle: Written) -> None:
    said = found(bundle, {"First": {**PASS, "Output": {"who": "{% $name %}"}}})
    assert said == ["cf/machine.asl.json:10: states-unwritten First reads $name, which no state before it wrote"]


def test_a_variable_that_only_one_of_two_ways_assigns_is_found(bundle: Written) -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.a %}", "Assign": {"name": "a"}, "Next": "Last"}],
        "Default": "Last",
    }
    (said,) = found(bundle, {"First": choice, "Last": {**PASS, "Output": "{% $name %}"}})
    assert "Last reads $name" in said


def test_a_variable_that_every_way_assigns_is_not_found(bundle: Written) -> None:
    choice = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.a %}", "Assign": {"name": "a"}, "Next": "Last"}],
        "Assign": {"name": "b"},
        "Default": "Last",
    }
    assert found(bundle, {"First": choice, "Last": {**PASS, "Output": "{% $name %}"}}) == []


def test_a_field_that_no_way_writes_is_found(bundle: Written) -> None:
    first = {"Type": "Pass", "Assign": {"job": {"name": "a", "at": {"hour": 1}}}, "Next": "Last"}
    (said,) = found(bundle, {"First": first, "Last": {**PASS, "Output": "{% $job.at.minute & $job.name %}"}})
    assert "Last reads $job.at.minute" in said


def test_a_field_of_an_object_that_an_expression_makes_is_followed(bundle: Written) -> None:
    first = {"Type": "Pass", "Assign": {"job": "{% {'name': $states.input.name} %}"}, "Next": "Last"}
    (said,) = found(bundle, {"First": first, "Last": {**PASS, "Output": "{% $job.nam %}"}})
    assert "Last reads $job.nam," in said


def test_a_field_of_an_input_that_the_state_before_emptied_is_found(bundle: Written) -> None:
    first = {"Type": "Pass", "Output": {}, "Next": "Last"}
    (said,) = found(bundle, {"First": first, "Last": {**PASS, "Output": "{% $states.input.name %}"}})
    assert "Last reads $states.input.name" in said


def test_a_field_that_an_api_does_not_answer_is_found(bundle: Written) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:codepipeline:getPipelineExecution",
        "Arguments": {"PipelineName": "p", "PipelineExecutionId": "e"},
        "Assign": {"right": "{% $states.result.PipelineExecution.Status %}", "wrong": "{% $states.result.Status %}"},
        "End": True,
    }
    (said,) = found(bundle, {"First": task})
    assert "First reads $states.result.Status, which no state before it wrote" in said


def test_of_a_text_that_a_task_answers_any_field_may_be_read(bundle: Written) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Arguments": {"Bucket": "b", "Key": "k"},
        "Assign": {"body": "{% $parse($states.result.Body).any.thing %}"},
        "End": True,
    }
    assert found(bundle, {"First": task}) == []


def test_a_catcher_has_the_error_and_not_the_result(bundle: Written) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Arguments": {"Bucket": "b", "Key": "k"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"body": "{% $states.result.Body %}"}, "Next": "Last"}],
        "Next": "Last",
    }
    (said,) = found(bundle, {"First": task, "Last": PASS})
    assert "First reads $states.result" in said


def test_functions_that_call_each_other_and_names_of_an_expression_are_no_variables(bundle: Written) -> None:
    even = "$even := function($n) { $n = 0 ? true : $odd($n - 1) }"
    odd = "$odd := function($n) { $even($n - 1) }"
    text = f"{{% ( {even}; {odd}; $even(4) ) %}}"
    assert found(bundle, {"First": {**PASS, "Output": text}}) == []


def test_an_expression_in_a_branch_sees_what_was_assigned_before_it(bundle: Written) -> None:
    branch = {"StartAt": "Inner", "States": {"Inner": {**PASS, "Output": "{% $name & $other %}"}}}
    parallel = {"Type": "Parallel", "Branches": [branch], "End": True}
    (said,) = found(bundle, {"First": {"Type": "Pass", "Assign": {"name": "a"}, "Next": "Both"}, "Both": parallel})
    assert "Both reads $other" in said


def test_a_loop_comes_to_rest(bundle: Written) -> None:
    again = {"Type": "Pass", "Assign": {"inner": {"inner": "{% $inner %}"}}, "Next": "More"}
    more = {"Type": "Choice", "Choices": [{"Condition": "{% $inner.inner %}", "Next": "Again"}], "Default": "Last"}
    first = {"Type": "Pass", "Assign": {"inner": {}}, "Next": "Again"}
    assert found(bundle, {"First": first, "Again": again, "More": more, "Last": PASS}) == []


def test_a_substitution_that_the_template_does_not_give_is_found(bundle: Written) -> None:
    template = TEMPLATE.replace("Bucket: !Ref Bucket", "Bukket: !Ref Bucket")
    said = found(bundle, {"First": PASS}, template=template)
    assert said == [
        "cf/machine.yaml:9: states-substitution cf/machine.asl.json names ${Bucket}, which is not substituted",
        "cf/machine.yaml:9: states-substitution Bukket is substituted, and cf/machine.asl.json does not name it",
    ]


def test_a_machine_without_a_file_is_not_passed_over(bundle: Written) -> None:
    template = TEMPLATE.replace("machine.asl.json", "elsewhere.json")
    (said,) = found(bundle, {"First": PASS}, template=template)
    assert "states-definition Machine has no DefinitionUri of a file" in said


def test_the_bundles_own_machines_read_nothing_that_was_not_written(shipped: Bundle) -> None:
    assert findings(shipped) == []
