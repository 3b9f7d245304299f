from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from slipway import configure
from slipway.configure import guess
from slipway.errors import BadInput

CONFIG = Path(__file__).parents[2] / "config"
SCHEMA = json.loads((CONFIG / "ml-pipeline.schema.json").read_text())
Table = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Write a table of columns, each a list of values; or text as it is."""

    def write(text: str | bytes | None = None, **columns: list[object]) -> Path:
        file = tmp_path / "table.csv"
        if text is not None:
            file.write_bytes(text.encode() if isinstance(text, str) else text)
        else:
            rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
            file.write_text("\n".join([",".join(columns), *rows]) + "\n")
        return file

    return write


LEFT: list[object] = ["yes", "no", "no", "no"] * 3


@pytest.mark.parametrize("name", ["ml-pipeline.json", "breast-cancer.json"])
def test_the_samples_are_guessed_as_they_are_configured(name: str) -> None:
    configuration = json.loads((CONFIG / name).read_text())
    dataset = configuration["dataset"]
    found = guess(CONFIG.parent / dataset["uri"], dataset["target"])
    assert found.apply(configuration, dataset["uri"]) == configuration


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("minutes", [1.5, -2, "+3e2", ""] * 3, "number"),
        ("flag", [1, 0, 1, 0] * 3, "number"),
        ("active", ["True", "False", "True", "NA"] * 3, "boolean"),
        ("plan", ["a", "b", "c", "a"] * 3, "category"),
        ("customerID", range(500, 512), "id"),
        ("customer_id", [*range(11), 10], "id"),
        ("account", [f"A{n}" for n in range(12)], "id"),
        ("row", range(1, 13), "id"),
        ("balance", [n * n for n in range(12)], "number"),
        ("paid", [n * n for n in range(12)], "number"),
        ("notes", [""] * 12, "id"),
    ],
)
def test_a_column_gets_its_type(name: str, values: list[object], expected: str, table: Table) -> None:
    found = guess(table(**{name: list(values), "left": LEFT}), "left")
    assert found.columns == [{"name": name, "type": expected}]


def test_every_id_is_said_to_be_left_out(table: Table) -> None:
    found = guess(table(customerID=list(range(500, 512)), notes=[""] * 12, left=LEFT), "left")
    assert found.sentences == [
        "Read 12 rows and 3 columns of table.csv, UTF-8.",
        "Took 2 for id: customerID, notes.",
        "customerID is different in every row and named like an id, so it is left out (id).",
        "notes is empty, so it is left out (id).",
        "left is no, yes; yes is the class to find (positiveClass), 25.0% of the rows.",
        "These rows are too few: a run fails in Prepare with fewer than 50.",
    ]


def test_fifty_rows_are_enough(table: Table) -> None:
    enough = guess(table(age=list(range(0, 100, 2)), left=["yes", "no"] * 25), "left")
    assert not any("too few" in sentence for sentence in enough.sentences)


def test_a_number_column_with_a_slip_is_pointed_out(table: Table) -> None:
    found = guess(table(minutes=[*range(11), "twelve"], left=LEFT), "left")
    assert found.columns == [{"name": "minutes", "type": "number"}]
    assert found.sentences[2] == (
        "minutes is a number but for twelve, which Prepare will refuse:"
        " correct the table, or list it in prepare.missingValues."
    )


def test_free_text_is_left_out(table: Table) -> None:
    words: list[object] = [f"w{n % 101}" for n in range(204)]
    found = guess(table(comment=words, left=["yes", "no"] * 102), "left")
    assert found.sentences[2] == (
        "comment is text with 101 different values, too many for categories, so it is left out (id)."
    )


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        pytest.param(
            [f"2026-01-{day:02}" for day in range(1, 13)],
            " Its values are dates (2026-01-01): as numbers, like the days until another date, they would be learned.",
            id="dates",
        ),
        pytest.param(
            [f"{amount}.50 €" for amount in range(1, 13)],
            " Its values are amounts (1.50 €): as plain numbers, like 1234.5, they would be learned.",
            id="amounts",
        ),
        pytest.param([f"Main Street {number}" for number in range(12)], "", id="text"),
    ],
)
def test_text_that_says_a_number_comes_with_what_could_be_made_of_it(
    values: list[object], hint: str, table: Table
) -> None:
    found = guess(table(seen=values, left=LEFT), "left")
    assert found.columns == [{"name": "seen", "type": "id"}]
    assert found.sentences[2] == f"seen is text that is different in every row, so it is left out (id).{hint}"


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        (["True", "True", "False"], "True"),
        (["0", "1", "1"], "1"),
        (["malignant", "malignant", "benign"], "malignant"),
        (["stays", "stays", "goes"], "goes"),
    ],
)
def test_the_positive_class_says_yes_or_is_the_rarer_one(labels: list[object], positive: str, table: Table) -> None:
    assert guess(table(a=[1, 2, 2] * 2, left=labels * 2), "left").positive_class == positive


def test_three_classes_are_multiclass(table: Table) -> None:
    found = guess(table(a=[1, 2, 2] * 2, kind=["x", "y", "z"] * 2), "kind")
    assert (found.task, found.positive_class) == ("multiclass", None)
    written = found.apply({"evaluate": {"positiveClass": "old", "metric": "f1"}}, "config/data/x.csv")
    assert written["dataset"]["task"] == "multiclass"
    assert written["evaluate"] == {"metric": "f1", "threshold": 0.3333}


def test_the_split_and_the_rest_of_the_configuration_stay(table: Table) -> None:
    before = {
        "dataset": {"uri": "old.csv", "split": {"seed": 1}, "task": "multiclass"},
        "train": {"engine": "container"},
    }
    after = guess(table(a=[1, 2, 2, 4] * 3, left=LEFT), "left").apply(before, "config/data/x.csv")
    assert after["dataset"]["split"] == {"seed": 1}
    assert "task" not in after["dataset"]
    assert after["train"] == before["train"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(after)) == []


@pytest.mark.parametrize("name", ["ml-pipeline.json", "breast-cancer.json"])
def test_a_configuration_is_rendered_as_people_write_it(name: str) -> None:
    text = (CONFIG / name).read_text()
    rendered = configure.render(json.loads(text))
    assert json.loads(rendered) == json.loads(text)
    assert [line for line in rendered.splitlines() if '"type"' in line] == [
        line for line in text.splitlines() if '"type"' in line
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_document_survives_rendering(document: object) -> None:
    assert json.loads(configure.render(document)) == document


def test_a_large_file_is_sampled_and_said_so(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configure, "SAMPLE_ROWS", 8)
    assert guess(table(a=[1, 2, 2, 4] * 3, left=LEFT), "left").sentences[0] == (
        "Read the first 8 rows and 2 columns of table.csv, UTF-8."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "table.csv is empty; expected a header and rows"),
        ("a,left\n", "table.csv has a header and no rows"),
        ("a,b\n1,2\n", "table.csv has no column 'left'; its columns are a, b"),
        (
            "a;left\n1;2\n",
            "table.csv seems to be separated by ';', since its header is one column; save it with commas",
        ),
        (
            "a,yes,5\nb,no,7\n",
            "table.csv has no column 'left'; its columns are a, yes, 5. It seems to have no header, since its first row"
            " holds 5; put the columns' names above",
        ),
        ("a,a,left\n1,2,3\n", "table.csv: column 'a' stands twice in the header"),
        ("a,,left\n1,2,3\n", "table.csv: column 2 has no name; give it one"),
        ("a,left\n1,yes\n1\n", "table.csv, line 3: expected 2 fields, found 1"),
        ('a,left\n1,"y"es\n', "table.csv, line 2: not CSV: ',' expected after '\"'"),
        (b"a,left\n\xff,yes\n", "table.csv is not UTF-8 (invalid start byte); save it as UTF-8"),
        ("a,left\n1,yes\n2,\n", "the target column 'left' is empty in 1 of 2 rows; leave these rows out"),
        (
            "a,left\n1,yes\n2,yes\n",
            "the target column 'left' holds one value only, 'yes'; a model needs two to tell apart",
        ),
        (
            "a,left\n" + "".join(f"1,{n}\n" for n in range(101)),
            "the target column 'left' holds 101 different values; expected at most 100 classes",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(text: str | bytes, message: str, table: Table) -> None:
    with pytest.raises(BadInput, match=f"^{re.escape(message)}"):
        guess(table(text), "left")


def test_numbers_of_any_length_are_no_counter(table: Table) -> None:
    rows = "".join(f"{'1' * 5000}{number},{number % 3},{number % 2}\n" for number in range(9))
    assert guess(table(f"long,short,left\n{rows}"), "left").columns[0] == {"name": "long", "type": "number"}


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"is a folder; expected a CSV with a header$"):
        guess(tmp_path, "left")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv does not exist; expected a CSV with a header$"):
        guess(tmp_path / "none.csv", "left")


def test_the_limits_are_the_defaults_of_the_schema() -> None:
    prepare = SCHEMA["properties"]["prepare"]["properties"]
    assert prepare["maxCategories"]["default"] == configure.MOST_CATEGORIES
    assert {*prepare["missingValues"]["default"], ""} == configure.MISSING


@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet='a1,."\n\x00é', max_size=80))
def test_any_text_is_guessed_or_refused(text: str, table: Table) -> None:
    try:
        found = guess(table("left,b\n" + text), "left")
    except BadInput:
        return
    document = found.apply({}, "config/data/x.csv")
    document["evaluate"].setdefault("metric", "f1")
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
