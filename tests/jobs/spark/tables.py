"""Tables to prepare, and what was left of one, to compare with: nothing here needs a package of the jobs."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import strategies as st

Files = dict[str, bytes]
COLUMNS = {
    "id": "id",
    "plan": "category",
    "minutes": "number",
    'a=b,"c"': "category",
    "active": "boolean",
    "x": "number",
}
ENCODINGS: list[dict[str, Any]] = [
    {},
    {"prepare.imputation": "none"},
    {"train": {"engine": "xgboost", "instanceCount": 2}},
    {"train": {"engine": "autogluon", "instanceCount": 1}},
    {"dataset.split": {"validation": 0.3, "test": 0.3, "seed": 7}},
    {"prepare.maxCategories": 3},
]
SEVERAL: dict[str, Any] = {"dataset.task": "multiclass", "evaluate.positiveClass": None}
_NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.floats(-1e6, 1e6, allow_nan=False).map(repr),
    st.integers(-(10**13), 10**13).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(["", "NA", " 7 ", "+.5", "1e-7", "-0", "1.", "1e13"]),
)
_CELLS = {
    "id": st.text(max_size=3).filter(lambda text: "\x00" not in text),
    "number": st.one_of(_NUMBERS, st.sampled_from(["1", "2", "2", "3"])),
    "boolean": st.sampled_from(["yes", "No", "TRUE", "0", "1", "", "NA", "t", " f"]),
    "category": st.sampled_from(["a", "b", "é", "", "NA", " a", "x,y", 'q"q', "two\nlines", "=b", "𝄞"]),
}


_WRONG = [(2, ["text"]), (4, ["maybe"]), (6, [""]), (5, ["1e39"]), (0, []), (6, ["unknown"])]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[bytes], dict[str, Any]]:
    """One to three CSV files, of which a few are wrong, and how they are to be prepared."""
    several = draw(st.integers(0, 3)) == 0
    label = st.sampled_from(["yes", "no", "maybe"] if several else ["yes", "no"])
    row = st.tuples(*(_CELLS[type_] for type_ in COLUMNS.values()), label).map(list)
    made = draw(st.lists(row, min_size=60, max_size=90))
    if draw(st.integers(0, 4)) == 0:
        position, values = draw(st.sampled_from(_WRONG))
        draw(st.sampled_from(made))[position : position + 1] = values
    files = draw(st.integers(1, 3))
    changes = draw(st.sampled_from(ENCODINGS)) | (SEVERAL if several else {})
    return [_written(made[number::files]) for number in range(files)], changes


def joined(found: Files | str) -> Files | str:
    """The pieces of a table of several files as one file, each header but the first left out."""
    if isinstance(found, str):
        return found
    whole: Files = {}
    for name in sorted(found):
        stem, _, number = name.removesuffix(".csv").rpartition("-")
        if not name.endswith(".csv") or len(number) != 6:
            whole[name] = found[name]
        elif f"{stem}.csv" in whole:
            whole[f"{stem}.csv"] += _without_header(found[name], headed=_is_headed(stem))
        else:
            whole[f"{stem}.csv"] = found[name]
    return whole


def _is_headed(stem: str) -> bool:
    """Whether that file has a header: what SageMaker's own algorithms read has none, nor has what an endpoint reads."""
    return not (stem[-1].isdigit() or stem.startswith("features"))


def _written(made: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([(*COLUMNS, "left"), *made])
    return text.getvalue().encode("utf-8", "replace")


def _without_header(content: bytes, *, headed: bool) -> bytes:
    """What follows the first line end that no quotes are around."""
    quoted = False
    for position, byte in enumerate(content if headed else b""):
        quoted ^= byte == ord('"')
        if byte == ord("\n") and not quoted:
            return content[position + 1 :]
    return content
