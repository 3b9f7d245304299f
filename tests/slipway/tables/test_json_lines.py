"""JSON lines as a CSV."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.errors import BadInput
from slipway.tables import json_lines

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
NAMES = st.text(min_size=1, max_size=8)


def converted(text: str | bytes, folder: Path) -> str:
    source, target = folder / "table.jsonl", folder / "table.csv"
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    json_lines.convert(source, target)
    return target.read_text("utf-8")


def test_columns_stand_as_they_are_first_met_and_what_lacks_is_empty(tmp_path: Path) -> None:
    text = '{"minutes": 1.5, "plan": "a, b", "left": true}\n\n{"left": false, "calls": 3, "plan": null}\n'
    assert converted(text, tmp_path) == 'minutes,plan,left,calls\n1.5,"a, b",true,\n,,false,3\n'


def test_a_list_of_objects_is_read_too(tmp_path: Path) -> None:
    assert converted('[{"a": 1},\n {"a": 2}]', tmp_path) == "a\n1\n2\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "table.jsonl is empty; expected an object a line, or a list of objects"),
        ("[]", "table.jsonl is empty"),
        ('{"a": 1}\n{"a": }', "table.jsonl, line 2, column 7: not JSON: Expecting value"),
        ('[{"a": 1},\n{"a" 2}]', "table.jsonl, line 2, column 6: not JSON: Expecting ':' delimiter"),
        ('{"a": "\\ud800"}', "table.jsonl, line 1: column 'a' holds half of a surrogate pair, which is no character"),
        ('{"a": 1}\n7', "table.jsonl, line 2: expected an object, found 7"),
        ('[{"a": 1}, "x"]', 'table.jsonl, object 2: expected an object, found "x"'),
        ('{"a": {"b": 1}}', "table.jsonl, line 1: column 'a' holds {\"b\": 1}; expected a number"),
        ('{"a": 1, "a": 2}', "table.jsonl, line 1: column 'a' stands twice"),
        ('{"a": NaN}', "table.jsonl, line 1: NaN is no JSON; write null for a missing value"),
        ('{"a": ' + "[" * 100_000, "table.jsonl, line 1: nested too deeply"),
        (b'{"a": "\xff"}', "table.jsonl is not UTF-8"),
    ],
)
def test_what_is_none_is_refused_with_its_place(text: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        converted(text, tmp_path)
    assert str(refused.value).startswith(message)
    assert not (tmp_path / "table.csv").exists()


@given(rows=st.lists(st.dictionaries(NAMES, SCALARS, min_size=2, max_size=4), min_size=1, max_size=8))
def test_every_value_comes_back(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("table")
    (folder / "table.jsonl").write_bytes("\n".join(json.dumps(row) for row in rows).encode())
    json_lines.convert(folder / "table.jsonl", folder / "table.csv")
    with (folder / "table.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    wanted = [
        {name: "" if v is None else v if isinstance(v, str) else json.dumps(v) for name, v in r.items()} for r in rows
    ]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    assert found == [{name: row.get(name, "") for name in columns} for row in wanted]
