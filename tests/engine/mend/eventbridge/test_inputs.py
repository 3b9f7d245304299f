"""Input, InputPath and InputTransformer: what they give, and which are refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from slipway.engine.mend.eventbridge.inputs import at_path, payload, refusal

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"
)

EVENT = {"detail": {"key": 1, "list": [{"n": "a"}, {"n": "b"}], "a-b": True}, "resources": ["arn:1", "arn:2"]}


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("$.detail.key", 1),
        ("$", EVENT),
        ("$.resources[1]", "arn:2"),
        ("$.detail.list[0].n", "a"),
        ("$.detail.list[*].n", ["a", "b"]),
        ("$.detail.a-b", True),
        ("$['detail']['key']", 1),
        ("$.nothing.here", None),
        ("$.resources[7]", None),
    ],
)
def test_an_input_path_names_a_part_of_the_event(path: str, part: Any) -> None:
    assert at_path(EVENT, path) == part


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        pytest.param({"Input": "{}", "InputPath": "$"}, "Only one of Input, InputPath, or InputTransformer", id="two"),
        pytest.param({"Input": "{a"}, "JSON syntax error in input for target t", id="input"),
        pytest.param({"InputPath": "detail"}, "Invalid InputPath for target t.", id="path"),
        pytest.param({"InputPath": "$.a[?(@.b)]"}, "Invalid InputPath for target t.", id="filter in a path"),
        pytest.param(
            {"InputTransformer": {"InputTemplate": '{"a": <b>}'}},
            "InputTemplate for target t contains invalid placeholder b.",
            id="unknown variable",
        ),
        pytest.param(
            {"InputTransformer": {"InputPathsMap": {"b": "$.b"}, "InputTemplate": "Run <b> ended"}},
            "Invalid InputTemplate for target t",
            id="text without quotes",
        ),
        pytest.param(
            {"InputTransformer": {"InputPathsMap": {"b": "b"}, "InputTemplate": '"<b>"'}},
            "b is no JSON path",
            id="variable's path",
        ),
        pytest.param(
            {"InputTransformer": {"InputPathsMap": {"aws.events.rule-arn": "$.b"}, "InputTemplate": '"x"'}},
            "uses the reserved name aws.events.rule-arn",
            id="reserved variable",
        ),
    ],
)
def test_an_input_that_is_not_valid_is_refused(target: dict[str, Any], reason: str) -> None:
    assert reason in refusal({"Id": "t", **target})


@pytest.mark.parametrize(
    "template",
    ['{"a": <b>, "c": "<b>"}', '"Run <b>"', '"one <b>"\n"two <aws.events.rule-name>"', "<aws.events.event.json>"],
)
def test_json_and_quoted_strings_are_templates(template: str) -> None:
    assert refusal({"Id": "t", "InputTransformer": {"InputPathsMap": {"b": "$.b"}, "InputTemplate": template}}) == ""


class View(SimpleNamespace):
    def event_with_detail(self) -> dict[str, Any]:
        return EVENT

    def envelope(self) -> dict[str, Any]:
        return {"resources": EVENT["resources"]}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"key": <key>, "first": <first>}', '{"key": 1, "first": "arn:1"}'),
        ('"<first> of <aws.events.rule-name>"', '"arn:1 of r"'),
        ('{"all": <all>}', '{"all": ["a", "b"]}'),
        ('{"gone": "<gone>"}', '{"gone": ""}'),
        ('{"e": <aws.events.event>}', '{"e": {"resources": ["arn:1", "arn:2"]}}'),
    ],
)
def test_a_template_is_filled_in(template: str, expected: str) -> None:
    paths = {"key": "$.detail.key", "first": "$.resources[0]", "all": "$.detail.list[*].n", "gone": "$.x"}
    target = {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}
    assert payload(target, {"Name": "r", "Arn": "arn:r"}, View(), "") == expected


def test_a_constant_and_a_part_stand_for_the_event() -> None:
    rule = {"Name": "r", "Arn": "arn:r"}
    assert payload({"Input": '{"a": 1}'}, rule, View(), '{"detail": 2}') == '{"a": 1}'
    assert payload({"InputPath": "$.detail"}, rule, View(), '{"detail": 2}') == "2"
    assert payload({}, rule, View(), '{"detail": 2}') == '{"detail": 2}'
