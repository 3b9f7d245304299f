"""functions/drop: what is a drop, which drops are good, and that the same data starts one run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.functions.stubs import Bucket, Pipeline, Topic

CONFIG: dict[str, Any] = {
    "dataset": {
        "target": "churn",
        "columns": [
            {"name": "id", "type": "id"},
            {"name": "minutes", "type": "number"},
            {"name": "plan", "type": "boolean"},
        ],
    },
    "prepare": {"missingValues": ["NA"]},
    "evaluate": {"positiveClass": "yes"},
}
HEADER = "id,minutes,plan,churn\n"
ROWS = [
    f"{number},{number}.5,{'yes' if number % 2 else 'no'},{'yes' if number % 3 else 'no'}\n" for number in range(60)
]
GOOD = (HEADER + "".join(ROWS)).encode()
VERSION = hashlib.sha256(GOOD).hexdigest()[:16]


@pytest.fixture
def drop(load: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = load(
        "drop",
        ARTIFACT_BUCKET="artifacts",
        DATA_BUCKET="data",
        DATA_PARAMETER="/shop/production/data",
        KEY_ARN="key",
        PIPELINE="shop",
        SOURCE_REVISION_TYPE="COMMIT_ID",
        TOPIC_ARN="topic",
    )
    monkeypatch.setattr(module.inbox, "S3", Bucket({"executions/c1.json": json.dumps({"config": CONFIG}).encode()}))
    monkeypatch.setattr(module.runs, "CODEPIPELINE", Pipeline())
    monkeypatch.setattr(module, "SNS", Topic())
    monkeypatch.setattr(module.runs, "production_commit", lambda: "c1")
    return module


def created(key: str) -> dict[str, Any]:
    return {"source": "aws.s3", "detail": {"object": {"key": key}}}


def finished() -> dict[str, Any]:
    return {"source": "aws.codepipeline", "detail": {"state": "SUCCEEDED"}}


def arrive(drop: ModuleType, content: bytes, key: str = "incoming/new.csv") -> None:
    drop.inbox.S3.drop(key, content)
    drop.act(created(key))


def faults(drop: ModuleType, content: bytes) -> list[str]:
    found: list[str] = drop.checks.check(drop.inbox.Drop(["incoming/new.csv"], VERSION, content, True), CONFIG)
    return found


def test_a_good_file_becomes_a_version_and_starts_a_run_at_productions_commit(drop: ModuleType) -> None:
    arrive(drop, GOOD)
    assert drop.inbox.S3.objects[f"datasets/{VERSION}/new.csv"] == GOOD
    assert drop.inbox.S3.document(f"drops/{VERSION}.json")["pipelineExecutionId"] == f"run-{VERSION}"
    assert "incoming/new.csv" not in drop.inbox.S3.objects
    assert drop.runs.CODEPIPELINE.started == [
        {
            "name": "shop",
            "clientRequestToken": f"data-{VERSION}",
            "variables": [{"name": "DataVersion", "value": VERSION}],
            "sourceRevisions": [{"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "c1"}],
        }
    ]


def test_the_same_event_twice_starts_one_run(drop: ModuleType) -> None:
    arrive(drop, GOOD)
    drop.act(created("incoming/new.csv"))
    assert len(drop.runs.CODEPIPELINE.started) == 1


def test_the_same_data_under_another_name_starts_one_run(drop: ModuleType) -> None:
    arrive(drop, GOOD)
    arrive(drop, GOOD, "incoming/again.csv")
    assert len(drop.runs.CODEPIPELINE.started) == 1
    assert "incoming/again.csv" not in drop.inbox.S3.objects


def test_a_crash_between_claim_and_start_is_taken_up_again(drop: ModuleType) -> None:
    drop.runs.CODEPIPELINE.crashes = True
    with pytest.raises(ConnectionError):
        arrive(drop, GOOD)
    drop.runs.CODEPIPELINE.crashes = False
    drop.act(created("incoming/new.csv"))
    assert len(drop.runs.CODEPIPELINE.started) == 1


def test_a_crash_between_start_and_record_starts_no_second_run(drop: ModuleType) -> None:
    drop.runs.CODEPIPELINE.runs["run-7"] = {"status": "InProgress", "version": VERSION}
    arrive(drop, GOOD)
    assert drop.runs.CODEPIPELINE.started == []
    assert drop.inbox.S3.document(f"drops/{VERSION}.json")["pipelineExecutionId"] == "run-7"


def test_drops_during_a_data_run_wait_and_only_the_newest_starts_afterwards(drop: ModuleType) -> None:
    contents = [GOOD + f"9{number},1,no,no\n".encode() for number in range(3)]
    versions = [hashlib.sha256(content).hexdigest()[:16] for content in contents]
    for content in contents:
        arrive(drop, content)
    assert [run["variables"][0]["value"] for run in drop.runs.CODEPIPELINE.started] == [versions[0]]
    drop.runs.CODEPIPELINE.runs[f"run-{versions[0]}"]["status"] = "Succeeded"
    drop.act(finished())
    drop.act(finished())
    assert [run["variables"][0]["value"] for run in drop.runs.CODEPIPELINE.started] == [versions[0], versions[2]]
    assert drop.runs.PENDING not in drop.inbox.S3.objects


def test_a_run_of_a_push_lets_new_data_start(drop: ModuleType) -> None:
    drop.runs.CODEPIPELINE.runs["push"] = {"status": "InProgress", "version": "-"}
    arrive(drop, GOOD)
    assert len(drop.runs.CODEPIPELINE.started) == 1


def test_a_folder_is_a_drop_once_its_success_file_is_there(drop: ModuleType) -> None:
    arrive(drop, GOOD, "incoming/june/part-1.csv")
    assert drop.runs.CODEPIPELINE.started == []
    arrive(drop, b"", "incoming/june/_SUCCESS")
    assert len(drop.runs.CODEPIPELINE.started) == 1
    assert not [key for key in drop.inbox.S3.objects if key.startswith("incoming/")]


def test_a_drop_that_is_replaced_while_it_is_looked_at_gets_its_own_turn(
    drop: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, newer = drop.checks.check, GOOD + b"99,1,no,no\n"

    def replaced_meanwhile(*arguments: Any) -> list[str]:
        drop.inbox.S3.drop("incoming/new.csv", newer)
        found: list[str] = check(*arguments)
        return found

    monkeypatch.setattr(drop.checks, "check", replaced_meanwhile)
    arrive(drop, GOOD)
    assert drop.inbox.S3.objects[f"datasets/{VERSION}/new.csv"] == GOOD
    assert drop.inbox.S3.objects["incoming/new.csv"] == newer
    monkeypatch.setattr(drop.checks, "check", check)
    drop.act(created("incoming/new.csv"))
    assert drop.inbox.S3.objects[f"datasets/{hashlib.sha256(newer).hexdigest()[:16]}/new.csv"] == newer
    assert "incoming/new.csv" not in drop.inbox.S3.objects


def test_a_folder_that_somebody_made_is_no_drop(drop: ModuleType) -> None:
    arrive(drop, b"", "incoming/")
    assert set(drop.inbox.S3.objects) == {"executions/c1.json", "incoming/"}


def test_two_files_of_one_name_would_become_one(drop: ModuleType) -> None:
    for name in ("a/part.csv", "b/part.csv", "_SUCCESS"):
        arrive(drop, GOOD, f"incoming/june/{name}")
    (key,) = [key for key in drop.inbox.S3.objects if key.endswith("/reason.json")]
    assert drop.inbox.S3.document(key)["reasons"] == [
        "expected a name of its own for each file of the folder, found 'part.csv' twice"
    ]


def test_a_header_of_any_width_is_told_in_seconds(drop: ModuleType) -> None:
    wide = ",".join(f"column{number}" for number in range(200_000)) + "\n"
    started = time.monotonic()
    assert len(faults(drop, wide.encode())) == 21
    assert time.monotonic() - started < 60


def test_a_sample_may_be_cut_within_quotes(drop: ModuleType) -> None:
    text = HEADER + "".join(ROWS) + '1,2,yes,"a class\nof two'
    cut = drop.inbox.Drop(["incoming/new.csv"], VERSION, text.encode(), False)
    assert drop.checks.check(cut, CONFIG) == []


def test_before_production_what_build_resolved_last_is_the_measure(
    drop: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop.runs, "production_commit", lambda: None)
    drop.inbox.S3.objects["executions/latest.json"] = json.dumps({"config": CONFIG}).encode()
    arrive(drop, GOOD)
    assert drop.runs.CODEPIPELINE.started[0]["sourceRevisions"] == []


def test_a_bad_drop_is_moved_aside_with_its_reasons_and_people_are_told(drop: ModuleType) -> None:
    content = HEADER.encode()
    arrive(drop, content)
    folder = f"rejected/{hashlib.sha256(content).hexdigest()[:16]}/"
    assert drop.inbox.S3.objects[f"{folder}new.csv"] == content
    assert drop.inbox.S3.document(f"{folder}reason.json")["reasons"] == ["expected at least 50 rows, found 0"]
    assert "expected at least 50 rows, found 0" in drop.SNS.messages[0]
    assert "incoming/new.csv" not in drop.inbox.S3.objects
    assert drop.runs.CODEPIPELINE.started == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", ["expected a header and rows, found an empty file"], id="empty"),
        pytest.param(
            GOOD.replace(b"churn", b"churned", 1),
            [
                "column 'churn' is missing and is the target",
                "column 'churned' is not in dataset.columns; did you mean 'churn'?",
            ],
            id="target missing",
        ),
        pytest.param(
            GOOD.replace(b"minutes,", b"", 1),
            ["column 'minutes' is missing"],
            id="column too few",
        ),
        pytest.param(
            GOOD.replace(b"id,", b"id,extra,", 1), ["column 'extra' is not in dataset.columns"], id="column too many"
        ),
        pytest.param(GOOD.replace(b"id,", b"id,id,", 1), ["column 'id' stands twice in the header"], id="column twice"),
        pytest.param(
            GOOD.replace(b"\n1,1.5", b"\n1,many"),
            ["row 3: column 'minutes': expected a number, found 'many'"],
            id="text in a number",
        ),
        pytest.param(
            GOOD.replace(b"\n1,1.5", b"\n1,nan"),
            ["row 3: column 'minutes': expected a number, found 'nan'"],
            id="not a number",
        ),
        pytest.param(GOOD.replace(b"\n1,1.5,", b"\n1,"), ["row 3: expected 4 fields, found 3"], id="field too few"),
        pytest.param(
            (HEADER + "".join(ROWS)).replace("1.5,yes,yes", "1.5,yes,", 1).encode(),
            ["row 3: column 'churn', the target, is empty"],
            id="target empty",
        ),
        pytest.param((HEADER + ROWS[1]).encode(), ["expected at least 50 rows, found 1"], id="one row"),
        pytest.param(
            (HEADER + "".join(f"{number},1,yes,no\n" for number in range(60))).encode(),
            ["column 'churn', the target, holds one class only, 'no'; a model needs two"],
            id="one class",
        ),
        pytest.param(
            GOOD.replace(b",yes\n", b",maybe\n"),
            ["column 'churn', the target: expected the positive class 'yes', found maybe, no"],
            id="no positive class",
        ),
        pytest.param(GOOD + b"\xff", ["expected UTF-8, found byte 0xff at position"], id="not UTF-8"),
    ],
)
def test_a_bad_drop_is_told_what_is_wrong(drop: ModuleType, content: bytes, expected: list[str]) -> None:
    found = faults(drop, content)
    assert len(found) == len(expected)
    assert all(fault.startswith(sentence) for fault, sentence in zip(found, expected, strict=True))


def test_a_file_that_is_no_csv_is_named(drop: ModuleType) -> None:
    found = drop.checks.check(drop.inbox.Drop(["incoming/new.xlsx"], VERSION, b"PK", True), CONFIG)
    assert found == ["expected only .csv files, found incoming/new.xlsx"]


def test_missing_values_of_the_configuration_are_none_of_a_column(drop: ModuleType) -> None:
    assert faults(drop, GOOD.replace(b"\n1,1.5", b"\n1,NA")) == []


def test_many_faults_are_cut(drop: ModuleType) -> None:
    rows = "".join(f"{number},x,yes,no\n" for number in range(100))
    assert len(faults(drop, (HEADER + rows).encode())) == 21


def test_a_sample_that_was_cut_ends_with_its_last_whole_line(drop: ModuleType) -> None:
    cut = drop.inbox.Drop(["incoming/new.csv"], VERSION, GOOD[:-3], False)
    assert drop.checks.check(cut, CONFIG) == []


def test_a_message_that_fails_is_the_only_one_that_comes_again(drop: ModuleType) -> None:
    messages = [
        {"messageId": "good", "body": json.dumps(created("incoming/gone.csv"))},
        {"messageId": "bad", "body": "{}"},
    ]
    assert drop.handler({"Records": messages}, None) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_whatever_is_dropped_gets_an_answer(drop: ModuleType, content: bytes) -> None:
    assert faults(drop, content)


CELLS = st.text(max_size=8) | st.sampled_from(["", "NA", "nan", "1e999", "-", "\0", "a,b", '"', "\r\n", "é", "9" * 400])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    line=st.integers(0, len(ROWS)),
    row=st.lists(CELLS, max_size=6),
    end=st.sampled_from(["\n", "\r\n"]),
    whole=st.booleans(),
)
def test_a_line_that_is_not_as_declared_is_named(
    drop: ModuleType, line: int, row: list[str], end: str, whole: bool
) -> None:
    assume(row or line < len(ROWS))  # an empty line at the end is none
    table = [text.rstrip("\n").split(",") for text in (HEADER, *ROWS)]
    table[line] = row
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(table)
    sample = text.getvalue().encode()
    found = drop.checks.check(drop.inbox.Drop(["incoming/new.csv"], VERSION, sample, whole), CONFIG)
    if len(row) != 4:
        assert found
    starts = ("row ", "column ") if line else ("column ", "row ", "expected a header")
    assert all(sentence.startswith((*starts, "and perhaps more")) for sentence in found), found
