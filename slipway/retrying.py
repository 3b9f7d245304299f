"""Running the failed actions of a stage again.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_RetryStageExecution.html
"""

from __future__ import annotations

from slipway.errors import BadInput, NotFound
from slipway.install import Install


def retry(install: Install, stage: str) -> str:
    """Retry a stage; returns the run's id. BadInput for no stage of the pipeline, NotFound where nothing failed."""
    client = install.target.client("codepipeline")
    states = {state["stageName"]: state for state in client.get_pipeline_state(name=install.pipeline)["stageStates"]}
    if stage not in states:
        raise BadInput(f"pipeline {install.pipeline} has no stage {stage}; its stages are {', '.join(states)}")
    latest = states[stage].get("latestExecution", {"status": "not run yet"})
    if latest["status"] not in ("Failed", "Stopped"):
        raise NotFound(
            f"stage {stage} of pipeline {install.pipeline} is {latest['status']}, and only one that failed can be"
            " retried; `slipway status` shows where it stands"
        )
    run_id = str(latest["pipelineExecutionId"])
    client.retry_stage_execution(
        pipelineName=install.pipeline, stageName=stage, pipelineExecutionId=run_id, retryMode="FAILED_ACTIONS"
    )
    return run_id
