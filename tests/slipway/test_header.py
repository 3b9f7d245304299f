from __future__ import annotations

from pathlib import Path

import pytest

from slipway import header


@pytest.mark.parametrize(
    ("content", "first"),
    [
        (b"a,b\n1,2\n", ["a", "b"]),
        (b"\xef\xbb\xbfa;b\n", ["a;b"]),
        ("a,b\n".encode("utf-16"), []),
        (b"", []),
    ],
    ids=["commas", "a mark of UTF-8", "UTF-16", "empty"],
)
def test_the_first_row_is_read_where_it_can_be(content: bytes, first: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert header.of(tmp_path / "a.csv") == first


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_separator_is_named(mark: str) -> None:
    told = f"seems to be separated by {mark!r}, since its header is one column; save it with commas"
    assert header.other_separator([f"a{mark}b"]) == told
    assert header.other_separator([f"a{mark}b", "c"]) == ""


def test_a_first_row_with_a_number_is_most_likely_no_header() -> None:
    told = "seems to have no header, since its first row holds -1.5; put the columns' names above"
    assert header.missing(["north", " -1.5 ", "2"]) == told
    assert header.missing(["a", "b2", "3d"]) == ""
