from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody

from slipway import inbox
from slipway.errors import ExitCode, SlipwayError
from slipway.inbox import Dropped, DropRejected
from tests.slipway.samples import RUN_ID
from tests.slipway.stubs import Aws

VERSION = "7cde7fb64fd82bd1"
CLAIM, REASON = f"drops/{VERSION}.json", f"rejected/{VERSION}/reason.json"
URI = "s3://data/incoming/new.csv"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "new.csv").write_text("id\n1\n")
    return tmp_path / "new.csv"


def state(aws: Aws, key: str, version: str) -> None:
    """What HeadObject says: the version of an object, "" for none."""
    if version:
        aws.answer("s3.head_object", {"VersionId": version}, {"Bucket": "data", "Key": key})
    else:
        aws.refuse("s3.head_object", "404", "Not Found")


def holds(aws: Aws, key: str, document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    aws.answer("s3.get_object", {"Body": StreamingBody(io.BytesIO(body), len(body))}, {"Bucket": "data", "Key": key})


def dropped(aws: Aws, table: Path) -> Dropped:
    return inbox.drop(aws.install(DataBucket="data"), table)


def taken_out(aws: Aws, key: str = "incoming/new.csv") -> None:
    """It is put, is there at the first look, and gone at the second."""
    aws.answer("s3.put_object", {})
    state(aws, key, "1")
    state(aws, key, "")


def test_the_version_is_the_one_that_the_function_makes(tmp_path: Path) -> None:
    """sha256sum of both files' content, one after the other."""
    (tmp_path / "a.csv").write_text("id\n")
    (tmp_path / "b.csv").write_text("1\n")
    (tmp_path / "notes.txt").write_text("not data")
    assert inbox.version_of(tmp_path) == VERSION


def test_a_drop_that_started_a_run_names_it(aws: Aws, table: Path) -> None:
    state(aws, CLAIM, "")
    state(aws, REASON, "old")
    taken_out(aws)
    state(aws, REASON, "old")
    state(aws, CLAIM, "1")
    holds(aws, CLAIM, {"version": VERSION, "pipelineExecutionId": RUN_ID})
    found = dropped(aws, table)
    assert found.text() == f"{URI} was taken and started run 1b28d30d; follow it with `slipway watch 1b28d30d`"
    assert found.as_json() == {"uri": URI, "version": VERSION, "status": "started", "run": RUN_ID}
    inbox.check(found)


def test_the_same_data_again_names_the_run_that_it_had(aws: Aws, table: Path) -> None:
    state(aws, CLAIM, "1")
    state(aws, REASON, "")
    holds(aws, CLAIM, {"version": VERSION, "pipelineExecutionId": RUN_ID})
    taken_out(aws)
    state(aws, REASON, "")
    state(aws, CLAIM, "1")
    holds(aws, CLAIM, {"version": VERSION, "pipelineExecutionId": RUN_ID})
    found = dropped(aws, table)
    assert found.status == "known"
    assert "is the same data as that of run 1b28d30d and starts no other" in found.text()


def test_a_drop_that_waits_for_another_run_says_so(aws: Aws, table: Path) -> None:
    state(aws, CLAIM, "")
    state(aws, REASON, "")
    taken_out(aws)
    state(aws, REASON, "")
    state(aws, CLAIM, "1")
    holds(aws, CLAIM, {"version": VERSION, "files": ["incoming/new.csv"]})
    found = dropped(aws, table)
    assert found.as_json() == {"uri": URI, "version": VERSION, "status": "waits", "run": None}
    assert "its run starts once the one with new data that is going on has ended" in found.text()


@pytest.mark.parametrize("before", ["", "0"], ids=["for the first time", "again"])
def test_a_rejected_drop_is_an_error_with_its_reasons(before: str, aws: Aws, table: Path) -> None:
    state(aws, CLAIM, "")
    state(aws, REASON, before)
    taken_out(aws)
    state(aws, REASON, "1")
    holds(aws, REASON, {"reasons": ["column 'churn' is missing and is the target", "column 'id' is not known"]})
    found = dropped(aws, table)
    assert found.as_json()["reasons"] == ["column 'churn' is missing and is the target", "column 'id' is not known"]
    with pytest.raises(DropRejected) as caught:
        inbox.check(found)
    assert caught.value.exit_code == ExitCode.DATA_REJECTED
    assert str(caught.value).splitlines() == [
        f"{URI} was rejected, and no run starts:",
        "  column 'churn' is missing and is the target",
        "  column 'id' is not known",
        f"  it is in s3://data/rejected/{VERSION}/ now; correct it, then drop it again",
    ]


def test_a_rejected_drop_without_a_header_says_so_before_its_reasons(aws: Aws, table: Path) -> None:
    table.write_text("5,a\n6,b\n")
    version = inbox.version_of(table)
    claim, reason = f"drops/{version}.json", f"rejected/{version}/reason.json"
    state(aws, claim, "")
    state(aws, reason, "")
    taken_out(aws)
    state(aws, reason, "1")
    holds(aws, reason, {"reasons": ["column 'id' is missing", "column '5' is not in dataset.columns"]})
    assert dropped(aws, table).text().splitlines()[1:3] == [
        "  new.csv seems to have no header, since its first row holds 5; put the columns' names above",
        "  column 'id' is missing",
    ]


def test_a_folder_is_waited_for_by_its_mark(aws: Aws, table: Path) -> None:
    folder = table.parent.rename(table.parent.with_name("batch"))
    state(aws, CLAIM, "")
    state(aws, REASON, "")
    aws.answer("s3.put_object", {})
    taken_out(aws, "incoming/batch/_SUCCESS")
    state(aws, REASON, "")
    state(aws, CLAIM, "1")
    holds(aws, CLAIM, {"version": VERSION, "pipelineExecutionId": RUN_ID})
    assert dropped(aws, folder).uri == "s3://data/incoming/batch/"


def test_a_drop_that_nobody_looks_at_says_where_to_look(aws: Aws, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_SECONDS", -1.0)
    state(aws, CLAIM, "")
    state(aws, REASON, "")
    aws.answer("s3.put_object", {})
    state(aws, "incoming/new.csv", "1")
    with pytest.raises(SlipwayError, match=r"was not looked at .* `slipway logs --group /aws/lambda/churn-drop`"):
        dropped(aws, table)
