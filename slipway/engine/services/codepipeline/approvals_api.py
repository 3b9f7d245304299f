"""A person's decision.

docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
"""

from __future__ import annotations

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.codepipeline.declared import SERVICE, action_arn
from slipway.engine.services.codepipeline.records import (
    Board,
    attempt_of,
    board,
    declaration,
    latest,
    now,
    pipeline,
    stage_of,
)
from slipway.engine.services.codepipeline.views import time
from slipway.engine.store import Record


@SERVICE.operation("PutApprovalResult", resource=action_arn)
def put_approval_result(call: Call) -> Params:
    """A person's decision on the approval that waits.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html
    """
    stage, action = call.params["stageName"], call.params["actionName"]
    declared = stage_of(declaration(pipeline(call.engine, call.params["pipelineName"])), stage)
    if action not in [item["name"] for item in declared["actions"]]:
        raise AwsError("ActionNotFoundException", f"Stage '{stage}' does not have an action with name '{action}'")
    found = board(call.engine, call.params["pipelineName"])
    with found.lock:
        record, attempt = _awaited(found, stage, action, call.params["token"])
        approval = {**call.params["result"], "by": call.caller.arn, "at": now()}

        def change(record: Record) -> None:
            attempt_of(record, attempt["id"]).update(approval=approval, updatedBy=call.caller.arn)

        found.change(record["id"], change)
    return {"approvedAt": time(approval["at"])}


def _awaited(found: Board, stage: str, action: str, token: str) -> tuple[Record, Record]:
    """The execution and the attempt that wait for this token; an old token's approval is completed already."""
    attempts = [(record, attempt) for record in found.all() if (attempt := latest(record["actions"], stage, action))]
    for record, attempt in attempts:
        if (attempt["memory"] or {}).get("token") == token:
            if attempt["status"] != "InProgress" or attempt.get("approval"):
                raise AwsError("ApprovalAlreadyCompletedException", f"The approval {action} is completed already")
            return record, attempt
    raise AwsError(
        "InvalidApprovalTokenException", f"The token is not the one of an approval that waits at {stage}/{action}"
    )
