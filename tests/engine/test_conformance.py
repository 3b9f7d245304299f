"""The suite names its pages, and the page about it is up to date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.engine.conformance import BEHAVIOUR, unmarked

ROOT = Path(__file__).parents[2]


def item(path: str, mark: object = None) -> Any:
    return SimpleNamespace(
        nodeid=path, path=ROOT / "tests/engine" / path, get_closest_marker=lambda name: mark if mark else None
    )


def test_a_test_of_behaviour_without_a_page_is_named() -> None:
    found = unmarked([item("services/ecr/test_ecr.py"), item("test_store.py"), item("policy/test_x.py", object())])
    assert found == ["services/ecr/test_ecr.py"]


def test_every_folder_of_behaviour_is_there() -> None:
    assert [folder for folder in BEHAVIOUR if not (ROOT / "tests/engine" / folder).is_dir()] == []


def test_the_page_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.conformance"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == (ROOT / "docs/conformance.md").read_text(), "python -m tests.engine.conformance writes it"
