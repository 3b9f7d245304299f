"""docs/security.md: the list of suppressed findings is what the files say."""

from __future__ import annotations

import pytest

from slipway.verify import page
from slipway.verify.bundle import Bundle
from slipway.verify.finding import CheckFailed
from tests.slipway.verify.conftest import Written

TEMPLATE = "Resources:\n  A:\n    # checkov:skip=CKV_AWS_18: nobody | reads it\n    Type: AWS::S3::Bucket\n"
EMPTY = f"# Security\n\n{page._BEGIN}\n{page._END}\n\nMore.\n"


def test_the_list_is_written_between_its_marks_and_fresh_then(bundle: Written) -> None:
    written = bundle({"cf/a.yaml": TEMPLATE, page.PAGE: EMPTY})
    (stale,) = page.findings(written)
    assert str(stale).startswith("docs/security.md:3: page-stale")
    page.write(written)
    text = (written.root / page.PAGE).read_text("utf-8")
    assert "| CKV_AWS_18 | cf/a.yaml | nobody \\| reads it |" in text
    assert text.startswith("# Security\n")
    assert text.endswith("\nMore.\n")
    assert page.findings(written) == []


def test_a_page_without_a_place_for_the_list_is_told(bundle: Written) -> None:
    with pytest.raises(CheckFailed, match=r"docs/security\.md has no place for the suppressed findings"):
        page.findings(bundle({"cf/a.yaml": TEMPLATE, page.PAGE: "# Security\n"}))


def test_the_list_of_this_repository_is_fresh(shipped: Bundle) -> None:
    assert page.findings(shipped) == []
