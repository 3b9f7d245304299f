"""Tables at the keyboard: reading rows, dropping files."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

from slipway import header
from slipway.configure import MISSING
from slipway.errors import BadInput
from slipway.install import Install

INCOMING = "incoming/"
# A request for one run; a folder with both files is one, as is a zip (docs/requests.md).
REQUEST = ("deployment.json", "trainingjob.json")


def check(path: Path) -> list[Path]:
    """The files that a drop consists of: the file itself, or a folder's CSVs or request; BadInput otherwise.

    A table of one column is none that a model was made of, so that another separator is told before anything is sent.
    """
    if not path.exists():
        raise BadInput(f"{path} does not exist; expected a CSV, or a folder of CSVs")
    if path.is_file() and path.suffix == ".zip":
        return [path]
    if is_request(path):
        return [path / name for name in REQUEST]
    files = [path] if path.is_file() else sorted(path.iterdir())
    parts = [part for part in files if part.suffix == ".csv" and part.is_file()]
    if not parts:
        what = f"{path} does not end in .csv" if path.is_file() else f"{path} holds no .csv file"
        raise BadInput(f"{what}; new data is CSV with a header, a request is {' and '.join(REQUEST)}, or a zip of them")
    for part in parts:
        if separated := header.other_separator(header.of(part)):
            raise BadInput(f"{part} {separated}")
    return parts


def is_request(folder: Path) -> bool:
    """Whether a folder holds both files of a request."""
    return all((folder / name).is_file() for name in REQUEST)


def drop(install: Install, path: Path) -> str:
    """Upload a CSV, or a folder of them with `_SUCCESS` last, below `incoming/`; returns its S3 URI."""
    parts = check(path)
    s3 = install.target.client("s3")
    if path.is_file():
        key = f"{INCOMING}{path.name}"
        s3.upload_file(str(path), install.data_bucket, key)
        return f"s3://{install.data_bucket}/{key}"
    name = path.resolve().name  # a folder may be given as `.`
    for part in parts:
        s3.upload_file(str(part), install.data_bucket, f"{INCOMING}{name}/{part.name}")
    if not is_request(path):
        s3.put_object(Bucket=install.data_bucket, Key=f"{INCOMING}{name}/_SUCCESS", Body=b"")
    return f"s3://{install.data_bucket}/{INCOMING}{name}/"


def rows(path: Path, count: int | None = None) -> Iterator[dict[str, str]]:
    """The rows of a CSV with a header, as text by column."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from itertools.islice(csv.DictReader(file), count)


def part_of(source: Path, part: Path, keep: int = 9, of: int = 10) -> Path:
    """Write `keep` of every `of` rows of `source`: other content, the same kind of data."""
    with source.open(newline="", encoding="utf-8") as old, part.open("w", newline="", encoding="utf-8") as new:
        lines = csv.reader(old)
        writer = csv.writer(new, lineterminator="\n")
        writer.writerow(next(lines))
        writer.writerows(line for number, line in enumerate(lines) if number % of < keep)
    return part


def value(text: str, kind: str) -> str | float | None:
    """A cell as JSON has it: a number where the column is one, null where it is empty or says that it is missing."""
    if text.strip() in MISSING:
        return None
    return float(text) if kind == "number" else text
