"""Properties that the engine does not carry out."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.resource import Created, Partly, ResourceCall, ResourceType
from slipway.engine.services.cloudformation.checks import honours
from slipway.engine.services.cloudformation.checks.honours import check_honoured, warnings_of
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.partly import partly
from tests.engine.services.cloudformation.compiling import QUEUE, compiled

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"
)

NAME = "AWS::Test::Thing"


def _nothing(call: ResourceCall) -> Created:
    return Created(call.logical_id)


def _gone(call: ResourceCall) -> None:
    del call


def _check(properties: dict[str, Any]) -> list[str]:
    known = not isinstance(properties.get("Name"), Partly)
    return ["names begin with a"] if known and not properties.get("Name", "a").startswith("a") else []


THING = ResourceType(
    create=_nothing,
    update=_nothing,
    delete=_gone,
    honours=frozenset({"Name", "Parts"}),
    without_effect={"Colour": "nothing is painted", "Parts.Weight": "nothing is weighed"},
    refuses={"Parts.Region": "there is one region"},
    check=_check,
)


@pytest.fixture(autouse=True)
def thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(honours, "find", {NAME: THING}.get)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        pytest.param({"Size": 1}, f"Size of {NAME} is not executed by this engine", id="a property that nobody knows"),
        pytest.param(
            {"Parts": [{"Weight": 1}, {"Region": "x"}]},
            f"Parts.Region of {NAME} is not executed by this engine: there is one region",
            id="a path in a list",
        ),
        pytest.param({"Name": "b"}, "names begin with a", id="a value"),
    ],
)
def test_a_property_that_is_not_executed_is_refused_by_name(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        check_honoured("Mine", NAME, properties)
    assert str(caught.value) == f"Resource Mine: {message}"


def test_a_value_that_is_not_known_yet_is_left_to_when_it_is() -> None:
    check_honoured("Mine", NAME, {"Name": {"Fn::Sub": "b-${Queue}"}})


def test_a_property_without_effect_is_a_warning() -> None:
    resources = {"Mine": {"Type": NAME}, "Other": {"Type": NAME}}
    resolved = {"Mine": {"Name": "a", "Colour": "red", "Parts": [{"Weight": 1}]}, "Other": {"Name": "a"}}
    assert warnings_of(resources, resolved) == {
        "Mine": ["Colour has no effect: nothing is painted", "Parts.Weight has no effect: nothing is weighed"]
    }


def test_a_strict_engine_takes_a_warning_for_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ResourceType(_nothing, _nothing, _gone, without_effect={"DelaySeconds": "nothing waits"})
    monkeypatch.setattr(honours, "find", {QUEUE["Type"]: ours}.get)
    template = {"Resources": {"Queue": {**QUEUE, "Properties": {"DelaySeconds": 1}}}}
    assert compiled(template).warnings == {"Queue": ["DelaySeconds has no effect: nothing waits"]}
    with pytest.raises(TemplateError) as caught:
        compiled(template, strict=True)
    assert str(caught.value) == "Resource Queue: DelaySeconds has no effect: nothing waits"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"Ref": "A"}, "${A}"),
        ({"Fn::GetAtt": ["A", "B.C"]}, "${A.B.C}"),
        ({"Fn::Sub": ["${X}-${A}", {"X": {"Ref": "A"}}]}, "${X}-${A}"),
        ({"Fn::Join": ["/", ["a", {"Ref": "A"}]]}, "a/${A}"),
        ({"Fn::ImportValue": {"Ref": "A"}}, "${Unknown}"),
        ("{{resolve:ssm:/x}}", "{{resolve:ssm:/x}}"),
    ],
)
def test_what_is_known_in_part_is_a_text_with_the_rest_named(value: Any, shown: str) -> None:
    found = partly({"Key": [value]})["Key"][0]
    assert isinstance(found, Partly)
    assert found == shown
