"""Texts of templates."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.document import parse

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"A": 1}', {"A": 1}, id="JSON"),
        pytest.param("A: !Ref B", {"A": {"Ref": "B"}}, id="a short form"),
        pytest.param("A: !GetAtt B.C.D", {"A": {"Fn::GetAtt": ["B", "C.D"]}}, id="GetAtt as a text"),
        pytest.param("A: !GetAtt [B, C]", {"A": {"Fn::GetAtt": ["B", "C"]}}, id="GetAtt as a list"),
        pytest.param(
            "A: !Sub ['${X}', {X: !Ref Y}]", {"A": {"Fn::Sub": ["${X}", {"X": {"Ref": "Y"}}]}}, id="short forms nested"
        ),
        pytest.param("A: !If [C, !Ref B, !Ref AWS::NoValue]",
                     {"A": {"Fn::If": ["C", {"Ref": "B"}, {"Ref": "AWS::NoValue"}]}}, id="If"),
        pytest.param("A: 2012-10-17", {"A": "2012-10-17"}, id="a date stays a text"),
        pytest.param("A: &x {B: 1}\nC: *x", {"A": {"B": 1}, "C": {"B": 1}}, id="an anchor"),
        pytest.param("A: &x {B: 1}\nC:\n  <<: *x\n  D: 2", {"A": {"B": 1}, "C": {"B": 1, "D": 2}}, id="a merge"),
    ],
)  # fmt: skip
def test_yaml_and_json_are_read(text: str, expected: dict[str, Any]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "JSON not well-formed. (line 1, column 2)", id="broken JSON"),
        pytest.param("a: b: c", "YAML not well-formed. (line 1, column 5)", id="broken YAML"),
        pytest.param("A: 1\nB: 2\nA: 3", "YAML not well-formed. duplicate key A (line 3, column 1)", id="a key twice"),
        pytest.param('{"A": {"B": 1, "B": 2}}', "JSON not well-formed. duplicate key B", id="a member twice"),
        pytest.param("[1]", "unsupported structure.", id="a list"),
        pytest.param("", "unsupported structure.", id="nothing"),
    ],
)
def test_what_is_no_template_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(text)
    assert str(caught.value) == f"Template format error: {message}"
