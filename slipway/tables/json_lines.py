"""JSON lines, an object a line (jsonlines.org), or one JSON list of objects, as a CSV.

Columns stand in the order in which they are first met; a member that an object lacks, or null, is an empty field.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slipway.errors import BadInput

Row = dict[str, Any]


def convert(source: Path, target: Path) -> None:
    """Write the rows of `source` as a CSV; BadInput names line and column of what is none."""
    rows = [_texts(where, row) for where, row in _rows(source)]
    if not rows:
        raise BadInput(f"{source.name} is empty; expected an object a line, or a list of objects")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(_line(columns))
        file.writelines(_line([row.get(name, "") for name in columns]) for row in rows)


def _line(values: list[str]) -> str:
    """A line of CSV. Python's own writer leaves a carriage return unquoted where lines end without one."""
    return ",".join(_field(value) for value in values) + "\n"


def _field(value: str) -> str:
    return f'"{value.replace(chr(34), chr(34) * 2)}"' if any(mark in value for mark in ',"\r\n') else value


def _rows(source: Path) -> Iterator[tuple[str, Any]]:
    """Each row, with the words for where it stands."""
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{source.name} is not UTF-8 ({error.reason}); save it as UTF-8") from None
    if text.lstrip().startswith("["):
        for number, row in enumerate(_parsed(text, source.name), start=1):
            yield f"{source.name}, object {number}", row
        return
    # Not splitlines: U+2028 may stand in a JSON text as it is.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{source.name}, line {number}", _parsed(line, f"{source.name}, line {number}")


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        raise BadInput(f"{where}, {place}: not JSON: {error.msg}") from None
    except ValueError as error:
        raise BadInput(f"{where}: {error}") from None
    except RecursionError:
        raise BadInput(
            f"{where}: nested too deeply; expected an object of numbers, texts, true, false and null"
        ) from None


def _object(members: list[tuple[str, Any]]) -> Row:
    row = dict(members)
    if len(row) < len(members):
        twice = next(name for name, count in Counter(name for name, _ in members).items() if count > 1)
        raise ValueError(f"column {twice!r} stands twice")
    return row


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON; write null for a missing value")


def _texts(where: str, row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        raise BadInput(f"{where}: expected an object, found {json.dumps(row)[:40]}")
    texts = {name: _text(where, name, value) for name, value in row.items()}
    for name, text in texts.items():
        if any("\ud800" <= character <= "\udfff" for character in f"{name}{text}"):
            raise BadInput(f"{where}: column {name!a} holds half of a surrogate pair, which is no character")
    return texts


def _text(where: str, name: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise BadInput(
            f"{where}: column {name!r} holds {json.dumps(value)[:40]}; expected a number, a text, true, false or null"
        )
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
