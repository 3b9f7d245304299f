"""Is an action, or a rule of a condition, declared as its type wants it.

docs.aws.amazon.com/codepipeline/latest/userguide/action-requirements.html
docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline.action_type import (
    ActionType,
    NotExecuted,
    RuleType,
    configuration_fault,
    find_action,
    find_rule,
)

_VERSION = "1"
_NOT_EXECUTED = ("commands", "outputVariables", "environmentVariables")


def check_action(action: dict[str, Any], stage: str, region: str) -> None:
    """Refuse an action that AWS would refuse or the engine does not execute; InvalidActionDeclarationException."""
    name, type_id = action["name"], action["actionTypeId"]
    if type_id["owner"] != "AWS" or type_id["version"] != _VERSION:
        raise _action(name, stage, f"has the type {_type(type_id)}, which is not available in region {region}")
    try:
        kind = find_action(type_id["category"], type_id["provider"])
    except NotExecuted as error:
        raise _action(name, stage, f"cannot be used: {error}") from error
    _check_common(action, name, stage, region)
    if "timeoutInMinutes" in action and type_id["category"] != "Approval":
        raise _action(name, stage, "has timeoutInMinutes, which only manual approval actions may have")
    fault = _fault(kind, action.get("configuration", {}))
    if fault:
        raise AwsError(
            "InvalidActionDeclarationException", f"Action configuration for action '{name}' in stage '{stage}' {fault}"
        )
    _check_counts(action, kind, name, stage)


def check_condition(condition: dict[str, Any], stage: str, moment: str) -> None:
    """Refuse a condition whose rules AWS would refuse or the engine does not execute."""
    rules = condition.get("rules", [])
    where = f"Stage {stage} {moment}"
    if not 1 <= len(rules) <= 5:
        raise AwsError("InvalidStageDeclarationException", f"{where} has {len(rules)} rules; it should have 1 to 5")
    names = [rule["name"] for rule in rules]
    if len(set(names)) < len(names):
        raise AwsError("InvalidStageDeclarationException", f"{where} has two rules of one name")
    for rule in rules:
        fault = _rule_fault(rule)
        if fault:
            raise AwsError("InvalidStageDeclarationException", f"{where}: rule '{rule['name']}' {fault}")


def _rule_fault(rule: dict[str, Any]) -> str | None:
    try:
        kind = find_rule(rule["ruleTypeId"]["provider"])
    except NotExecuted as error:
        return f"cannot be used: {error}"
    if rule.get("commands"):
        return "has commands, which only a Commands rule may have"
    return configuration_fault(kind.keys, rule.get("configuration", {}))


def _fault(kind: ActionType, configuration: dict[str, str]) -> str | None:
    fault = configuration_fault(kind.keys, configuration)
    return fault or (kind.check(configuration) if kind.check else None)


def _check_common(action: dict[str, Any], name: str, stage: str, region: str) -> None:
    if action.get("region", region) != region:
        raise _action(name, stage, f"is in region {action['region']}: this engine has no actions in other regions")
    for member in _NOT_EXECUTED:
        if action.get(member):
            raise _action(name, stage, f"has {member}, which only a Commands action may have")
    if any("files" in output for output in action.get("outputArtifacts", [])):
        raise _action(name, stage, "lists files of an output artifact, which only a Commands action may do")


def _check_counts(action: dict[str, Any], kind: ActionType | RuleType, name: str, stage: str) -> None:
    given = len(action.get("inputArtifacts", []))
    if not kind.inputs[0] <= given <= kind.inputs[1]:
        raise _action(name, stage, f"has {given} input artifacts; it should have {kind.inputs[0]} to {kind.inputs[1]}")
    made = len(action.get("outputArtifacts", []))
    if isinstance(kind, ActionType) and not kind.outputs[0] <= made <= kind.outputs[1]:
        raise _action(
            name, stage, f"has {made} output artifacts; it should have {kind.outputs[0]} to {kind.outputs[1]}"
        )
    configuration = action.get("configuration", {})
    if "OutputFileName" in kind.keys and ("OutputFileName" in configuration) != bool(made):
        raise _action(name, stage, "must have both an output artifact and OutputFileName, or neither")
    if configuration.get("InputType") == "FilePath" and given != 1:
        raise _action(name, stage, "reads its input from a file and must have one input artifact")
    if "PrimarySource" in kind.keys and given > 1 and "PrimarySource" not in configuration:
        raise _action(
            name, stage, "has more than one input artifact and is missing required configuration 'PrimarySource'"
        )


def _type(type_id: dict[str, str]) -> str:
    return (
        f"(Category: '{type_id['category']}', Provider: '{type_id['provider']}', Owner: '{type_id['owner']}', "
        f"Version: '{type_id['version']}')"
    )


def _action(name: str, stage: str, fault: str) -> AwsError:
    return AwsError("InvalidActionDeclarationException", f"Action {name} in stage {stage} {fault}")
