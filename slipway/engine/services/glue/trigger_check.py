"""What of a trigger the engine does not execute, and what Glue itself refuses.

docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.resource_properties import known_objects
from slipway.engine.services.glue.service import invalid, refused

ON_DEMAND, CONDITIONAL = "ON_DEMAND", "CONDITIONAL"
_TYPES = (ON_DEMAND, CONDITIONAL)
# The states of a job run that a condition may wait for.
_STATES = ("SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT")


def check(operation: str, trigger: Mapping[str, Any]) -> None:
    """Refuse by name what is not executed, and what cannot be."""
    for reason in not_executed(trigger):
        raise refused(f"{operation}: {reason}")
    if not trigger["Actions"]:
        raise invalid("Actions must name at least one job")
    for action in trigger["Actions"]:
        if "JobName" not in action:
            raise invalid("An action must have a JobName")
    if trigger["Type"] == CONDITIONAL:
        _check_predicate(trigger.get("Predicate", {}))
    elif trigger.get("Predicate"):
        raise invalid(f"A trigger of type {trigger['Type']} has no Predicate")


def not_executed(trigger: Mapping[str, Any]) -> Iterator[str]:
    """Why the engine does not execute a trigger; it may be known only in part."""
    kind = trigger.get("Type", ON_DEMAND)
    if kind in ("SCHEDULED", "EVENT"):
        yield f"Type {kind} (executed: {', '.join(_TYPES)})"
    if kind == CONDITIONAL and "WorkflowName" not in trigger:
        yield "Type CONDITIONAL without a WorkflowName"
    for member in ("Schedule", "EventBatchingCondition"):
        if trigger.get(member):
            yield member
    for place, held in (("Actions", trigger.get("Actions")), ("Predicate.Conditions", _conditions(trigger))):
        for index, item in enumerate(known_objects(held)):
            for member in ("CrawlerName", "CrawlState", "SecurityConfiguration"):
                if item.get(member):
                    yield f"{place}[{index}].{member}"


def _conditions(trigger: Mapping[str, Any]) -> Any:
    predicate = trigger.get("Predicate")
    return predicate.get("Conditions") if isinstance(predicate, Mapping) else None


def _check_predicate(predicate: Mapping[str, Any]) -> None:
    conditions = predicate.get("Conditions", [])
    if not conditions:
        raise invalid("A trigger of type CONDITIONAL needs a Predicate with Conditions")
    if len(conditions) > 1 and "Logical" not in predicate:
        raise invalid("Predicate.Logical is required for more than one condition")
    for index, condition in enumerate(conditions):
        if "JobName" not in condition or condition.get("State") not in _STATES:
            raise invalid(f"Predicate.Conditions[{index}] needs a JobName and a State among {', '.join(_STATES)}")
        if condition.get("LogicalOperator", "EQUALS") != "EQUALS":
            raise invalid(f"Predicate.Conditions[{index}].LogicalOperator must be EQUALS")
