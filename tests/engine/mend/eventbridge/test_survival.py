"""A delivery that waits for its target survives the engine, killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from tests.engine.conftest import RunningEngine, start
from tests.engine.mend.account import eventually, role
from tests.engine.restart import killed

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The folder of an engine, which is stopped in the end."""
    yield tmp_path / ".slipway"
    running = local.find(tmp_path / ".slipway")
    if running is not None:
        running.stop()


def project(engine: Any) -> str:
    """A project of which one build runs at a time; its ARN."""
    logs = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    buildspec = json.dumps({"version": "0.2", "phases": {"build": {"commands": ["sleep ${SECONDS_TO_SLEEP}"]}}})
    arn: str = engine.client("codebuild").create_project(
        name="busy",
        source={"type": "NO_SOURCE", "buildspec": buildspec},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "SECONDS_TO_SLEEP", "value": "0"}],
        },
        serviceRole=role(engine, "busy-build", "codebuild.amazonaws.com", [logs]),
        concurrentBuildLimit=1,
    )["project"]["arn"]
    return arn


def initiators(engine: Any) -> list[str]:
    """Who started the project's builds."""
    client = engine.client("codebuild")
    ids = client.list_builds_for_project(projectName="busy")["ids"]
    return [build["initiator"] for build in client.batch_get_builds(ids=ids)["builds"]] if ids else []


def refused(engine: Any) -> bool:
    """Whether a start was refused since another build runs."""
    lines = (engine.home / "journal.jsonl").read_text().splitlines()
    return any(json.loads(line).get("error") == "AccountLimitExceededException" for line in lines)


def test_a_build_that_could_not_start_starts_after_a_kill(home: Path) -> None:
    first = start(home)
    arn = project(first)
    sleeping = [{"name": "SECONDS_TO_SLEEP", "value": "600"}]
    first.client("codebuild").start_build(projectName="busy", environmentVariablesOverride=sleeping)
    allowed = {"Effect": "Allow", "Action": "codebuild:StartBuild", "Resource": arn}
    who = role(first, "starts-builds", "events.amazonaws.com", [allowed])
    events = first.client("events")
    events.put_rule(Name="start", EventPattern='{"source": ["survival"]}')
    events.put_targets(Rule="start", Targets=[{"Id": "b", "Arn": arn, "RoleArn": who}])
    events.put_events(Entries=[{"Source": "survival", "DetailType": "t", "Detail": "{}"}])
    eventually(lambda: refused(first))
    killed(first.engine)
    second = RunningEngine(local.start(home, port=local.free_port(), clock_factor=60.0))
    assert eventually(lambda: [who for who in initiators(second) if "starts-builds" in who], 60)
