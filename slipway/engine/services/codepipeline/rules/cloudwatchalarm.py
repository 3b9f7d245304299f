"""CloudWatchAlarm: the state of an alarm, after as long as it may take to change.

The rule holds when the alarm is in none of `AlarmStates` (ALARM by default) for the whole `WaitTime`.

docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-CloudWatchAlarm.html
"""

from __future__ import annotations

from slipway.engine.services.codepipeline.action_type import DAY, MINUTE, Key, RuleType
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed, Link, Succeeded, Waiting
from slipway.engine.services.codepipeline.records import now

_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")


def check(attempt: Attempt) -> Succeeded | Waiting:
    """Look at the alarm; wait while the wait time runs."""
    name = attempt.configuration["AlarmName"]
    state = _state(attempt, name)
    monitored = [item.strip() for item in attempt.configuration.get("AlarmStates", "ALARM").split(",")]
    unknown = [item for item in monitored if item not in _STATES]
    if unknown:
        raise ActionFailed("ConfigurationError", f"AlarmStates has {unknown[0]}; allowed are {', '.join(_STATES)}")
    link = Link(id=name, summary=f"The alarm {name} is in {state}")
    if state in monitored:
        raise ActionFailed("JobFailed", f"The alarm {name} is in the state {state}", link)
    wait = attempt.engine.clock.real(_minutes(attempt) * MINUTE)
    return Succeeded(link=link) if now() >= attempt.started + wait else Waiting({"alarm": name}, link)


def _minutes(attempt: Attempt) -> int:
    text = attempt.configuration.get("WaitTime", "0")
    if not text.isdigit():
        raise ActionFailed("ConfigurationError", f"WaitTime must be a number of minutes, not '{text}'")
    return int(text)


def _state(attempt: Attempt, name: str) -> str:
    found = attempt.client("cloudwatch").describe_alarms(AlarmNames=[name])
    alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
    if not alarms:
        raise ActionFailed("ConfigurationError", f"The alarm {name} does not exist")
    state: str = alarms[0]["StateValue"]
    return state


RULE = RuleType(
    provider="CloudWatchAlarm",
    start=check,
    poll=check,
    keys={"AlarmName": Key(required=True), "AlarmStates": Key(), "WaitTime": Key()},
    seconds=DAY,
)
