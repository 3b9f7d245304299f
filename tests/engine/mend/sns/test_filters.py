"""Which filter policies are valid."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.engine.mend.sns.filters import refusal

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html")


@pytest.mark.parametrize(
    "policy",
    [
        {"store": ["example"], "price": [{"numeric": [">", 0, "<=", 5]}], "gone": [{"exists": False}]},
        {"event": [{"prefix": "a"}, {"suffix": "b"}, {"anything-but": ["c"]}, {"equals-ignore-case": "D"}, None]},
        {"ip": [{"cidr": "10.0.0.0/24"}], "path": [{"wildcard": "*.csv"}], "on": [True, 1]},
        {"$or": [{"a": ["x"]}, {"b": ["y"]}]},
    ],
)
def test_policies_of_the_guide_are_valid(policy: dict[str, Any]) -> None:
    assert refusal(json.dumps(policy), "MessageAttributes") == ""


@pytest.mark.parametrize(
    ("policy", "scope", "reason"),
    [
        pytest.param("{", "MessageBody", "failed to parse JSON", id="no JSON"),
        pytest.param("[]", "MessageBody", "Filter policy must be an object", id="no object"),
        pytest.param('{"a": "x"}', "MessageBody", '"a" must be an object or an array', id="no list"),
        pytest.param('{"a": {"b": ["x"]}}', "MessageAttributes", "does not support nested", id="nested"),
        pytest.param('{"a": {"b": "x"}}', "MessageBody", '"b" must be an object or an array', id="no list below"),
        pytest.param('{"a": [{"like": "x"}]}', "MessageBody", "Unrecognized match type like", id="operator"),
        pytest.param('{"a": [{"numeric": [">"]}]}', "MessageBody", "numeric must be an array", id="numeric"),
        pytest.param('{"a": [{"exists": "yes"}]}', "MessageBody", "must be either true or false", id="exists"),
        pytest.param('{"a": [{"prefix": 1}]}', "MessageBody", "prefix match pattern must be a string", id="prefix"),
        pytest.param(json.dumps({str(n): ["x"] for n in range(6)}), "MessageBody", "more than 5 keys", id="keys"),
        pytest.param(json.dumps({k: list("abcdef") for k in "xyz"}), "MessageBody", "216 combinations", id="product"),
    ],
)
def test_others_are_refused(policy: str, scope: str, reason: str) -> None:
    assert reason in refusal(policy, scope)


def test_objects_are_for_the_message_body() -> None:
    assert refusal('{"a": {"b": ["x"]}}', "MessageBody") == ""
