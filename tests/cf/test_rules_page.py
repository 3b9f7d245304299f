"""docs/aws-rules.md: every test that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.cf import templates

ROOT = templates.FOLDER.parent
PAGE = (ROOT / "docs" / "aws-rules.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))


@pytest.mark.parametrize(("path", "test"), NAMED, ids=["::".join(filter(None, named)) for named in NAMED])
def test_a_named_test_exists(path: str, test: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert not test or f"def {test}(" in text
