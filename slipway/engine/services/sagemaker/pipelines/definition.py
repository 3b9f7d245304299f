"""A pipeline's definition, checked as a whole: version 2020-12-01 of its JSON schema.

docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html
aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from slipway.engine.services.sagemaker.pipelines import parameters, step_checks
from slipway.engine.services.sagemaker.pipelines.errors import refused, unparsable
from slipway.engine.services.sagemaker.pipelines.expressions import references

VERSION = "2020-12-01"
_MEMBERS = frozenset({"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "Steps"})
_EXPERIMENT = frozenset({"ExperimentName", "TrialName"})


@dataclass(frozen=True)
class Branch:
    """The branch of a Condition step that a step is in."""

    condition: str
    outcome: bool


@dataclass(frozen=True)
class Step:
    """One step; `body` is its JSON, `needs` the steps that must have succeeded before."""

    name: str
    type: str
    body: Mapping[str, Any]
    branch: Branch | None
    needs: frozenset[str]

    @property
    def arguments(self) -> dict[str, Any]:
        """Its arguments, with expressions."""
        found: dict[str, Any] = self.body.get("Arguments") or {}
        return found


@dataclass(frozen=True)
class Definition:
    """A pipeline's definition; the steps of branches stand beside the others."""

    parameters: Mapping[str, parameters.Declaration]
    experiment: Mapping[str, Any]
    steps: Mapping[str, Step]


@lru_cache(maxsize=64)
def parse(text: str) -> Definition:
    """The definition in `text`; ValidationException, or UnsupportedOperation for what is not executed here."""
    try:
        return _checked(_document(text))
    except RecursionError:  # what was read by a stack that was less deep than that of the checks
        raise unparsable("It is nested too deeply.") from None


def _checked(document: Mapping[str, Any]) -> Definition:
    declared = parameters.check(document.get("Parameters") or [])
    steps = {step.name: step for step in _steps(document)}
    for step in steps.values():
        step_checks.check_references(step.body, step.name, {name: one.body for name, one in steps.items()}, declared)
        _check_needs(step, steps)
    experiment = document.get("PipelineExperimentConfig") or {}
    _check_experiment(experiment, declared)
    _check_order(steps)
    return Definition(declared, experiment, steps)


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise unparsable(f"It is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise unparsable("Expecting start of Json Object.")
    if document.get("Version") != VERSION:
        raise unparsable(f"Version must be '{VERSION}', and is {json.dumps(document.get('Version'))}.")
    # The SDK writes null where no tracking is asked for.
    if document.get("MlflowConfig") is not None:
        raise refused("MlflowConfig", "MLflow")
    unknown = sorted(set(document) - _MEMBERS - {"MlflowConfig"})
    if unknown:
        raise unparsable(f"Unknown member '{unknown[0]}'.")
    return document


def _steps(document: Mapping[str, Any]) -> Iterator[Step]:
    if not isinstance(document.get("Steps"), list) or not document["Steps"]:
        raise unparsable("Steps must be a list of at least one step.")
    seen: set[str] = set()
    for where, body, branch in _flat(document["Steps"], "Steps", None):
        step_checks.check(body, where, nested=branch is not None)
        if body["Name"] in seen:
            raise unparsable(f"Duplicate step name '{body['Name']}'.")
        seen.add(body["Name"])
        yield Step(body["Name"], body["Type"], body, branch, frozenset(_needs(body, branch)))


def _flat(bodies: Any, where: str, branch: Branch | None) -> Iterator[tuple[str, Any, Branch | None]]:
    """Every step with where it stands; those of a condition's branches follow it."""
    if not isinstance(bodies, list):
        raise unparsable(f"{where} must be a list of steps.")
    for index, body in enumerate(bodies):
        at = f"{where}[{index}]"
        yield at, body, branch
        if body["Type"] == "Condition":
            for member, outcome in (("IfSteps", True), ("ElseSteps", False)):
                inner = body["Arguments"].get(member, [])
                yield from _flat(inner, f"{at}.Arguments.{member}", Branch(body["Name"], outcome))


def _needs(body: Mapping[str, Any], branch: Branch | None) -> Iterator[str]:
    yield from body.get("DependsOn", [])
    yield from (found.name for found in references(step_checks.own_values(body)) if found.root == "Steps")
    if branch is not None:
        yield branch.condition


def _check_needs(step: Step, steps: Mapping[str, Step]) -> None:
    for name in step.needs:
        if name not in steps:
            raise unparsable(f"Step '{step.name}' refers to step '{name}', which is not defined.")
        needed = steps[name]
        if needed.type == "Fail":
            raise unparsable(f"Step '{step.name}' refers to step '{name}': other steps cannot refer to a Fail step.")
        if needed.branch and step.branch == Branch(needed.branch.condition, not needed.branch.outcome):
            branches = f"the other branch of '{needed.branch.condition}'"
            raise unparsable(f"Step '{step.name}' refers to step '{name}', which is in {branches}.")


def _check_order(steps: Mapping[str, Step]) -> None:
    """Refuse a cycle: take away, as long as there is one, a step that waits for none of those left."""
    left = dict(steps)
    while left:
        free = [name for name, step in left.items() if not step.needs & left.keys()]
        if not free:
            raise unparsable(f"Cyclic dependency between the steps [{', '.join(sorted(left))}].")
        for name in free:
            del left[name]


def _check_experiment(experiment: Any, declared: Mapping[str, Any]) -> None:
    if not isinstance(experiment, dict) or set(experiment) - _EXPERIMENT:
        raise unparsable("PipelineExperimentConfig has the members ExperimentName and TrialName.")
    for found in references(experiment):
        if found.root == "Steps":
            raise unparsable(f"PipelineExperimentConfig cannot refer to a step: {found.text}.")
        if found.root == "Parameters" and found.name not in declared:
            raise unparsable(f"Unknown parameter reference: {found.text}.")
