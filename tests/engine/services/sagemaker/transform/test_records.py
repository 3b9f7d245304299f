"""Records and mini-batches."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.sagemaker.transform.records import BadInput, batches, decompress, records

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html")
LINES = st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b" ")))


@given(LINES, st.integers(20, 100), st.booleans())
def test_no_record_is_lost_doubled_or_moved_and_no_payload_is_too_large(
    lines: list[bytes], most: int, single: bool
) -> None:
    found = list(batches(lines, bytes, single=single, max_bytes=most))
    assert [record for batch in found for record in batch.originals] == lines
    assert all(len(batch.body) <= most and batch.size == len(batch.body) for batch in found)
    assert not single or all(len(batch.sent) == 1 for batch in found)


@given(LINES.filter(bool), st.integers(20, 100))
def test_a_payload_is_as_full_as_it_can_be(lines: list[bytes], most: int) -> None:
    found = list(batches(lines, bytes, single=False, max_bytes=most))
    for batch, following in itertools.pairwise(found):
        assert len(batch.body) + 1 + len(following.sent[0]) > most


def test_a_record_that_is_too_large_is_named() -> None:
    with pytest.raises(BadInput, match="record 2 has 30 bytes, which exceeds MaxPayloadInMB"):
        list(batches([b"a", b"b" * 30], bytes, single=True, max_bytes=20))


@pytest.mark.parametrize(
    ("content", "expected"), [(b"a\nb", [b"a", b"b"]), (b"a\n\nb\n", [b"a", b"", b"b"]), (b"", [])]
)
def test_a_newline_at_the_end_is_no_record(tmp_path: Path, content: bytes, expected: list[bytes]) -> None:
    path = tmp_path / "input"
    path.write_bytes(content)
    assert list(records(path, by_line=True)) == expected
    assert list(records(path, by_line=False)) == [content]


def test_what_is_not_compressed_is_said(tmp_path: Path) -> None:
    path = tmp_path / "input.gz"
    path.write_bytes(b"plain")
    with pytest.raises(BadInput, match="not compressed with gzip"):
        decompress(path)
