"""Does everything that an action takes come from an action before it: artifacts and variables.

docs.aws.amazon.com/codepipeline/latest/userguide/action-requirements.html
docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline import variables

Group = tuple[str, list[dict[str, Any]]]


class _Known:
    """What the actions so far have produced."""

    def __init__(self, declared: dict[str, Any]) -> None:
        self.artifacts: set[str] = set()
        self.namespaces: set[str] = set()
        self.variables = {item["name"] for item in declared.get("variables", [])}

    def add(self, action: dict[str, Any], stage: str) -> None:
        """An action's artifacts and namespace are known to those after it; both names are its alone."""
        for output in action.get("outputArtifacts", []):
            if output["name"] in self.artifacts:
                raise _fault(
                    f"Output Artifact Bundle name must be unique within the pipeline. {output['name']} has been used "
                    f"more than once, by action {action['name']} in stage {stage}"
                )
            self.artifacts.add(output["name"])
        namespace = action.get("namespace")
        if namespace in (*variables.RESERVED, *self.namespaces):
            raise _fault(f"Namespace {namespace} of action {action['name']} in stage {stage} is reserved or used twice")
        if namespace:
            self.namespaces.add(namespace)


def check_flow(declared: dict[str, Any]) -> None:
    """Refuse an artifact or variable that nothing before its reader produces, and one that two actions produce."""
    known = _Known(declared)
    for stage, group in _groups(declared):
        for action in group:
            _check_inputs(action, stage, known)
            _check_variables(action, f"action {action['name']} in stage {stage}", known)
        for action in group:
            known.add(action, stage)
    for stage in declared["stages"]:
        _check_rules(stage, known)


def _groups(declared: dict[str, Any]) -> Iterator[Group]:
    """The actions that run side by side, in the order in which they run."""
    for stage in declared["stages"]:
        ordered = sorted(stage["actions"], key=lambda action: int(action.get("runOrder", 1)))
        for _, group in groupby(ordered, key=lambda action: int(action.get("runOrder", 1))):
            yield stage["name"], list(group)


def _check_inputs(action: dict[str, Any], stage: str, known: _Known) -> None:
    for item in action.get("inputArtifacts", []):
        if item["name"] not in known.artifacts:
            raise _fault(
                f"Input Artifact Bundle {item['name']} in action {action['name']} of stage {stage} is not declared as "
                "Output Artifact Bundle in any of the preceding actions"
            )


def _check_variables(item: dict[str, Any], where: str, known: _Known) -> None:
    for value in item.get("configuration", {}).values():
        try:
            references = variables.references(value)
        except variables.Unresolved as error:
            raise _fault(f"The configuration of {where} has an invalid variable reference: {error}") from error
        for namespace, name in references:
            if not _is_known(namespace, name, known):
                raise _fault(
                    f"The configuration of {where} refers to #{{{namespace}.{name}}}, which no preceding action or "
                    "pipeline variable provides"
                )


def _is_known(namespace: str, name: str, known: _Known) -> bool:
    if namespace == variables.PIPELINE:
        return name in known.variables
    if namespace == variables.BUILT_IN:
        return name in variables.BUILT_IN_NAMES
    return namespace in known.namespaces


def _check_rules(stage: dict[str, Any], known: _Known) -> None:
    for moment in ("beforeEntry", "onSuccess", "onFailure"):
        for condition in stage.get(moment, {}).get("conditions", []):
            for rule in condition["rules"]:
                _check_inputs(rule, stage["name"], known)
                _check_variables(rule, f"rule {rule['name']} in stage {stage['name']}", known)


def _fault(message: str) -> AwsError:
    return AwsError("InvalidActionDeclarationException", message)
