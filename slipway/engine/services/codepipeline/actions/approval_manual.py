"""Approval/Manual: wait for a person's PutApprovalResult.

docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from slipway.engine.services.codepipeline.action_type import DAY, ActionType, Key
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded, Waiting
from slipway.engine.services.codepipeline.records import new_id

_SECONDS = 7 * DAY
_SUBJECT_CHARACTERS = 100


def start(attempt: Attempt) -> Waiting:
    """Make the token and tell the topic's subscribers."""
    token = new_id()
    topic = attempt.configuration.get("NotificationArn")
    if topic:
        subject = f"APPROVAL NEEDED: AWS CodePipeline {attempt.pipeline['name']} for action {attempt.name}"
        attempt.client("sns").publish(
            TopicArn=topic, Subject=subject[:_SUBJECT_CHARACTERS], Message=json.dumps(notification(attempt, token))
        )
    return Waiting({"token": token}, _link(attempt))


def poll(attempt: Attempt) -> Succeeded | Waiting:
    """Look whether somebody has decided."""
    approval = attempt.record.get("approval")
    if approval is None:
        return Waiting(attempt.memory, _link(attempt))
    link = Link(url=attempt.configuration.get("ExternalEntityLink", ""), summary=approval["summary"])
    if approval["status"] == "Rejected":
        comment = f": {approval['summary']}" if approval["summary"] else ""
        raise ActionFailed("JobFailed", f"The approval was rejected by {approval['by']}{comment}", link)
    return Succeeded(link=link)


def notification(attempt: Attempt, token: str) -> dict[str, object]:
    """The message's JSON; times in AWS's form, in minutes."""
    region, pipeline = attempt.region, attempt.pipeline["name"]
    seconds = 60 * attempt.timeout_minutes if attempt.timeout_minutes else _SECONDS
    expires = datetime.fromtimestamp(attempt.started + attempt.engine.clock.real(seconds), UTC)
    view = f"https://console.aws.amazon.com/codepipeline/home?region={region}#/view/{pipeline}"
    approval = {
        "pipelineName": pipeline,
        "stageName": attempt.stage,
        "actionName": attempt.name,
        "token": token,
        "expires": expires.strftime("%Y-%m-%dT%H:%MZ"),
        "externalEntityLink": attempt.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{view}/{attempt.stage}/{attempt.name}/approve/{token}",
        "customData": attempt.configuration.get("CustomData"),
    }
    return {"region": region, "consoleLink": view, "approval": approval}


def _link(attempt: Attempt) -> Link:
    return Link(url=attempt.configuration.get("ExternalEntityLink", ""))


ACTION = ActionType(
    category="Approval",
    provider="Manual",
    start=start,
    poll=poll,
    keys={"CustomData": Key(), "ExternalEntityLink": Key(), "NotificationArn": Key()},
    inputs=(0, 0),
    outputs=(0, 0),
    seconds=_SECONDS,
)
