from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.errors import BadInput
from slipway.permissions import journals, record, table, templates
from slipway.permissions.uses import Ambiguous, Uses, uses
from tests.slipway.permissions.samples import DEPLOYED, TEMPLATE, bundle, check, journal

DEMO = "tests/end_to_end/test_demo.py"
MODELS, ALL = (f"arn:${{AWS::Partition}}:s3:::${{Bucket}}/{tail}" for tail in ("models/*", "*"))


def used(folder: Path, *checks: dict[str, Any], document: dict[str, Any] | None = None) -> Uses:
    """What these checks used of the sample."""
    found = templates.grants(bundle(folder / "bundle"))
    return uses(found, journals.checks(journal(folder / "journals", *checks, document=document)))


def test_a_call_uses_every_resource_that_it_matches_as_the_template_has_it(tmp_path: Path) -> None:
    found = used(tmp_path, check("s3:GetObject", "arn:aws:s3:::box/models/one"))
    assert found == {"work.Role": {"Read": {"s3:GetObject": {MODELS: [DEMO], ALL: [DEMO]}}}}


def test_what_a_condition_left_out_is_not_at_its_place(tmp_path: Path) -> None:
    allowed = {**DEPLOYED["Statement"][0], "Resource": "arn:aws:s3:::box/models/*"}
    found = used(tmp_path, check("s3:GetObject", "arn:aws:s3:::box/models/one"), document={"Statement": [allowed]})
    assert found == {"work.Role": {"Read": {"s3:GetObject": {MODELS: [DEMO]}}}}


def test_a_call_that_was_denied_used_nothing(tmp_path: Path) -> None:
    assert used(tmp_path, check("s3:GetObject", "arn:aws:s3:::box/models/one", "ImplicitDeny")) == {}


def test_a_policy_with_a_statement_taken_away_is_still_told(tmp_path: Path) -> None:
    document = {**DEPLOYED, "Statement": DEPLOYED["Statement"][:1]}
    assert used(tmp_path, check("s3:GetObject", "arn:aws:s3:::box/x"), document=document)


def test_a_policy_that_is_not_the_bundle_s_is_left_out(tmp_path: Path) -> None:
    document = {"Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
    assert used(tmp_path, check("s3:ListBucket", "arn:aws:s3:::box"), document=document) == {}


def test_a_policy_that_two_roles_could_have_is_refused(tmp_path: Path) -> None:
    role = TEMPLATE.removeprefix("Resources:\n")
    grants = templates.grants(bundle(tmp_path / "bundle", TEMPLATE + role.replace("  Role:", "  Other:", 1)))
    checks = journals.checks(journal(tmp_path / "journals", check("s3:GetObject", "arn:aws:s3:::box/x")))
    with pytest.raises(Ambiguous, match=r"the policy work with Read: work.Role, work.Other"):
        uses(grants, checks)


def test_a_folder_without_journals_says_how_to_get_some(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"pytest --journals"):
        list(journals.checks(tmp_path))


def test_what_was_seen_stands_in_for_the_record_of_the_same_tests() -> None:
    def by(*tests: str) -> Uses:
        return {"r": {"s": {"a": {"*": list(tests)}}}}

    assert record.merged(by("one", "two"), {}, ["one"]) == by("two")
    assert record.merged(by("one"), {}, ["one"]) == {}
    assert record.merged(by("two"), by("one"), ["one"]) == by("one", "two")


@pytest.fixture
def rows(tmp_path: Path) -> list[table.Row]:
    """The table of the sample after one call."""
    found = used(tmp_path, check("s3:GetObject", "arn:aws:s3:::box/models/one"))
    return table.rows(templates.grants(tmp_path / "bundle"), found)


def test_what_no_test_used_and_no_comment_explains_is_unexplained(rows: list[table.Row]) -> None:
    assert [(row.action, row.resource) for row in rows if not row.explained] == [
        ("sns:Publish", ""),
        ("", "${TopicArn}"),
    ]


def test_a_row_says_who_used_it_or_why_it_is_there(rows: list[table.Row]) -> None:
    read = [row for row in rows if row.sid == "Read"]
    assert [(row.action, row.resource, row.used_by) for row in read] == [
        ("s3:GetObject", ALL, (DEMO,)),
        ("s3:GetObject", MODELS, (DEMO,)),
        ("s3:GetObjectVersion", "", ()),
    ]
    assert read[2].why.startswith("AWS only: CodePipeline")
    assert read[2].place == "cf/work.yaml:13"


def test_a_comment_about_nothing_but_what_is_used_is_needless(tmp_path: Path) -> None:
    found = used(tmp_path, check("s3:GetObjectVersion", "arn:aws:s3:::box/x"))
    assert table.needless(templates.grants(tmp_path / "bundle"), found) == ["cf/work.yaml:13"]


def test_a_use_of_what_is_granted_no_more_is_unknown(tmp_path: Path) -> None:
    grants = templates.grants(bundle(tmp_path))
    assert table.unknown(grants, {"work.Role": {"Read": {"s3:PutObject": {ALL: [DEMO]}}}}) == [
        f"work.Role Read s3:PutObject {ALL}"
    ]
