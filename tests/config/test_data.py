from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from config.data import telecom_churn

CONFIG = Path(__file__).parents[2] / "config"


def table(name: str) -> list[dict[str, str]]:
    with (CONFIG / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_generator_makes_the_committed_table_byte_for_byte() -> None:
    made = io.StringIO(newline="")
    telecom_churn.write(telecom_churn.make(telecom_churn.SEED, telecom_churn.ROWS), made)
    assert made.getvalue().encode() == (CONFIG / "data" / "telecom-churn.csv").read_bytes()


def test_another_seed_makes_other_customers_with_the_same_columns() -> None:
    (one,), (other,) = telecom_churn.make(1, 1), telecom_churn.make(2, 1)
    assert one != other
    assert list(one) == list(other)


def test_about_one_customer_in_six_leaves() -> None:
    share = Counter(row["churn"] for row in table("telecom-churn.csv"))["yes"] / telecom_churn.ROWS
    assert 0.14 < share < 0.20


def test_customer_ids_are_unique() -> None:
    assert len({row["customer_id"] for row in table("telecom-churn.csv")}) == telecom_churn.ROWS


@pytest.mark.parametrize(
    ("configuration", "name"),
    [("telecom-churn.json", "telecom-churn.csv"), ("breast-cancer.json", "breast-cancer.csv")],
)
def test_the_configured_columns_are_those_of_the_table(configuration: str, name: str) -> None:
    dataset = json.loads((CONFIG / configuration).read_text())["dataset"]
    columns = [column["name"] for column in dataset["columns"]]
    assert dataset["uri"] == f"config/data/{name}"
    assert [*columns, dataset["target"]] == list(table(name)[0])


def test_every_column_is_documented() -> None:
    readme = (CONFIG / "data" / "README.md").read_text()
    assert [name for name in table("telecom-churn.csv")[0] if f"`{name}`" not in readme] == []


def test_the_breast_cancer_table_has_569_tumours() -> None:
    assert Counter(row["diagnosis"] for row in table("breast-cancer.csv")) == {"benign": 357, "malignant": 212}


def test_rows_are_written_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    telecom_churn.main(["--seed", "7", "--rows", "3", "--output", str(tmp_path / "drop.csv")])
    telecom_churn.main(["--seed", "7", "--rows", "3"])
    assert (tmp_path / "drop.csv").read_text() == capsys.readouterr().out
    assert (tmp_path / "drop.csv").read_text().count("\n") == 4


def test_no_rows_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        telecom_churn.main(["--rows", "0"])
    assert "--rows must be at least 1, not 0" in capsys.readouterr().err
