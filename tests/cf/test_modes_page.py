"""docs/deploy-modes.md: every configuration on it is valid, every file on it is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from config import configuration, modes
from tests import sample

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deploy-modes.md").read_text("utf-8")
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["mode"])
def test_a_configuration_can_be_copied(example: dict[str, Any]) -> None:
    written = sample.written()
    written["serving"] = {}
    written["deploy"] = json.loads(json.dumps(example).replace("DATA-BUCKET", "data-bucket"))
    assert configuration.validate(written) == []


def test_every_mode_has_a_row_and_all_but_the_default_an_example() -> None:
    assert [example["mode"] for example in EXAMPLES] == [mode for mode in modes.WITHOUT_USE if mode != "endpoint"]
    assert all(f"\n| `{mode}`" in PAGE for mode in modes.WITHOUT_USE)


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:tests|cf|config|functions)/[^`]+)`", PAGE)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
