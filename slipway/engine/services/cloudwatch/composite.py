"""Composite alarms.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from slipway.engine.service import Call
from slipway.engine.services.cloudwatch import rules
from slipway.engine.services.cloudwatch.actions import refusal
from slipway.engine.services.cloudwatch.alarm_states import composite_state, move
from slipway.engine.services.cloudwatch.alarms import put
from slipway.engine.services.cloudwatch.service import COMPOSITE, SERVICE, alarm_arn, alarms, arn_of_alarm, invalid


@SERVICE.operation("PutCompositeAlarm", resource=arn_of_alarm)
def put_composite_alarm(call: Call) -> None:
    """Make or replace an alarm over alarms, which must exist; its state follows from theirs at once."""
    engine, params = call.engine, call.params
    refused = sorted(name for name in params if name.startswith("ActionsSuppressor"))
    if refused:
        raise invalid(f"{', '.join(refused)}: suppressed actions are not executed here")
    reason = refusal(params)
    if reason:
        raise invalid(reason)
    rule = rules.parse(params["AlarmRule"])
    name = params["AlarmName"]
    missing = [alarm_arn(engine, child) for child in rule.names() if child not in alarms(engine)]
    if missing:
        raise invalid(
            f"Error in AlarmRule [Could not save the composite alarm as alarms {missing} in the rule do not exist]"
        )
    if name in rule.names():
        raise invalid("Error in AlarmRule [A composite alarm cannot be a part of its own rule]")
    put(call, COMPOSITE, {**{key: value for key, value in params.items() if key != "Tags"}, "children": rule.names()})
    state = composite_state(engine, rule)
    move(engine, name, state, f"Alarm rule evaluated to {state}", "")
