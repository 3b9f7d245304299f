"""The root: a parts list, a form that people fill in, and an order that gives exactly one first run."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import loads

from tests.cf import templates

ROOT = templates.load("../template")
PARTS = sorted(ROOT["Resources"])


def part(logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ROOT["Resources"][logical_id]
    return found


def depends_on(logical_id: str) -> set[str]:
    """What a part waits for, directly or not."""
    direct = templates.references(part(logical_id)["Properties"]) & set(PARTS)
    direct |= set(templates.as_list(part(logical_id).get("DependsOn", [])))
    return direct.union(*(depends_on(other) for other in direct))


def test_it_is_a_parts_list_and_nothing_else() -> None:
    assert {resource["Type"] for resource in ROOT["Resources"].values()} == {"AWS::CloudFormation::Stack"}


@pytest.mark.parametrize("logical_id", PARTS)
def test_a_part_gets_every_parameter_that_it_needs_and_no_other(logical_id: str) -> None:
    properties = part(logical_id)["Properties"]
    text = (templates.FOLDER.parent / properties["TemplateURL"]).read_text("utf-8")
    declared = loads(text)["Parameters"]
    needed = {name for name, parameter in declared.items() if "Default" not in parameter}
    assert needed <= set(properties["Parameters"]) <= set(declared)


@pytest.mark.parametrize("logical_id", PARTS)
def test_a_part_only_asks_for_outputs_that_exist(logical_id: str) -> None:
    for other, attribute in _get_atts(part(logical_id)["Properties"]):
        text = (templates.FOLDER.parent / part(other)["Properties"]["TemplateURL"]).read_text("utf-8")
        assert attribute.removeprefix("Outputs.") in loads(text)["Outputs"]


def _get_atts(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [found for item in value for found in _get_atts(item)]
    if not isinstance(value, dict):
        return []
    if "Fn::GetAtt" in value:
        return [(value["Fn::GetAtt"][0], value["Fn::GetAtt"][1])]
    return [found for item in value.values() for found in _get_atts(item)]


def test_the_repository_is_seeded_before_the_pipeline_and_the_rules_come_after_it() -> None:
    assert "Source" in depends_on("Pipeline")
    assert "Pipeline" in depends_on("Triggers")


def test_the_teardown_is_deleted_before_everything_but_the_rules() -> None:
    # The notebook instance has no part in what the pipeline deploys, and nothing waits for its minutes.
    assert depends_on("Teardown") == set(PARTS) - {"Teardown", "Triggers", "Notebook"}
    assert "Teardown" in depends_on("Triggers")


def test_every_parameter_is_grouped_and_labelled() -> None:
    interface = ROOT["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(ROOT["Parameters"]) == sorted(interface["ParameterLabels"])


def test_every_parameter_has_a_default() -> None:
    assert [name for name, parameter in ROOT["Parameters"].items() if "Default" not in parameter] == []


def test_the_branch_is_master_unless_told_otherwise() -> None:
    assert ROOT["Parameters"]["Branch"]["Default"] == "master"
    for logical_id in ("Source", "Pipeline", "Triggers"):
        assert part(logical_id)["Properties"]["Parameters"]["Branch"] == {"Ref": "Branch"}


def test_every_rule_refuses_with_a_sentence() -> None:
    sentences = [found["AssertDescription"] for rule in ROOT["Rules"].values() for found in rule["Assertions"]]
    assert len(sentences) == 16
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in sentences)


def test_names_that_a_person_sees_begin_with_the_name_of_the_stack() -> None:
    prefixes = {
        logical_id: part(logical_id)["Properties"]["Parameters"]["Prefix"]
        for logical_id in PARTS
        if "Prefix" in part(logical_id)["Properties"]["Parameters"]
    }
    assert set(map(str, prefixes.values())) == {"{'Ref': 'AWS::StackName'}"}


@pytest.mark.parametrize("name", ["actions", "pipeline", "triggers", "teardown"])
def test_whatever_has_a_name_has_the_prefix_in_it_so_that_two_installs_do_not_collide(name: str) -> None:
    named = ("FunctionName", "LogGroupName", "QueueName", "RoleName", "Name")
    for logical_id, resource in templates.load(name)["Resources"].items():
        for key in named:
            value = resource["Properties"].get(key)
            assert value is None or "Prefix" in templates.references(value), f"{logical_id}.{key}"
