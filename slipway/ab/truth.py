"""What came true, from a person's CSV: by the inference id that the API answered, or by the row's own content."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.ab.captured import Answer
from slipway.ab.metrics import Judged
from slipway.errors import BadInput

ID, LABEL = "inferenceId", "label"

Key = tuple[str, ...]


@dataclass(frozen=True)
class Truth:
    """Labels by what they are known by: `columns` of a row, or, without any, inference id and place in the request."""

    columns: tuple[str, ...]
    labels: dict[Key, str]
    ambiguous: int = 0

    def judge(self, answers: Iterable[Answer]) -> list[Judged]:
        """The answers of which it is known what came true."""
        keyed = ((self.labels.get(self._key(answer)), answer) for answer in answers)
        return [Judged(label, answer.label, answer.score) for label, answer in keyed if label is not None]

    def _key(self, answer: Answer) -> Key:
        if not self.columns:
            return answer.inference_id, str(answer.place)
        return tuple(_plain(answer.row.get(name)) for name in self.columns)


def read(path: Path, columns: list[str], target: str) -> Truth:
    """Read a CSV with a header: `inferenceId,label`, or the data set's columns and its target; BadInput for others."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            header = list(reader.fieldnames or [])
            rows = [_complete(path, reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} is not CSV in UTF-8: {error}") from error
    if not rows:
        raise BadInput(f"{path} has no rows; expected a header and a line for each answer of which the label is known")
    if ID in header:
        _require(path, header, [LABEL])
        return _by_id(path, rows)
    label = target if target in header else LABEL
    _require(path, header, [*columns, label], f"expected {ID},{LABEL}, or the data set's columns and {target}; ")
    return _by_content(path, rows, columns, label)


def _complete(path: Path, line: int, row: dict[str, Any]) -> dict[str, str]:
    """A row with as many values as the header has names."""
    if None in row or None in row.values():
        raise BadInput(f"{path}, line {line}: expected as many values as the header has names")
    return row


def _require(path: Path, header: list[str], names: list[str], expected: str = "") -> None:
    missing = [name for name in names if name not in header]
    if missing:
        raise BadInput(f"{path}: {expected}missing {', '.join(missing)}; the header has {', '.join(header)}")


def _by_id(path: Path, rows: list[dict[str, str]]) -> Truth:
    """Lines of one inference id are the rows of its request, in their order."""
    seen: Counter[str] = Counter()
    labels: dict[Key, str] = {}
    for row in rows:
        labels[row[ID], str(seen[row[ID]])] = _label(path, row[LABEL])
        seen[row[ID]] += 1
    return Truth((), labels)


def _by_content(path: Path, rows: list[dict[str, str]], columns: list[str], label: str) -> Truth:
    """Rows that are alike and came out differently tell nothing, and are left out."""
    found: dict[Key, set[str]] = {}
    for row in rows:
        key = tuple(_plain(row[name]) for name in columns)
        found.setdefault(key, set()).add(_label(path, row[label]))
    labels = {key: next(iter(values)) for key, values in found.items() if len(values) == 1}
    return Truth(tuple(columns), labels, len(found) - len(labels))


def _label(path: Path, text: str) -> str:
    if not text.strip():
        raise BadInput(f"{path}: a label is empty; leave out the line of an answer of which the label is not known")
    return text.strip()


def _plain(value: Any) -> str:
    """A value the way that JSON and CSV agree on: 3, 3.0 and "3" are one, and so are null and nothing."""
    text = "" if value is None else str(value).strip()
    try:
        return repr(float(text))
    except ValueError:
        return text.lower() if isinstance(value, bool) or text.lower() in ("true", "false") else text
