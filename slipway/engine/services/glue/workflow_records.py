"""Records of workflow runs, and how they are answered.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html#aws-glue-api-workflow-WorkflowRun
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.glue import graph, running
from slipway.engine.services.glue.service import missing, rendered, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.store import Record

TABLE = "workflow_run"
ACTIVE = frozenset({"RUNNING", "STOPPING"})


def run_of(engine: Engine, workflow: str, run_id: str) -> Record:
    """A run of a workflow; it must exist."""
    record = table(engine, TABLE).get(run_id)
    if record is None or record["Name"] != workflow:
        raise missing("workflow run", run_id)
    return record


def job_runs(engine: Engine, run_id: str) -> list[Record]:
    """The runs of jobs that belong to a workflow's run, in the order of their start."""
    return [run for run in table(engine, running.TABLE).values() if run.get("_workflow", {}).get("run") == run_id]


def answer(engine: Engine, record: Record, *, with_graph: bool = False) -> dict[str, Any]:
    """A run as the API has it."""
    triggers, runs = record["_triggers"], job_runs(engine, record["WorkflowRunId"])
    drawn = {"Graph": graph.of(triggers, runs)} if with_graph else {}
    return {**rendered(record), "Statistics": graph.statistics(triggers, runs), **drawn}
