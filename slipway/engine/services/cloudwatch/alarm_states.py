"""An alarm's change of state: its record, its history, its actions, and the composite alarms above it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.service import Call
from slipway.engine.services.cloudwatch import actions, history, rules
from slipway.engine.services.cloudwatch.service import (
    COMPOSITE,
    SERVICE,
    alarm_arn,
    alarms,
    arn_of_alarm,
    arns_of_alarms,
    invalid,
)
from slipway.engine.store import Record


@SERVICE.operation("SetAlarmState", resource=arn_of_alarm)
def set_alarm_state(call: Call) -> None:
    """Set a state until the next evaluation finds another."""
    params = call.params
    name = params["AlarmName"]
    if name not in alarms(call.engine):
        raise invalid(f"Unknown alarm: {name}", "ResourceNotFound")
    if "StateReasonData" in params:
        try:
            json.loads(params["StateReasonData"])
        except ValueError as error:
            raise invalid(f"StateReasonData is not valid JSON: {error}", "InvalidFormat") from error
    move(call.engine, name, params["StateValue"], params["StateReason"], params.get("StateReasonData", ""))


@SERVICE.operation("EnableAlarmActions", resource=arns_of_alarms)
def enable_alarm_actions(call: Call) -> None:
    """Take the actions of alarms again."""
    _set_actions(call, enabled=True)


@SERVICE.operation("DisableAlarmActions", resource=arns_of_alarms)
def disable_alarm_actions(call: Call) -> None:
    """Take the actions of alarms no more."""
    _set_actions(call, enabled=False)


def _set_actions(call: Call, *, enabled: bool) -> None:
    for name in call.params["AlarmNames"]:
        if name in alarms(call.engine):
            alarms(call.engine).change(name, lambda record: record.update(ActionsEnabled=enabled))


def move(engine: Engine, name: str, state: str, reason: str, data: str, seen: Sequence[str] = ()) -> None:
    """Note what an evaluation found; when that is another state, act on it, and look at the composites above."""
    now = time.time()
    before: list[str] = []

    def note(record: Record) -> None:
        before.append(record["StateValue"])
        record.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=now)
        if data:
            record["StateReasonData"] = data
        if state != before[0]:
            record["StateTransitionedTimestamp"] = now

    record = alarms(engine).change(name, note)
    if state == before[0]:
        return
    history.note_state(engine, record, before[0])
    actions.dispatch(engine, record, before[0])
    _look_at_parents(engine, record, [*seen, name])


def _look_at_parents(engine: Engine, child: Record, seen: Sequence[str]) -> None:
    """A composite that is already on the way is part of a circle: stop there."""
    for parent in list(alarms(engine).values()):
        if parent["type"] != COMPOSITE or parent["AlarmName"] in seen:
            continue
        rule = rules.parse(parent["AlarmRule"])
        if child["AlarmName"] not in rule.names():
            continue
        told = time.strftime("%A %d %B, %Y %H:%M:%S UTC", time.gmtime(child["StateUpdatedTimestamp"]))
        reason = f"{child['AlarmArn']} transitioned to {child['StateValue']} at {told}"
        state = composite_state(engine, rule)
        if state != parent["StateValue"]:
            move(engine, parent["AlarmName"], state, reason, _triggered_by(engine, child), seen)


def composite_state(engine: Engine, rule: rules.Rule) -> str:
    """The state that a composite alarm's rule gives."""
    states = {record["AlarmName"]: record["StateValue"] for record in alarms(engine).values()}
    return "ALARM" if rule.holds(states) else "OK"


def _triggered_by(engine: Engine, child: Record) -> str:
    told: dict[str, Any] = {"value": child["StateValue"], "timestamp": actions.told(child["StateUpdatedTimestamp"])}
    return json.dumps({"triggeringAlarms": [{"arn": alarm_arn(engine, child["AlarmName"]), "state": told}]})
