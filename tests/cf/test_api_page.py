"""docs/api.md: every configuration on it is valid, every file on it is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from config import configuration
from tests import sample

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: next(iter(example)))
@pytest.mark.parametrize("environment", ["test", "production"])
def test_a_configuration_can_be_copied(environment: str, example: dict[str, Any]) -> None:
    written = sample.written()
    written["serving"][environment]["api"] = example
    assert configuration.validate(written) == []


def test_every_option_of_the_api_has_an_example() -> None:
    schema = json.loads((ROOT / "config" / "ml-pipeline.schema.json").read_text("utf-8"))
    options = set(schema["$defs"]["api"]["properties"]) - {"authorization", "throttling"}
    assert {name for example in EXAMPLES for name in example} == options


def test_every_test_and_template_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:tests|cf|config)/[^`]+)`", PAGE)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
