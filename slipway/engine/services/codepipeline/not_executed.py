"""What a pipeline in a template would need that the engine does not execute, told before its stack makes anything.

What AWS itself refuses is told when the pipeline is created (`declaration`), as on AWS.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.codepipeline.action_type import (
    NotExecuted,
    configuration_not_executed,
    find_action,
    find_rule,
)

_MOMENTS = ("BeforeEntry", "OnSuccess", "OnFailure")


def not_executed(properties: Mapping[str, Any]) -> Iterator[str]:
    """The reasons, each with the stage and the action; of properties of `AWS::CodePipeline::Pipeline`."""
    if properties.get("Triggers"):
        yield "Triggers need a connection to a git host; start the pipeline from an EventBridge rule"
    for stage in _objects(properties.get("Stages")):
        for action in _objects(stage.get("Actions")):
            reason = _action(action)
            if reason:
                yield f"action {action.get('Name')} in stage {stage.get('Name')} {reason}"
        for moment in _MOMENTS:
            for reason in _rules(stage.get(moment)):
                yield f"{moment} of stage {stage.get('Name')}: {reason}"


def _action(action: Mapping[str, Any]) -> str | None:
    type_id = action.get("ActionTypeId")
    if not isinstance(type_id, Mapping):
        return None
    if type_id.get("Owner") != "AWS":
        return f"has an action type of {type_id.get('Owner')} ({type_id.get('Provider')}), which is not executed"
    try:
        kind = find_action(str(type_id.get("Category")), str(type_id.get("Provider")))
    except NotExecuted as error:
        return f"cannot be used: {error}"
    configuration = action.get("Configuration", {})
    return configuration_not_executed(kind.keys, _texts(configuration)) if isinstance(configuration, Mapping) else None


def _rules(moment: Any) -> Iterator[str]:
    for condition in _objects(moment.get("Conditions") if isinstance(moment, Mapping) else None):
        for rule in _objects(condition.get("Rules")):
            type_id = rule.get("RuleTypeId")
            try:
                find_rule(str(type_id.get("Provider")) if isinstance(type_id, Mapping) else "")
            except NotExecuted as error:
                yield str(error)


def _texts(configuration: Mapping[str, Any]) -> dict[str, str]:
    """All values as the API takes them: a template may write `false`."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in configuration.items()
    }


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, as far as it is known."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
