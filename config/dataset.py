"""The data set of a run: which version it is, where it is, and the rows that smoke calls are made of."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from config.consistency import header_faults
from config.versions import data_version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

# The pipeline variable's default: no new data, go on with production's.
UNCHANGED: Final = "-"
_CHUNK: Final = 1 << 20
_HEAD: Final = 1 << 18
_SAMPLE_ROWS: Final = 20


class DataSetNotFound(LookupError):
    """Nothing is where the configuration or the run says that the data is."""


@dataclass(frozen=True)
class DataSets:
    """The versions of the data in a bucket, under `datasets/<version>/`."""

    s3: S3Client
    bucket: str
    key_arn: str

    def uri(self, version: str) -> str:
        """Where the files of a version are."""
        return f"s3://{self.bucket}/datasets/{version}/"

    def keys(self, version: str) -> list[str]:
        """The CSV files of a version, in the order in which they are read."""
        return _csv_keys(self.s3, self.bucket, f"datasets/{version}/")

    def import_file(self, path: Path) -> str:
        """Put a file of the repository in the bucket, once, and return its version."""
        if not path.is_file():
            raise DataSetNotFound(f"$.dataset.uri: {path} is no file of the repository")
        version = data_version(_chunks(path))
        if not self.keys(version):
            self.s3.upload_file(str(path), self.bucket, f"datasets/{version}/{path.name}", ExtraArgs=self._encryption())
        return version

    def import_objects(self, uri: str) -> str:
        """Copy an object, or the CSV files below a prefix, once, and return the version of them together."""
        source, _, prefix = uri.removeprefix("s3://").partition("/")
        keys = _csv_keys(self.s3, source, prefix)
        if not keys:
            raise DataSetNotFound(f"$.dataset.uri: there is no CSV file at {uri}")
        version = data_version(chunk for key in keys for chunk in _object_chunks(self.s3, source, key))
        if not self.keys(version):
            for key in keys:
                target = f"datasets/{version}/{key.rpartition('/')[2]}"
                self.s3.copy({"Bucket": source, "Key": key}, self.bucket, target, ExtraArgs=self._encryption())
        return version

    def head(self, version: str) -> str:
        """The first lines of a version, in UTF-8."""
        keys = self.keys(version)
        if not keys:
            raise DataSetNotFound(f"there is no CSV file at {self.uri(version)}")
        body = self.s3.get_object(Bucket=self.bucket, Key=keys[0], Range=f"bytes=0-{_HEAD - 1}")["Body"].read()
        # The range may end in the middle of a character and of a line.
        lines = body.decode("utf-8-sig", errors="ignore").splitlines(keepends=True)
        return "".join(lines if len(body) < _HEAD else lines[:-1])

    def _encryption(self) -> dict[str, str]:
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key_arn}


def version_of_run(data_sets: DataSets, asked: str, uri: str, production: dict[str, str] | None) -> str:
    """The version that a run trains on: the one asked for, production's if nothing new is there, or the one imported.

    A file of the repository is imported again when its content is new, even under the old name.
    """
    if asked != UNCHANGED:
        return asked
    if uri.startswith("s3://"):
        same = production is not None and production["uri"] == uri
        return production["version"] if production and same else data_sets.import_objects(uri)
    path = Path(uri)
    if production and production["uri"] == uri and path.is_file() and data_sets.keys(data_version(_chunks(path))):
        return production["version"]
    return data_sets.import_file(path)


def production_data(ssm: SSMClient, prefix: str) -> dict[str, str] | None:
    """What production learnt from, `{"uri", "version", "commit"}`; None before there is a production."""
    try:
        found = ssm.get_parameter(Name=f"/{prefix}/production/data")
    except ssm.exceptions.ParameterNotFound:
        return None
    data: dict[str, str] = json.loads(found["Parameter"]["Value"])
    return data


Row = dict[str, float | str | None]


def sample(head: str, dataset: dict[str, Any], missing: Collection[str]) -> list[Row]:
    """Rows to call an API with: the columns that the model learns from, of whole rows if there are any.

    Raises `ValueError` with one line for each fault when the header is not the one that the configuration declares.
    """
    reader = csv.DictReader(io.StringIO(head, newline=""))
    faults = header_faults(list(reader.fieldnames or []), dataset)
    if faults:
        raise ValueError(
            "\n".join(["the data set does not fit the configuration:", *(f"  {fault}" for fault in faults)])
        )
    columns = [column for column in dataset["columns"] if column["type"] != "id"]
    known = {"", *missing}
    rows = [
        {column["name"]: _value(row[column["name"]] or "", column["type"], known) for column in columns}
        for row in reader
        if all(_fits(row[column["name"]] or "", column["type"], known) for column in columns)
    ]
    whole = [row for row in rows if None not in row.values()]
    return (whole or rows)[:_SAMPLE_ROWS]


def as_csv(rows: list[Row]) -> str:
    """The same rows as a batch reads them, without a header (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(row.values() for row in rows)
    return text.getvalue()


def _fits(text: str, kind: str, missing: Collection[str]) -> bool:
    """Whether a value can be sent; a number that is none is Prepare's to refuse, which reads every row."""
    if kind != "number" or text.strip() in missing:
        return True
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _value(text: str, kind: str, missing: Collection[str]) -> float | str | None:
    if text.strip() in missing:
        return None
    return float(text) if kind == "number" else text


def _csv_keys(s3: S3Client, bucket: str, prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return sorted(item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"].endswith(".csv"))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _object_chunks(s3: S3Client, bucket: str, key: str) -> Iterator[bytes]:
    yield from s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(_CHUNK)
