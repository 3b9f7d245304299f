from __future__ import annotations

import os
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.setup import megabytes


def test_a_figure_says_how_much_of_its_budget_it_is() -> None:
    assert Figure("set-up", 30.0, "s", 240.0).row() == "| set-up | 30 s | budget 240 s | 0.125 |"


def test_a_figure_says_how_often_another_measurement_goes_into_it() -> None:
    figure = Figure("invocation", 4.5678, "ms", 0.5, "a bare call")
    assert figure.row() == "| invocation | 4.57 ms | a bare call 0.5 ms | 9.14 |"


def test_a_file_that_is_linked_twice_is_counted_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "file").write_bytes(b"x" * 1_000_000)
    once = megabytes(tmp_path)
    os.link(tmp_path / "one" / "file", tmp_path / "two" / "link")
    assert megabytes(tmp_path / "one", tmp_path / "two") <= once
