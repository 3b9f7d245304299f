"""CodePipeline: pipelines that run as declared.

How an execution goes its way, file by file:

    starting      writes the record of a new execution          (StartPipelineExecution, CreatePipeline, a rollback)
    driver        gives it a thread and takes it through the stages; takes it up again after a restart
    admission     lets it into a stage: transitions, SUPERSEDED, QUEUED, PARALLEL
    stages        runs the stage: conditions, actions by runOrder, retry, rollback
    execute       runs one action or rule: resolves #{…}, starts it, asks again until it is done
    actions/      what the action types do, under the action's role
    rules/        what the rules of stage conditions check

All state is in the records (`records`), changed one at a time under the pipeline's board; a thread can be lost at
any point and another go on from the record. An action that was begun remembers its external execution (a build, a
stack, a state machine's execution) and is asked for again by its id; between beginning it and remembering it, its own
idempotency token or name keeps it from being begun twice where its service has one.

docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

from __future__ import annotations

from slipway.engine.engine import Engine
from slipway.engine.services.codepipeline import approvals_api, executions_api, jobs_api, pipelines_api, read_api
from slipway.engine.services.codepipeline.declared import SERVICE
from slipway.engine.services.codepipeline.driver import resume
from slipway.engine.services.codepipeline.records import boards

__all__ = ["SERVICE", "approvals_api", "executions_api", "jobs_api", "pipelines_api", "read_api"]

SERVICE.on_start(resume)


@SERVICE.on_stop
def halt(engine: Engine) -> None:
    """Let the executions' threads end; their records say where to go on."""
    for board in boards(engine):
        board.wake()
