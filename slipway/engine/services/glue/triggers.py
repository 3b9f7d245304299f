"""Triggers: their definitions, and which of them are live.

docs.aws.amazon.com/glue/latest/dg/about-triggers.html
docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from slipway.engine.services.glue import arguments, running, tags, trigger_check
from slipway.engine.services.glue.service import (
    SERVICE,
    each_named,
    find,
    invalid,
    named,
    page,
    refused,
    rendered,
    table,
    taken,
)
from slipway.engine.services.glue.trigger_check import CONDITIONAL, ON_DEMAND

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call
    from slipway.engine.store import Record

KIND = "trigger"
WORKFLOW = "workflow"


def of_workflow(engine: Engine, workflow: str) -> list[Record]:
    """The triggers that belong to a workflow."""
    return [trigger for trigger in table(engine, KIND).values() if trigger.get("WorkflowName") == workflow]


@SERVICE.operation("CreateTrigger", resource=named(KIND))
def create_trigger(call: Call) -> dict[str, Any]:
    """A trigger of a workflow, or one that a person starts."""
    given = {member: value for member, value in call.params.items() if member not in ("Tags", "StartOnCreation")}
    name, starts = given["Name"], call.params.get("StartOnCreation", False)
    trigger_check.check("CreateTrigger", given)
    if starts and given["Type"] == ON_DEMAND:
        raise invalid("StartOnCreation is not supported for ON_DEMAND triggers")
    _check_workflow(call.engine, given)
    tags.check(call, call.arn(f"{KIND}/{name}"))
    if not table(call.engine, KIND).claim(name, {**given, "State": "ACTIVATED" if starts else "CREATED"}):
        raise taken("Trigger", name)
    tags.put(call.engine, call.arn(f"{KIND}/{name}"), call.params.get("Tags", {}))
    return {"Name": name}


def _check_workflow(engine: Engine, trigger: dict[str, Any]) -> None:
    """The workflow must be there, and has one trigger that starts it."""
    if "WorkflowName" not in trigger:
        return
    workflow = find(engine, WORKFLOW, trigger["WorkflowName"])["Name"]
    starting = [other["Name"] for other in of_workflow(engine, workflow) if other["Type"] == ON_DEMAND]
    if trigger["Type"] == ON_DEMAND and starting:
        raise invalid(f"Workflow {workflow} has a starting trigger already: {starting[0]}")


@SERVICE.operation("UpdateTrigger", resource=named(KIND))
def update_trigger(call: Call) -> dict[str, Any]:
    """A new definition in place of the old one, but for its type, workflow and state."""
    before, update = find(call.engine, KIND, call.params["Name"]), call.params["TriggerUpdate"]
    if update.get("Name", before["Name"]) != before["Name"]:
        raise refused("UpdateTrigger: another Name")
    kept = {name: before[name] for name in ("Name", "Type", "WorkflowName", "State") if name in before}
    changed = {"Actions": before["Actions"], **update, **kept}
    if "Predicate" in before:
        changed.setdefault("Predicate", before["Predicate"])
    trigger_check.check("UpdateTrigger", changed)
    table(call.engine, KIND)[before["Name"]] = changed
    return {"Trigger": rendered(changed)}


@SERVICE.operation("GetTrigger", resource=named(KIND))
def get_trigger(call: Call) -> dict[str, Any]:
    """One trigger."""
    return {"Trigger": rendered(find(call.engine, KIND, call.params["Name"]))}


@SERVICE.operation("BatchGetTriggers", resource=each_named(KIND, "TriggerNames"))
def batch_get_triggers(call: Call) -> dict[str, Any]:
    """Several triggers, and the names that are none's."""
    found = {name: table(call.engine, KIND).get(name) for name in call.params["TriggerNames"]}
    return {
        "Triggers": [rendered(record) for record in found.values() if record],
        "TriggersNotFound": [name for name, record in found.items() if record is None],
    }


@SERVICE.operation("GetTriggers")
def get_triggers(call: Call) -> dict[str, Any]:
    """All triggers, or those that start a job."""
    return page([rendered(trigger) for trigger in _starting(call)], call.params, "Triggers")


@SERVICE.operation("ListTriggers")
def list_triggers(call: Call) -> dict[str, Any]:
    """The names of all triggers, or of those that start a job or have some tags."""
    wanted = call.params.get("Tags", {})
    names = [trigger["Name"] for trigger in _starting(call)]
    tagged = [name for name in names if tags.has(call.engine, call.arn(f"{KIND}/{name}"), wanted)]
    return page(tagged, call.params, "TriggerNames")


def _starting(call: Call) -> list[Record]:
    job = call.params.get("DependentJobName")
    return [
        trigger
        for trigger in table(call.engine, KIND).values()
        if job is None or any(action.get("JobName") == job for action in trigger["Actions"])
    ]


@SERVICE.operation("DeleteTrigger", resource=named(KIND))
def delete_trigger(call: Call) -> dict[str, Any]:
    """Forget a trigger; one that is not there is no error."""
    name = call.params["Name"]
    table(call.engine, KIND).pop(name, None)
    tags.drop(call.engine, call.arn(f"{KIND}/{name}"))
    return {"Name": name}


@SERVICE.operation("StartTrigger", resource=named(KIND))
def start_trigger(call: Call) -> dict[str, Any]:
    """Activate a conditional trigger; one on demand fires at once.

    docs.aws.amazon.com/glue/latest/dg/activate-triggers.html
    """
    trigger = find(call.engine, KIND, call.params["Name"])
    if trigger["Type"] == CONDITIONAL:
        _set_state(call, "ACTIVATED")
    elif "WorkflowName" in trigger:
        raise refused(f"StartTrigger of {trigger['Name']}, with which workflow {trigger['WorkflowName']} starts,")
    else:
        _fire(call.engine, trigger)
    return {"Name": trigger["Name"]}


def _fire(engine: Engine, trigger: Record) -> None:
    for action in trigger["Actions"]:
        job = find(engine, "job", action["JobName"])
        arguments.check("StartTrigger", arguments.merged(job, action.get("Arguments", {})))
    for action in trigger["Actions"]:
        running.start(engine, begin(trigger, action, {}))


def begin(
    trigger: Record, action: dict[str, Any], within: dict[str, str], before: Sequence[dict[str, str]] = ()
) -> running.Start:
    """How an action of a trigger starts its job, inside a workflow's run or not; `before` are the runs waited for."""
    overrides: dict[str, Any] = {name: action[name] for name in ("Timeout", "NotificationProperty") if name in action}
    given = action.get("Arguments", {})
    return running.Start(action["JobName"], given, overrides, within, trigger["Name"], list(before))


@SERVICE.operation("StopTrigger", resource=named(KIND))
def stop_trigger(call: Call) -> dict[str, Any]:
    """Keep a conditional trigger from firing; one on demand has nothing to stop."""
    trigger = find(call.engine, KIND, call.params["Name"])
    if trigger["Type"] != CONDITIONAL:
        raise invalid(f"Trigger {trigger['Name']} is {trigger['Type']} and cannot be stopped")
    _set_state(call, "DEACTIVATED")
    return {"Name": trigger["Name"]}


def _set_state(call: Call, state: str) -> None:
    table(call.engine, KIND).change(call.params["Name"], lambda trigger: trigger.update(State=state))
