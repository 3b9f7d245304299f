"""Launching the bundle: create or update the root stack, whatever state it is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from slipway import changeset, install, stackevents
from slipway.changeset import ChangeSet
from slipway.errors import BadInput
from slipway.package import Package
from slipway.stackevents import LaunchFailed, StackEvent
from slipway.target import Target

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


@dataclass(frozen=True)
class Dialogue:
    """How a launch talks to the person. Without `review` it does not ask for a change set first."""

    say: Callable[[str], None]
    event: Callable[[StackEvent], None]
    review: Callable[[ChangeSet], bool] | None = None
    agree: Callable[[str], bool] | None = None


class Declined(LaunchFailed):
    """The person said no; nothing was changed."""


def launch(target: Target, stack: str, uploaded: Package, parameters: Mapping[str, str], dialogue: Dialogue) -> str:
    """Create or update the root stack and wait for it; returns `CREATE`, `UPDATE` or `NONE`."""
    install.check_name(stack)
    described = _usable(target, stack, dialogue)
    kind = "CREATE" if described is None else "UPDATE"
    request = _request(target, stack, uploaded, parameters, described)
    since = stackevents.newest(target, stack)
    try:
        started = _start(target, kind, request, dialogue)
    except ClientError as error:
        raise LaunchFailed(
            f"stack {stack} in {target.name} was refused: {error.response['Error']['Message']}"
        ) from error
    if not started:
        return "NONE"
    stackevents.wait(target, stack, dialogue.event, since)
    return kind


def check(target: Target, stack: str) -> None:
    """Refuse a stack in a state from which nothing leads on, before anything is packaged: LaunchFailed."""
    status = str((install.describe(target, stack) or {}).get("StackStatus", ""))
    if stackevents.is_stuck(status):
        raise LaunchFailed(f"stack {stack} in {target.name} is in {status}: {stackevents.next_step(stack, status)}")
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        raise LaunchFailed(
            f"stack {stack} in {target.name} is being changed ({status}); launch again once it is done:"
            f" `aws cloudformation describe-stacks --stack-name {stack}` shows it"
        )


def is_new(described: Mapping[str, Any] | None) -> bool:
    """Whether a stack was never created: there is none, a change set of it only, or one that holds nothing."""
    return described is None or described["StackStatus"] in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")


def _usable(target: Target, stack: str, dialogue: Dialogue) -> dict[str, Any] | None:
    """The stack to update, None where there is none; one that was never created is removed first."""
    check(target, stack)
    described = install.describe(target, stack)
    # REVIEW_IN_PROGRESS: a change set was made for a new stack, and not executed.
    if described is None or described["StackStatus"] == "REVIEW_IN_PROGRESS":
        return None
    if described["StackStatus"] != "ROLLBACK_COMPLETE":
        return described
    dialogue.say(f"stack {stack} was never created (ROLLBACK_COMPLETE) and holds nothing; it is removed and made anew")
    if dialogue.agree is not None and not dialogue.agree(f"Remove stack {stack}?"):
        raise Declined(f"stack {stack} stays as it is; nothing was changed")
    target.client("cloudformation").delete_stack(StackName=stack)
    stackevents.wait_until_gone(target, stack)
    return None


def _request(
    target: Target, stack: str, uploaded: Package, parameters: Mapping[str, str], described: dict[str, Any] | None
) -> dict[str, Any]:
    given = {"SourceBucket": uploaded.bucket, "SourceKey": uploaded.seed_key, **parameters}
    rest = _log_role(target, set(given)) if described is None else _kept(target, uploaded, described, set(given))
    return {
        "StackName": stack,
        "TemplateURL": uploaded.template_url,
        "Capabilities": CAPABILITIES,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()] + rest,
    }


def _start(target: Target, kind: str, request: dict[str, Any], dialogue: Dialogue) -> bool:
    """Start it, after the person has seen the change set where there is a review; False when nothing changes."""
    cloudformation = target.client("cloudformation")
    if dialogue.review is not None:
        proposal = changeset.make(target, kind, request)
        if proposal is None:
            return False
        if not dialogue.review(proposal):
            proposal.discard()
            raise Declined(f"stack {proposal.stack}: nothing was changed")
        proposal.execute()
        return True
    if kind == "CREATE":
        cloudformation.create_stack(**request, OnFailure="ROLLBACK")
        return True
    try:
        cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise
    return True


def _log_role(target: Target, given: set[str]) -> list[dict[str, Any]]:
    """Let the bundle set API Gateway's log role where the region has none: there is one for all of its APIs.

    docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    if "ManageApiGatewayLogging" in given or target.client("apigateway").get_account().get("cloudwatchRoleArn"):
        return []
    return [{"ParameterKey": "ManageApiGatewayLogging", "ParameterValue": "true"}]


def _kept(target: Target, uploaded: Package, described: dict[str, Any], given: set[str]) -> list[dict[str, Any]]:
    """The parameters that stay as they are: those of the stack that the template still has.

    docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
    """
    summary = target.client("cloudformation").get_template_summary(TemplateURL=uploaded.template_url)
    declared = {parameter["ParameterKey"] for parameter in summary.get("Parameters", [])}
    names = [parameter["ParameterKey"] for parameter in described.get("Parameters", [])]
    return [{"ParameterKey": name, "UsePreviousValue": True} for name in names if name in declared - given]


def parameter(text: str) -> tuple[str, str]:
    """`NAME=VALUE` as a pair."""
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise BadInput(f"--parameter {text}: expected NAME=VALUE, like ProductionMaxCapacity=8")
    return name, value
