"""An artifact that cannot be written: the action fails by name, and is retried once there is room.

A limit on the size of files stands for the full disk: the kernel refuses the write in both cases.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slipway import local
from tests.engine.conftest import RunningEngine, start
from tests.engine.services.codepipeline.actions.test_build_codebuild import build
from tests.engine.services.codepipeline.conftest import Desk

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/actions-retry.html")

LIMIT_BYTES = 8 * 1024 * 1024
TWO_FILES_THAT_FIT = """
version: 0.2
phases:
  build:
    commands:
      - head -c 6000000 /dev/urandom > one
      - head -c 6000000 /dev/urandom > two
artifacts:
  files: [one, two]
"""


@contextmanager
def small_files() -> Iterator[None]:
    """What is started in here cannot write a file above the limit."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_build_whose_artifact_finds_no_room_fails_by_name_and_is_retried(tmp_path: Path) -> None:
    home = tmp_path / ".slipway"
    with small_files():
        running = start(home)
    try:
        desk = Desk(running)
        desk.upload({"buildspec.yml": TWO_FILES_THAT_FIT})
        name = desk.create(build(desk, "Built"))
        execution = desk.finish(name, status="Failed")["pipelineExecutionId"]
        error = desk.action(name, "Build")["output"]["executionResult"]["errorDetails"]
        assert error["code"] == "JobFailed"
        assert "Phase: UPLOAD_ARTIFACTS" in error["message"] and "File too large" in error["message"], error

        running.engine.stop()
        running = RunningEngine(local.start(home, port=running.engine.port, clock_factor=60.0))
        desk.engine, desk.codepipeline, desk.s3 = running, running.client("codepipeline"), running.client("s3")
        desk.codepipeline.retry_stage_execution(
            pipelineName=name, stageName="Build", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
        )
        desk.wait(lambda: desk.executions(name)[0]["status"] == "InProgress")
        desk.finish(name)
    finally:
        running.engine.stop()
