"""A build without an engine around it: what only time or the disk can bring about."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from slipway.engine.processes import Processes
from slipway.engine.services.codebuild import builds
from slipway.engine.services.codebuild.run import BuildRun
from slipway.engine.services.codebuild.workspace import Workspace
from slipway.engine.services.sts import containers
from slipway.engine.store import Database, Store

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html")

ID = "sample:0001"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(containers, "environment", lambda caller: {})
    database = Database(tmp_path / "db")
    role = SimpleNamespace()
    return SimpleNamespace(
        home=tmp_path,
        processes=Processes(tmp_path / "processes"),
        store=lambda service: Store(database, service),
        emit=lambda *event: None,
        as_role=lambda *names: role,
        arn=lambda service, resource: f"arn:aws:{service}:us-east-1:111122223333:{resource}",
    )


def record(commands: str, minutes: float = 1) -> dict[str, Any]:
    return {
        "id": ID,
        "arn": f"arn:aws:codebuild:us-east-1:111122223333:build/{ID}",
        "projectName": "sample",
        "serviceRole": "arn:aws:iam::111122223333:role/r",
        "timeoutInMinutes": minutes,
        "buildNumber": 1,
        "initiator": "me",
        "startTime": time.time(),
        "buildComplete": False,
        "buildStatus": "IN_PROGRESS",
        "currentPhase": "SUBMITTED",
        "phases": [],
        "logs": {},
        "artifacts": {"location": ""},
        "source": {
            "type": "NO_SOURCE",
            "buildspec": f"version: 0.2\nphases: {{build: {{commands: ['{commands}']}}}}\n",
        },
        "environment": {"image": "i", "computeType": "c", "type": "t"},
    }


def run(engine: Any, build: dict[str, Any]) -> dict[str, Any]:
    table = engine.store("codebuild").table("builds")
    table[ID] = build
    BuildRun(engine, ID, {"artifacts": {"type": "NO_ARTIFACTS"}}).run()
    ended: dict[str, Any] = table[ID]
    return ended


def test_a_build_past_its_time_is_ended_and_says_so(engine: Any) -> None:
    started = time.monotonic()
    ended = run(engine, record("sleep 600", minutes=0.01))
    [phase] = [item for item in ended["phases"] if item["phaseType"] == "BUILD"]
    assert (ended["buildStatus"], phase["phaseStatus"]) == ("TIMED_OUT", "TIMED_OUT")
    assert phase["contexts"] == [
        {"statusCode": "BUILD_TIMED_OUT", "message": "Build has timed out after 0.01 minutes."}
    ]
    assert time.monotonic() - started < 300


def test_a_full_disk_fails_the_phase_with_its_reason(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Workspace, "prepare", full)
    ended = run(engine, record("true"))
    [phase] = [item for item in ended["phases"] if item["phaseType"] == "PROVISIONING"]
    assert phase["contexts"] == [{"statusCode": "CLIENT_ERROR", "message": "[Errno 28] No space left on device"}]
    assert ended["buildStatus"] == "FAILED"


def test_a_fault_of_the_engine_is_a_fault_of_the_build(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Workspace, "prepare", broken)
    with pytest.raises(ZeroDivisionError):
        run(engine, record("true"))
    ended = engine.store("codebuild").table("builds")[ID]
    assert (ended["buildStatus"], ended["buildComplete"]) == ("FAULT", True)


def test_a_build_that_the_engine_left_behind_has_failed_by_name(engine: Any) -> None:
    build = record("true") | {
        "phases": [{"phaseType": "BUILD", "phaseStatus": "IN_PROGRESS", "startTime": time.time()}]
    }
    engine.store("codebuild").table("builds")[ID] = build
    left = Workspace(engine.home / "builds" / "0001").root
    left.mkdir(parents=True)
    builds.fail_interrupted_builds(engine)
    ended = engine.store("codebuild").table("builds")[ID]
    assert (ended["buildStatus"], ended["buildComplete"]) == ("FAULT", True)
    assert "The local engine ended while this build ran" in ended["phases"][0]["contexts"][0]["message"]
    deadline = time.monotonic() + 60
    while left.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left.exists()
