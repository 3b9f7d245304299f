"""An engine holds what its services hold, and nothing of the calls, events and executions that are over."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.call import GET_CALLER_IDENTITY, GET_PARAMETER, LIST_PIPELINES, sender
from tests.engine.conftest import start
from tests.engine.memory import resident_bytes
from tests.engine.services.codepipeline.conftest import Desk, type_id

MEGABYTE = 1024 * 1024
PASS = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An engine that serves nobody else."""
    engine = start(tmp_path_factory.mktemp("memory") / ".slipway")
    yield engine
    engine.engine.stop()


def growth(home: Path, work: Callable[[], object], warm: int, times: int) -> int:
    """By how many bytes the engine grows while `work` is done, after it was done to warm up."""
    for _ in range(warm):
        work()
    before = resident_bytes(home)
    for _ in range(times):
        work()
    return resident_bytes(home) - before


def test_memory_stays_flat_over_ten_thousand_calls(alone: Any) -> None:
    alone.client("ssm").put_parameter(Name="parameter", Value="value", Type="String")
    senders = [sender(alone.engine, call) for call in (GET_CALLER_IDENTITY, LIST_PIPELINES, GET_PARAMETER)]
    assert growth(alone.home, lambda: [send() for send in senders], warm=700, times=3_334) < 12 * MEGABYTE


def test_memory_stays_flat_over_events_that_nobody_waits_for(alone: Any) -> None:
    entries = [{"Source": "mine", "DetailType": "t", "Detail": json.dumps({"text": "x" * 4_000})}] * 10
    events = alone.client("events")
    assert growth(alone.home, lambda: events.put_events(Entries=entries), warm=50, times=300) < 6 * MEGABYTE


def test_memory_stays_flat_over_a_hundred_executions(alone: Any) -> None:
    role = alone.client("iam").create_role(RoleName="pass", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    client = alone.client("stepfunctions")
    machine = client.create_state_machine(name="pass", definition=json.dumps(PASS), roleArn=role)["stateMachineArn"]

    def run() -> None:
        execution = client.start_execution(stateMachineArn=machine, input=json.dumps({"text": "x" * 50_000}))
        while client.describe_execution(executionArn=execution["executionArn"])["status"] == "RUNNING":
            time.sleep(0.005)

    assert growth(alone.home, run, warm=100, times=100) < 8 * MEGABYTE


@pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/limits.html")
def test_memory_stays_flat_over_a_hundred_pipeline_runs(alone: Any) -> None:
    desk = Desk(alone)
    action = {
        "name": "Deploy",
        "actionTypeId": type_id("Deploy", "S3"),
        "configuration": {"BucketName": desk.bucket, "Extract": "true", "ObjectKey": "deployed"},
        "inputArtifacts": [{"name": "SourceOutput"}],
    }
    name = desk.create({"name": "Deploy", "actions": [action]})
    desk.finish(name)

    def run() -> None:
        execution = {"pipelineName": name, "pipelineExecutionId": desk.start(name)}

        def ended() -> str | None:
            status: str = desk.codepipeline.get_pipeline_execution(**execution)["pipelineExecution"]["status"]
            return status if status != "InProgress" else None

        assert desk.wait(ended) == "Succeeded"

    # Clients of so many sessions are kept as are reused, each a third of a megabyte; then it stays flat.
    assert growth(alone.home, run, warm=120, times=100) < 8 * MEGABYTE
