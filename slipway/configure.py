"""Look at a table and write the configuration's dataset section: what `slipway configure FILE --target COLUMN` does.

Plain Python, since the command line's environment has no data-frame library, and only the first rows of a large file
are looked at. Every guess comes with a sentence, because a guess that nobody reads is a mistake that nobody sees.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from slipway import gate, unread
from slipway import header as heading
from slipway.errors import BadInput

# Enough to tell a number from text and an id from a code, and read in about a second.
SAMPLE_ROWS = 100_000
MOST_CLASSES = 100
# What jobs/rows.py, and a drop, ask for.
FEWEST_ROWS = 50
# The configuration's own default of prepare.maxCategories.
MOST_CATEGORIES = 100
LINE_LENGTH = 110
# The parts of a configuration and their fields are spread out even when they would fit on a line.
DEEPEST_SPREAD = 2
MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL"})

# As many digits as a counter has.
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_ID_NAME = re.compile(r"(?:^|[_ -])(?:id|uuid|guid|key|index|row_?num(?:ber)?)$", re.IGNORECASE)
_CAMEL_ID = re.compile(r"[a-z](?:ID|Id|UUID|Uuid|Key)$")
_YES = ("yes", "true", "y", "t", "1")
_NO = ("no", "false", "n", "f", "0")
# Values of a target that name what a model is to find, as opposed to what is usual.
_SOUGHT = (*_YES, "positive", "churn", "churned", "default", "fraud", "malignant", "fail", "failure")


@dataclass
class DatasetGuess:
    """What was guessed of a table, in the words of config/ml-pipeline.schema.json."""

    target: str
    task: str
    columns: list[dict[str, str]]
    positive_class: str | None
    shares: dict[str, float]
    sentences: list[str] = field(default_factory=list)

    def apply(self, configuration: dict[str, Any], uri: str) -> dict[str, Any]:
        """A configuration with this table in place of the one it had; split, seed and metric stay.

        The gate stays where the table had this URI and target before; else it is what chance reaches.
        """
        kept = {name: value for name, value in configuration.get("dataset", {}).items() if name == "split"}
        dataset: dict[str, Any] = {"uri": uri, "target": self.target, "columns": self.columns, **kept}
        if self.task != "binary":
            dataset["task"] = self.task
        evaluate = {name: value for name, value in configuration.get("evaluate", {}).items() if name != "positiveClass"}
        if self.positive_class is not None:
            evaluate["positiveClass"] = self.positive_class
        if not gate.is_chosen(configuration, uri, self.target):
            metric = evaluate.get("metric", gate.METRIC)
            evaluate["threshold"] = gate.chance(metric, self.shares, self.positive_class)
        return {**configuration, "dataset": dataset, "evaluate": evaluate}

    def told(self, configuration: dict[str, Any], uri: str) -> list[str]:
        """What was guessed, and the gate that `apply` writes."""
        if gate.is_chosen(configuration, uri, self.target):
            return self.sentences
        return [*self.sentences, gate.sentence(self.apply(configuration, uri)["evaluate"])]


def guess(path: Path, target: str) -> DatasetGuess:
    """Look at a CSV file and guess its columns' types, the task and the positive class."""
    header, rows, complete = _sample(path, target)
    if not rows:
        raise BadInput(f"{path.name} has a header and no rows")
    values = {name: [row[index].strip() for row in rows] for index, name in enumerate(header)}
    sentences = [_read_sentence(path, len(rows), len(header), complete)]
    columns = []
    for name in header:
        if name != target:
            type_, sentence = _column(name, values[name])
            columns.append({"name": name, "type": type_})
            sentences += [sentence] if sentence else []
    sentences[1:1] = _types_sentences(columns)
    task, positive, sentence = _target(target, values[target])
    sentences.append(sentence)
    if complete and len(rows) < FEWEST_ROWS:
        sentences.append(f"These rows are too few: a run fails in Prepare with fewer than {FEWEST_ROWS}.")
    shares = {name: count / len(rows) for name, count in Counter(values[target]).items()}
    return DatasetGuess(target, task, columns, positive, shares, sentences)


def render(value: Any, indent: int = 0) -> str:
    """A configuration as JSON that people edit: what fits on a line stands on one, so a column takes one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or (len(flat) + indent <= LINE_LENGTH and indent > DEEPEST_SPREAD):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, list):
        items = [render(item, indent + 2) for item in value]
    else:
        items = [f"{json.dumps(name, ensure_ascii=False)}: {render(item, indent + 2)}" for name, item in value.items()]
    start, end = "{}" if isinstance(value, dict) else "[]"
    return f"{start}\n{inner}" + f",\n{inner}".join(items) + f"\n{' ' * indent}{end}" if items else f"{start}{end}"


def _sample(path: Path, target: str) -> tuple[list[str], list[list[str]], bool]:
    """Header, first rows, and whether these were all."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            _check_header(header, target, path)
            rows = list(islice(_whole_rows(reader, len(header), path), SAMPLE_ROWS + 1))
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist; expected a CSV with a header") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a folder; expected a CSV with a header") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8 ({error.reason}); save it as UTF-8") from None
    except csv.Error as error:
        raise BadInput(f"{path.name}, line {reader.line_num}: not CSV: {error}") from None
    return header, rows[:SAMPLE_ROWS], len(rows) <= SAMPLE_ROWS


def _check_header(header: list[str], target: str, path: Path) -> None:
    if not header:
        raise BadInput(f"{path.name} is empty; expected a header and rows")
    separated = heading.other_separator(header)
    if separated:
        raise BadInput(f"{path.name} {separated}")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise BadInput(f"{path.name}: column {twice[0]!r} stands twice in the header")
    if "" in header:
        raise BadInput(f"{path.name}: column {header.index('') + 1} has no name; give it one")
    if target not in header:
        seems = heading.missing(header)
        hint = f". It {seems}" if seems else ""
        raise BadInput(f"{path.name} has no column {target!r}; its columns are {', '.join(header)}{hint}")


def _whole_rows(reader: Any, width: int, path: Path) -> Iterator[list[str]]:
    for row in reader:
        if row and len(row) != width:
            raise BadInput(f"{path.name}, line {reader.line_num}: expected {width} fields, found {len(row)}")
        if row:
            yield row


def _column(name: str, values: list[str]) -> tuple[str, str]:
    """A column's type, and a sentence where the guess may surprise."""
    known = [value for value in values if value not in MISSING]
    if not known:
        return "id", f"{name} is empty, so it is left out (id)."
    odd = Counter(value for value in known if not heading.NUMBER.fullmatch(value))
    reason = _id_reason(name, known, odd)
    if reason:
        hint = unread.hint(known) if odd else ""
        return "id", f"{name} {reason}, so it is left out (id).{f' {hint}' if hint else ''}"
    distinct = set(known)
    if odd and _boolean(distinct):
        return "boolean", f"{name} holds {_listed(distinct)}: a boolean."
    if not odd:
        return "number", ""
    if _nearly_number(odd, known):
        return "number", (
            f"{name} is a number but for {_listed(odd)}, which Prepare will refuse:"
            " correct the table, or list it in prepare.missingValues."
        )
    return "category", ""


def _id_reason(name: str, known: list[str], odd: Counter[str]) -> str:
    """Why a column says nothing about its row, if so."""
    distinct = len(set(known))
    unique = distinct == len(known) > 1
    whole = all(_WHOLE.fullmatch(value) for value in known)
    if unique and _named_id(name):
        return "is different in every row and named like an id"
    if _named_id(name) and whole and distinct > 0.9 * len(known):
        return "is nearly always different and named like an id"
    if unique and whole and _counts_up(known):
        return "counts the rows"
    if _nearly_number(odd, known):
        return ""
    if unique:
        return "is text that is different in every row"
    return f"is text with {distinct} different values, too many for categories" if distinct > MOST_CATEGORIES else ""


def _nearly_number(odd: Counter[str], known: list[str]) -> bool:
    """Whether the few values that are no numbers are most likely mistakes, or a mark for missing ones."""
    return odd.total() <= 0.1 * len(known)


def _named_id(name: str) -> bool:
    return bool(_ID_NAME.search(name) or _CAMEL_ID.search(name))


def _counts_up(values: list[str]) -> bool:
    numbers = [int(value) for value in values]
    return all(after - before == 1 for before, after in pairwise(numbers))


def _boolean(distinct: set[str]) -> bool:
    return len(distinct) <= 2 and all(value.lower() in (*_YES, *_NO) for value in distinct)


def _target(name: str, values: list[str]) -> tuple[str, str | None, str]:
    """Task, positive class, and a sentence."""
    missing = sum(value in MISSING for value in values)
    if missing:
        raise BadInput(f"the target column {name!r} is empty in {missing} of {len(values)} rows; leave these rows out")
    counts = Counter(values)
    if len(counts) == 1:
        raise BadInput(
            f"the target column {name!r} holds one value only, {values[0]!r}; a model needs two to tell apart"
        )
    if len(counts) > MOST_CLASSES:
        raise BadInput(
            f"the target column {name!r} holds {len(counts)} different values; expected at most {MOST_CLASSES} classes"
            " (a number to predict, regression, is not offered: bin it into classes)"
        )
    if len(counts) > 2:
        return "multiclass", None, f"{name} has {len(counts)} classes, {_listed(counts)}: multiclass."
    positive = _positive(counts)
    share = counts[positive] / counts.total()
    return (
        "binary",
        positive,
        f"{name} is {_listed(counts)}; {positive} is the class to find (positiveClass), {share:.1%} of the rows.",
    )


def _positive(counts: Counter[str]) -> str:
    """The class that says yes, else the rarer one."""
    sought = [value for value in counts if value.lower() in _SOUGHT]
    return sought[0] if len(sought) == 1 else min(counts, key=lambda value: (counts[value], value))


def _read_sentence(path: Path, rows: int, width: int, complete: bool) -> str:
    seen = f"{rows:,} rows" if complete else f"the first {rows:,} rows"
    return f"Read {seen} and {width} columns of {path.name}, UTF-8."


def _types_sentences(columns: list[dict[str, str]]) -> list[str]:
    """Which column got which type, a sentence a type."""
    names: dict[str, list[str]] = {}
    for column in columns:
        names.setdefault(column["type"], []).append(column["name"])
    most_first = sorted(names.items(), key=lambda item: -len(item[1]))
    return [f"Took {len(found)} for {type_}: {', '.join(found)}." for type_, found in most_first]


def _listed(values: Iterable[str], most: int = 4) -> str:
    names = sorted(values)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
