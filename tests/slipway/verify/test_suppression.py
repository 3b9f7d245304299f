"""Suppressions: a comment next to the line, with a reason, and for something."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slipway.verify.finding import Finding
from slipway.verify.source import Source
from slipway.verify.suppression import Suppression, judge, suppressions, unsound

TEMPLATE = """\
Metadata:
  # Nested templates are paths until they are packaged.
  cfn-lint:
    config:
      ignore_checks: [W3002]
Resources:
  A:
    # checkov:skip=CKV_AWS_18: nobody reads it
    Type: AWS::S3::Bucket
    # verify:skip=quota-name: long
    # in all regions.
    # verify:skip=place-region: one region has it
    Value: eu-west-1
    Nested: {Metadata: {cfn-lint: {config: {ignore_checks: [W1, W2]}}}}  # packaged later
"""


def known(text: str) -> list[Suppression]:
    return suppressions([Source("a.yaml", text)])


def test_every_form_is_read_with_its_reason() -> None:
    assert [(each.line, each.rule, each.reason, each.by) for each in known(TEMPLATE)] == [
        (5, "W3002", "Nested templates are paths until they are packaged.", "cfn-lint"),
        (8, "CKV_AWS_18", "nobody reads it", "checkov"),
        (10, "quota-name", "long in all regions.", "verify"),
        (12, "place-region", "one region has it", "verify"),
        (14, "W1", "packaged later", "cfn-lint"),
        (14, "W2", "packaged later", "cfn-lint"),
    ]


def test_comments_cover_the_line_below_them_and_no_other() -> None:
    first, second, other = (
        Finding("a.yaml", 13, "quota-name", "x"),
        Finding("a.yaml", 13, "place-region", "y"),
        Finding("a.yaml", 14, "place-region", "z"),
    )
    left, used = judge([first, second, other], known(TEMPLATE))
    assert left == [other]
    assert {each.rule for each in used} == {"quota-name", "place-region"}


def test_another_rule_is_not_suppressed() -> None:
    left, used = judge([Finding("a.yaml", 13, "quota-policy", "x")], known(TEMPLATE))
    assert len(left) == 1
    assert not used


def test_a_suppression_without_a_reason_is_a_finding() -> None:
    found = list(unsound(known("# verify:skip=quota-name\nName: a\n"), []))
    assert [str(each) for each in found] == ["a.yaml:1: quota-name is suppressed without a reason"]


def test_a_suppression_of_nothing_is_a_finding() -> None:
    found = list(unsound(known("# checkov:skip=CKV_AWS_18: a reason\nName: a\n"), []))
    assert [str(each) for each in found] == ["a.yaml:1: CKV_AWS_18 is suppressed, and nothing here breaks it"]


def test_json_has_the_metadata_that_checkov_reads() -> None:
    (found,) = known('{"skip": [{"id": "CKV_AWS_370", "comment": "it needs the network"}]}')
    assert (found.rule, found.reason, found.by) == ("CKV_AWS_370", "it needs the network", "checkov")


@given(st.text(), st.integers(0, 3))
def test_any_text_is_read_without_a_fault(text: str, lines: int) -> None:
    for each in known("\n" * lines + text):
        assert each.line > lines
