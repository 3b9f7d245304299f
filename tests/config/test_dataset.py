"""config.dataset: which version a run trains on, and rows to call an API with."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from config import dataset

DATASET: dict[str, Any] = {
    "target": "churn",
    "columns": [
        {"name": "id", "type": "id"},
        {"name": "minutes", "type": "number"},
        {"name": "plan", "type": "boolean"},
    ],
}
HEAD = "id,minutes,plan,churn\n1,2.5,yes,no\n2,,yes,no\n3,4,no,yes\n"


class Bucket:
    """Buckets in memory, as `bucket/key`."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.written: list[str] = []

    def get_paginator(self, _operation: str) -> Bucket:
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803
        keys = [key.partition("/")[2] for key in self.objects if key.startswith(f"{Bucket}/{Prefix}")]
        return [{"Contents": [{"Key": key} for key in keys]}]

    def upload_file(self, path: str, bucket: str, key: str, ExtraArgs: dict[str, str]) -> None:  # noqa: N803
        assert ExtraArgs == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}
        self._write(f"{bucket}/{key}", Path(path).read_bytes())

    def copy(self, source: dict[str, str], bucket: str, key: str, ExtraArgs: dict[str, str]) -> None:  # noqa: N803
        self._write(f"{bucket}/{key}", self.objects[f"{source['Bucket']}/{source['Key']}"])

    def get_object(self, *, Bucket: str, Key: str, Range: str = "") -> dict[str, Any]:  # noqa: N803
        return {"Body": Body(self.objects[f"{Bucket}/{Key}"])}

    def _write(self, key: str, content: bytes) -> None:
        self.written.append(key)
        self.objects[key] = content


class Body(io.BytesIO):
    """A streaming body."""

    def iter_chunks(self, size: int) -> Any:
        return iter(lambda: self.read(size), b"")


def data_sets(**objects: bytes) -> dataset.DataSets:
    bucket: Any = Bucket({key.replace("__", "/"): content for key, content in objects.items()})
    return dataset.DataSets(bucket, "data", "key")


def test_a_drop_says_which_version(tmp_path: Path) -> None:
    assert dataset.version_of_run(data_sets(), "0123", str(tmp_path / "none.csv"), None) == "0123"


def test_a_file_of_the_repository_is_imported_once(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(HEAD)
    found = data_sets()
    version = dataset.version_of_run(found, "-", str(path), None)
    assert found.keys(version) == [f"datasets/{version}/shop.csv"]
    assert dataset.version_of_run(found, "-", str(path), None) == version
    assert len(found.s3.written) == 1  # type: ignore[attr-defined]


def test_productions_data_stays_while_the_file_is_the_one_that_was_imported(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(HEAD)
    found = data_sets()
    found.import_file(path)
    production = {"uri": str(path), "version": "dropped"}
    assert dataset.version_of_run(found, "-", str(path), production) == "dropped"


def test_a_file_with_new_content_is_imported_under_its_old_name(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(HEAD)
    found = data_sets()
    production = {"uri": str(path), "version": found.import_file(path)}
    path.write_text(HEAD + "4,5,no,no\n")
    assert dataset.version_of_run(found, "-", str(path), production) != production["version"]


def test_objects_below_a_prefix_are_one_version() -> None:
    found = data_sets(lake__june__1_csv=b"a")
    found.s3.objects = {"lake/june/2.csv": b"b\n", "lake/june/1.csv": b"a\n", "lake/june/notes.txt": b"x"}  # type: ignore[attr-defined]
    version = dataset.version_of_run(found, "-", "s3://lake/june/", None)
    assert version == dataset.data_version([b"a\n", b"b\n"])
    assert found.keys(version) == [f"datasets/{version}/1.csv", f"datasets/{version}/2.csv"]


def test_an_address_that_production_has_learnt_from_is_not_read_again() -> None:
    production = {"uri": "s3://lake/june/", "version": "0123"}
    assert dataset.version_of_run(data_sets(), "-", "s3://lake/june/", production) == "0123"


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("config/data/none.csv", r"\$.dataset.uri: config/data/none.csv is no file of the repository"),
        ("s3://lake/none/", r"\$.dataset.uri: there is no CSV file at s3://lake/none/"),
    ],
)
def test_data_that_is_not_there_is_named(uri: str, message: str) -> None:
    with pytest.raises(dataset.DataSetNotFound, match=message):
        dataset.version_of_run(data_sets(), "-", uri, None)


def test_a_sample_has_the_columns_that_the_model_learns_from_of_whole_rows() -> None:
    assert dataset.sample(HEAD, DATASET, []) == [{"minutes": 2.5, "plan": "yes"}, {"minutes": 4.0, "plan": "no"}]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "id,minuts,plan,churn",
            '$.dataset.columns[1].name: found "minutes" (did you mean minuts?); '
            'allowed: a column of ["id", "minuts", "plan", "churn"]',
        ),
        ("id,minutes,plan", '$.dataset.target: found "churn"; allowed: a column of ["id", "minutes", "plan"]'),
        (
            "id,minutes,plan,churn,extra",
            "$.dataset.columns: found no extra; allowed: every column of the data set is declared; type id leaves one",
        ),
    ],
    ids=["misspelt", "no target", "undeclared"],
)
def test_a_header_that_does_not_fit_is_refused_with_path_value_and_what_is_allowed(header: str, expected: str) -> None:
    with pytest.raises(ValueError, match="the data set does not fit the configuration") as raised:
        dataset.sample(f"{header}\n", DATASET, [])
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["1,NA,yes,no", "2,3,yes,no"], [{"minutes": 3.0, "plan": "yes"}]),
        (["1,many,yes,no", "2,inf,yes,no", "2,3,yes,no"], [{"minutes": 3.0, "plan": "yes"}]),
        (["1,NA,yes,no", "2,3,,no"], [{"minutes": None, "plan": "yes"}, {"minutes": 3.0, "plan": None}]),
        (["1, 3 ,yes,no", "2,3"], [{"minutes": 3.0, "plan": "yes"}]),
    ],
    ids=["missing", "no number", "no whole row", "short row"],
)
def test_any_row_that_can_be_sent_is_a_sample(lines: list[str], expected: list[Any]) -> None:
    assert dataset.sample("\n".join(["id,minutes,plan,churn", *lines]), DATASET, ["NA"]) == expected


def test_the_mark_that_a_spreadsheet_puts_before_the_header_is_no_part_of_it() -> None:
    found = data_sets(**{"data__datasets__7__new.csv": b"\xef\xbb\xbfid,minutes\n"})
    assert found.head("7") == "id,minutes\n"
