"""DataProcessing: filter the input, join it with the predictions, filter what comes of it.

docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway.engine.services.sagemaker.transform import json_path
from slipway.engine.services.sagemaker.transform.json_path import Path, PathMissing
from slipway.engine.services.sagemaker.transform.records import BadInput, Batch

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
TYPES = (CSV, JSON, JSON_LINES)
OUTPUT, INPUT = "SageMakerOutput", "SageMakerInput"


def media_type(value: str) -> str:
    """Without parameters such as `; charset=utf-8`."""
    return value.partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Format:
    """How a record is read and written."""

    name: str
    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


def _read_row(record: bytes) -> list[str]:
    rows = list(csv.reader([record.decode()], strict=True))
    return rows[0] if rows else []


def _write_row(value: Any) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator="").writerow(value if isinstance(value, list) else [value])
    return target.getvalue().encode()


def _write_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


_CSV = Format("CSV", _read_row, _write_row)
_JSON = Format("JSON", json.loads, _write_json)


@dataclass(frozen=True)
class Processing:
    """What becomes of a batch's records. Without filters and join, bytes go through as they are."""

    format: Format
    input_filter: Path
    output_filter: Path
    join: bool

    @classmethod
    def parse(cls, wanted: dict[str, Any], content_type: str) -> Processing:
        """Of the request's DataProcessing; json_path.PathInvalid when a filter is none."""
        return cls(
            _CSV if media_type(content_type) == CSV else _JSON,
            json_path.parse(wanted.get("InputFilter", "$")),
            json_path.parse(wanted.get("OutputFilter", "$")),
            wanted.get("JoinSource", "None") == "Input",
        )

    @property
    def reads_answers(self) -> bool:
        """Whether answers are taken apart."""
        return self.join or bool(self.output_filter)

    def filtered(self, record: bytes) -> bytes:
        """A record as the container gets it."""
        if not self.input_filter:
            return record
        return self.format.write(self._select(self._read(record, "input"), self.input_filter, "InputFilter"))

    def results(self, batch: Batch, answer: bytes) -> list[bytes]:
        """What a batch's answer gives to the output file, piece by piece."""
        if not self.reads_answers:
            return [answer]
        predictions = self._predictions(batch, answer)
        if not self.join:
            return [self._written(prediction) for prediction in predictions]
        inputs = [self._read(record, "input") for record in batch.originals]
        return [self._written(self._joined(*pair)) for pair in zip(inputs, predictions, strict=True)]

    def _predictions(self, batch: Batch, answer: bytes) -> list[Any]:
        """One for each record: a single record's whole answer, or a line each."""
        if len(batch.sent) == 1 and self.format is _JSON:
            return [self._read(answer, "output from the algorithm")]
        lines = answer.removesuffix(b"\n").split(b"\n")
        if len(lines) != len(batch.sent):
            raise BadInput(
                "Fail to join data: mismatched line count between the input and the output "
                f"({len(batch.sent)} and {len(lines)})"
            )
        return [self._read(line, "output from the algorithm") for line in lines]

    def _read(self, record: bytes, what: str) -> Any:
        try:
            return self.format.read(record)
        except (ValueError, csv.Error) as error:
            raise BadInput(f"Failed to parse {what} as {self.format.name}: {error}") from error

    def _joined(self, given: Any, prediction: Any) -> Any:
        if self.format is _CSV:
            return [*given, *prediction]
        if isinstance(given, dict):
            return {**given, OUTPUT: prediction}
        return {INPUT: given, OUTPUT: prediction}

    def _written(self, value: Any) -> bytes:
        return self.format.write(self._select(value, self.output_filter, "OutputFilter"))

    def _select(self, value: Any, path: Path, which: str) -> Any:
        try:
            return json_path.select(value, path)
        except PathMissing as error:
            raise BadInput(f"{which}: {error}") from error


def assembled(pieces: list[bytes], *, by_line: bool) -> bytes:
    """A batch's part of the output file: with AssembleWith Line every piece ends with a newline."""
    if not by_line:
        return b"".join(pieces)
    return b"".join(piece if piece.endswith(b"\n") else piece + b"\n" for piece in pieces)
