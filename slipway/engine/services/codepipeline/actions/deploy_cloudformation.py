"""Deploy/CloudFormation: a stack or a change set, under a role that is passed on.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from slipway.engine.services.codepipeline.action_type import DAY, ActionType, Key
from slipway.engine.services.codepipeline.artifacts import pack
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded, Waiting
from slipway.engine.services.codepipeline.stack_lookup import Stack, describe, failure
from slipway.engine.services.codepipeline.stack_parameters import stack_input

_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
_REPLACED = (
    "CREATE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "DELETE_FAILED",
    "UPDATE_ROLLBACK_FAILED",
)
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_NEEDED = {
    "CREATE_UPDATE": ("TemplatePath", "RoleArn"),
    "REPLACE_ON_FAILURE": ("TemplatePath", "RoleArn"),
    "DELETE_ONLY": ("RoleArn",),
    "CHANGE_SET_REPLACE": ("TemplatePath", "RoleArn", "ChangeSetName"),
    "CHANGE_SET_EXECUTE": ("ChangeSetName",),
}


def start(attempt: Attempt) -> Succeeded | Waiting:
    """Begin as `ActionMode` says."""
    return _MODES[attempt.configuration["ActionMode"]](attempt)


def poll(attempt: Attempt) -> Succeeded | Waiting:
    """Look at what was begun."""
    return _STEPS[attempt.memory["step"]](attempt)


def _create_update(attempt: Attempt) -> Succeeded | Waiting:
    stack = describe(attempt)
    cloudformation = attempt.client("cloudformation")
    if stack is None:
        created = cloudformation.create_stack(**stack_input(attempt), ClientRequestToken=attempt.id)
        return _waiting(attempt, "stack", created["StackId"])
    try:
        updated = cloudformation.update_stack(**stack_input(attempt), ClientRequestToken=attempt.id)
    except ClientError as error:
        if _is_no_change(error.response["Error"]["Message"]):
            return _succeeded(attempt, stack)
        raise
    return _waiting(attempt, "stack", updated["StackId"])


def _replace_on_failure(attempt: Attempt) -> Succeeded | Waiting:
    stack = describe(attempt)
    if stack is None or stack["StackStatus"] not in _REPLACED:
        return _create_update(attempt)
    return _begin_delete(attempt, stack, "replace")


def _delete_only(attempt: Attempt) -> Succeeded | Waiting:
    stack = describe(attempt)
    return Succeeded() if stack is None else _begin_delete(attempt, stack, "delete")


def _begin_delete(attempt: Attempt, stack: Stack, step: str) -> Waiting:
    role = attempt.configuration.get("RoleArn")
    attempt.client("cloudformation").delete_stack(
        StackName=stack["StackName"], ClientRequestToken=attempt.id, **({"RoleARN": role} if role else {})
    )
    return _waiting(attempt, step, stack["StackId"])


def _change_set_replace(attempt: Attempt) -> Waiting:
    """Make the change set anew; CloudFormation deletes one of the same name without complaint when there is none."""
    stack = describe(attempt)
    is_new = stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    cloudformation = attempt.client("cloudformation")
    names = {"StackName": attempt.configuration["StackName"], "ChangeSetName": attempt.configuration["ChangeSetName"]}
    if stack is not None:
        cloudformation.delete_change_set(**names)
    made = cloudformation.create_change_set(
        **stack_input(attempt),
        ChangeSetName=names["ChangeSetName"],
        ChangeSetType="CREATE" if is_new else "UPDATE",
        ClientToken=attempt.id,
    )
    return _waiting(attempt, "change-set", made["StackId"])


def _change_set_execute(attempt: Attempt) -> Succeeded | Waiting:
    cloudformation = attempt.client("cloudformation")
    names = {"StackName": attempt.configuration["StackName"], "ChangeSetName": attempt.configuration["ChangeSetName"]}
    found = cloudformation.describe_change_set(**names)
    if found["Status"] == "FAILED" and _is_no_change(found.get("StatusReason", "")):
        return _outputs_of(attempt)
    cloudformation.execute_change_set(**names, ClientRequestToken=attempt.id)
    return _waiting(attempt, "stack", found["StackId"])


def _follow_stack(attempt: Attempt) -> Succeeded | Waiting:
    stack = describe(attempt)
    if stack is None:
        raise ActionFailed("JobFailed", f"The stack {attempt.configuration['StackName']} no longer exists")
    if stack["StackStatus"].endswith("_IN_PROGRESS"):
        return _waiting(attempt, "stack", stack["StackId"])
    if stack["StackStatus"] not in _DONE:
        raise ActionFailed("JobFailed", failure(attempt, stack), _link(attempt, stack["StackId"]))
    return _succeeded(attempt, stack)


def _follow_delete(attempt: Attempt) -> Succeeded | Waiting:
    return Succeeded() if _is_deleted(attempt) else Waiting(attempt.memory, _link(attempt, attempt.memory["stack"]))


def _follow_replace(attempt: Attempt) -> Succeeded | Waiting:
    if _is_deleted(attempt):
        return _create_update(attempt)
    return Waiting(attempt.memory, _link(attempt, attempt.memory["stack"]))


def _follow_change_set(attempt: Attempt) -> Succeeded | Waiting:
    configuration = attempt.configuration
    found = attempt.client("cloudformation").describe_change_set(
        StackName=configuration["StackName"], ChangeSetName=configuration["ChangeSetName"]
    )
    reason = found.get("StatusReason", "")
    if found["Status"] == "CREATE_COMPLETE" or (found["Status"] == "FAILED" and _is_no_change(reason)):
        return Succeeded(link=_link(attempt, found["StackId"]))
    if found["Status"] == "FAILED":
        message = f"The change set {configuration['ChangeSetName']} could not be created: {reason}"
        raise ActionFailed("JobFailed", message, _link(attempt, found["StackId"]))
    return Waiting(attempt.memory, _link(attempt, found["StackId"]))


def _is_deleted(attempt: Attempt) -> bool:
    stack = describe(attempt, attempt.memory["stack"])
    if stack is None or stack["StackStatus"] == "DELETE_COMPLETE":
        return True
    if stack["StackStatus"] == "DELETE_FAILED":
        raise ActionFailed("JobFailed", failure(attempt, stack), _link(attempt, stack["StackId"]))
    return False


def _succeeded(attempt: Attempt, stack: Stack) -> Succeeded:
    """The stack's outputs as variables and, when a file was asked for, as the output artifact."""
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if attempt.outputs:
        attempt.write(pack({attempt.configuration["OutputFileName"]: json.dumps(outputs, indent=2).encode()}))
    return Succeeded(outputs, _link(attempt, stack["StackId"]))


def _outputs_of(attempt: Attempt) -> Succeeded:
    stack = describe(attempt)
    return Succeeded() if stack is None else _succeeded(attempt, stack)


def _is_no_change(message: str) -> bool:
    return any(text in message for text in _NO_CHANGES)


def _waiting(attempt: Attempt, step: str, stack_id: str) -> Waiting:
    return Waiting({"step": step, "stack": stack_id}, _link(attempt, stack_id))


def _link(attempt: Attempt, stack_id: str) -> Link:
    console = f"https://{attempt.region}.console.aws.amazon.com/cloudformation/home?region={attempt.region}"
    return Link(id=stack_id, url=f"{console}#/stack/detail?stackId={stack_id}")


def _check(configuration: Mapping[str, str]) -> str | None:
    mode = configuration.get("ActionMode", "")
    for key in _NEEDED.get(mode, ()):
        if key not in configuration:
            return f"is missing required configuration '{key}', which ActionMode {mode} needs"
    return None


_MODES: Mapping[str, Callable[[Attempt], Succeeded | Waiting]] = {
    "CREATE_UPDATE": _create_update,
    "REPLACE_ON_FAILURE": _replace_on_failure,
    "DELETE_ONLY": _delete_only,
    "CHANGE_SET_REPLACE": _change_set_replace,
    "CHANGE_SET_EXECUTE": _change_set_execute,
}
_STEPS: Mapping[str, Callable[[Attempt], Succeeded | Waiting]] = {
    "stack": _follow_stack,
    "delete": _follow_delete,
    "replace": _follow_replace,
    "change-set": _follow_change_set,
}

ACTION = ActionType(
    category="Deploy",
    provider="CloudFormation",
    start=start,
    poll=poll,
    keys={
        "ActionMode": Key(required=True, values=tuple(_MODES)),
        "StackName": Key(required=True),
        "Capabilities": Key(),
        "ChangeSetName": Key(),
        "OutputFileName": Key(),
        "ParameterOverrides": Key(json=True),
        "RoleArn": Key(),
        "TemplateConfiguration": Key(),
        "TemplatePath": Key(),
    },
    inputs=(0, 10),
    outputs=(0, 1),
    seconds=3 * DAY,
    check=_check,
)
