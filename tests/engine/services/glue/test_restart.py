"""What an engine that is killed leaves of runs and workflows, and what the next one makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import RunningEngine, start
from tests.engine.restart import killed_and_started
from tests.engine.services.glue.conftest import Glue, until
from tests.engine.services.glue.test_workflows import done, states, when, workflow

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html")


def test_a_workflow_goes_on_after_a_kill_and_the_run_that_was_cut_off_has_failed_by_name(tmp_path: Path) -> None:
    glue = Glue(start(tmp_path / ".slipway"))
    slow, retry = glue.shell("import time; time.sleep(600)", MaxRetries=1), glue.shell("print(1)")
    flow = workflow(glue, slow)
    when(glue, flow, {slow: "FAILED"}, retry)
    run_id = glue.client.start_workflow_run(Name=flow)["RunId"]
    [run] = until(lambda: glue.client.get_job_runs(JobName=slow)["JobRuns"], bool)
    glue.ended(slow, run["Id"], ("RUNNING",))
    again = killed_and_started(glue.engine.engine)
    try:
        _continue(glue, RunningEngine(again), flow, run_id, slow, retry)
    finally:
        again.stop()


def _continue(glue: Any, engine: RunningEngine, flow: str, run_id: str, slow: str, retry: str) -> None:
    glue.engine, glue.client = engine, engine.client("glue")
    found = done(glue, flow, run_id)
    assert (found["Status"], states(found)) == ("COMPLETED", {slow: ["FAILED"], retry: ["SUCCEEDED"]})
    reason = glue.client.get_job_runs(JobName=slow)["JobRuns"][0]["ErrorMessage"]
    assert reason == f"The local engine was restarted while this run of {slow} was under way"
