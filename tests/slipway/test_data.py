from __future__ import annotations

from pathlib import Path

import pytest
from botocore.stub import ANY

from slipway import data
from slipway.errors import BadInput
from tests.slipway.stubs import Aws


def test_parts_of_a_table_differ_and_keep_the_header(tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    source.write_text("id,text\n" + "".join(f'{number},"a, b"\n' for number in range(7)))
    two_of_three = data.part_of(source, tmp_path / "two-of-three.csv", keep=2, of=3).read_text()
    three_of_four = data.part_of(source, tmp_path / "three-of-four.csv", keep=3, of=4).read_text()
    assert two_of_three == 'id,text\n0,"a, b"\n1,"a, b"\n3,"a, b"\n4,"a, b"\n6,"a, b"\n'
    assert three_of_four == 'id,text\n0,"a, b"\n1,"a, b"\n2,"a, b"\n4,"a, b"\n5,"a, b"\n6,"a, b"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "new").mkdir()
    for name in ("b.csv", "a.csv", "notes.txt"):
        (tmp_path / "new" / name).write_text("id\n1\n")
    return tmp_path / "new"


def test_a_folder_is_dropped_with_its_mark_last(folder: Path, aws: Aws) -> None:
    for name in ("a.csv", "b.csv", "_SUCCESS"):
        expected = {"Bucket": "data", "Key": f"incoming/new/{name}", "Body": ANY}
        checked = {} if name == "_SUCCESS" else {"ChecksumAlgorithm": ANY}
        aws.answer("s3.put_object", {}, {**expected, **checked})
    assert data.drop(aws.install(DataBucket="data"), folder) == "s3://data/incoming/new/"


def test_a_file_is_dropped_by_its_name(folder: Path, aws: Aws) -> None:
    expected = {"Bucket": "data", "Key": "incoming/a.csv", "Body": ANY, "ChecksumAlgorithm": ANY}
    aws.answer("s3.put_object", {}, expected)
    assert data.drop(aws.install(DataBucket="data"), folder / "a.csv") == "s3://data/incoming/a.csv"


def test_a_request_is_dropped_without_a_mark(folder: Path, aws: Aws) -> None:
    for name in data.REQUEST:
        (folder / name).write_text("{}")
        expected = {"Bucket": "data", "Key": f"incoming/new/{name}", "Body": ANY, "ChecksumAlgorithm": ANY}
        aws.answer("s3.put_object", {}, expected)
    assert data.drop(aws.install(DataBucket="data"), folder) == "s3://data/incoming/new/"


def test_a_zip_is_dropped_as_it_is(folder: Path, aws: Aws) -> None:
    (folder / "june.zip").write_bytes(b"PK")
    aws.answer(
        "s3.put_object", {}, {"Bucket": "data", "Key": "incoming/june.zip", "Body": ANY, "ChecksumAlgorithm": ANY}
    )
    assert data.drop(aws.install(DataBucket="data"), folder / "june.zip") == "s3://data/incoming/june.zip"


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("nope.csv", BadInput, "nope.csv does not exist; expected a CSV, or a folder of CSVs"),
        ("notes.txt", BadInput, r"notes.txt does not end in \.csv; new data is CSV with a header"),
        ("empty", BadInput, r"empty holds no \.csv file"),
        ("semicolons.csv", BadInput, r"semicolons\.csv seems to be separated by ';', since its header is one column"),
    ],
)
def test_what_is_no_table_is_refused_before_anything_is_uploaded(
    name: str, error: type[Exception], message: str, folder: Path
) -> None:
    (folder / "empty").mkdir()
    (folder / "semicolons.csv").write_text("id;left\n1;yes\n")
    with pytest.raises(error, match=message):
        data.check(folder / name)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [("", "number", None), ("NA", "number", None), ("2", "number", 2.0), ("2", "category", "2")],
)
def test_a_cell_is_told_as_the_api_takes_it(text: str, kind: str, value: object) -> None:
    assert data.value(text, kind) == value
