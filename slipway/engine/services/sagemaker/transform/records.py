"""Records of an input file, and the mini-batches in which they are sent.

docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html#batch-transform-large-datasets
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1024 * 1024


class BadInput(Exception):
    """A file cannot be transformed: its data is not what the request says it is."""


@dataclass
class Batch:
    """Records that are sent together: as the file has them, and as the container gets them."""

    originals: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    size: int = 0

    @property
    def body(self) -> bytes:
        """The payload: records with a newline between each."""
        return b"\n".join(self.sent)


def decompress(path: Path) -> Path:
    """A gzipped file's content, beside it."""
    target = path.with_name(f"{path.name}.plain")
    try:
        with gzip.open(path) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
    except (OSError, EOFError) as error:
        raise BadInput(f"the object is not compressed with gzip: {error}") from error
    return target


def records(path: Path, *, by_line: bool) -> Iterator[bytes]:
    """Its lines without their ends, or the whole file as one record."""
    if not by_line:
        yield path.read_bytes()
        return
    with path.open("rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")


def batches(
    found: Iterable[bytes], filtered: Callable[[bytes], bytes], *, single: bool, max_bytes: int
) -> Iterator[Batch]:
    """As many records as fit into `max_bytes`, or one each; BadInput when a single one does not fit."""
    batch = Batch()
    for number, original in enumerate(found, 1):
        sent = filtered(original)
        if len(sent) > max_bytes:
            raise BadInput(
                f"record {number} has {len(sent)} bytes, which exceeds MaxPayloadInMB ({max_bytes // MEGABYTE} MB)"
            )
        if batch.sent and (single or batch.size + 1 + len(sent) > max_bytes):
            yield batch
            batch = Batch()
        batch.size += len(sent) + (1 if batch.sent else 0)
        batch.originals.append(original)
        batch.sent.append(sent)
    if batch.sent:
        yield batch
