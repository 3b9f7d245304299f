from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from slipway import local

WAITS_FOR_HOURS = {
    "Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "43200"},
        },
    }
}


def test_an_engine_ends_in_the_middle_of_a_long_wait(tmp_path: Path) -> None:
    engine = local.start(tmp_path / ".slipway", port=local.free_port())
    cloudformation = engine.client("cloudformation")
    cloudformation.create_stack(StackName="waits", TemplateBody=json.dumps(WAITS_FOR_HOURS))
    deadline = time.monotonic() + 30
    while not _begun(cloudformation.describe_stack_events(StackName="waits")["StackEvents"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(engine.pid, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while local.is_running(engine.pid):
        if time.monotonic() > deadline:
            local.remove(engine.home)
            pytest.fail("the engine waits for the stack")
        time.sleep(0.05)


def _begun(events: list[dict[str, str]]) -> bool:
    return any(event["LogicalResourceId"] == "Wait" for event in events)
