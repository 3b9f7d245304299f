"""Stages, actions and variables: how many, how they are named, and in which order.

docs.aws.amazon.com/codepipeline/latest/userguide/limits.html; lengths and patterns of names are those of the API's
model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import botocore.session

from slipway.verify.finding import Finding
from slipway.verify.pipelines.declared import Action, Pipeline

_STAGES = (2, 50)
_ACTIONS_IN_STAGE = 50
_ACTIONS = 500
_VARIABLES = 50


def findings(pipeline: Pipeline) -> Iterator[Finding]:
    """What of the structure AWS would refuse."""
    yield from _numbers(pipeline)
    yield from _names(pipeline)
    yield from _sources(pipeline)
    yield from _variables(pipeline)


def _numbers(pipeline: Pipeline) -> Iterator[Finding]:
    stages = len(pipeline.stages)
    if not _STAGES[0] <= stages <= _STAGES[1]:
        message = f"{stages} stages; a pipeline has {_STAGES[0]} to {_STAGES[1]}"
        yield pipeline.finding(pipeline.place, "stages", message)
    total = sum(1 for _ in pipeline.actions())
    if total > _ACTIONS:
        yield pipeline.finding(pipeline.place, "actions", f"{total} actions; a pipeline has at most {_ACTIONS}")
    for name, actions, place in pipeline.stages:
        if not 1 <= len(actions) <= _ACTIONS_IN_STAGE:
            message = f"stage {name} has {len(actions)} actions; a stage has 1 to {_ACTIONS_IN_STAGE}"
            yield pipeline.finding(place, "actions", message)


def _names(pipeline: Pipeline) -> Iterator[Finding]:
    for name in _repeated(stage for stage, _, _ in pipeline.stages):
        yield pipeline.finding(pipeline.place, "names", f"two stages are named {name}")
    for stage, actions, place in pipeline.stages:
        yield from _fault(pipeline, place, "StageName", stage)
        for name in _repeated(action.name for action in actions):
            yield pipeline.finding(place, "names", f"two actions of stage {stage} are named {name}")
        for action in actions:
            yield from _names_of(pipeline, action)


def _names_of(pipeline: Pipeline, action: Action) -> Iterator[Finding]:
    yield from _fault(pipeline, action.place, "ActionName", action.name)
    if action.namespace:
        yield from _fault(pipeline, action.place, "ActionNamespace", action.namespace)
    for artifact in (*action.inputs, *action.outputs):
        yield from _fault(pipeline, action.place, "ArtifactName", artifact)
    if not 1 <= action.order <= 999:
        yield pipeline.finding(action.place, "order", f"RunOrder {action.order} of {action.name}; it is 1 to 999")


def _sources(pipeline: Pipeline) -> Iterator[Finding]:
    for index, (stage, actions, _) in enumerate(pipeline.stages):
        for action in actions:
            if (action.category == "Source") != (index == 0):
                message = f"{action.name} in {stage}: the first stage has source actions, and no other has one"
                yield pipeline.finding(action.place, "sources", message)


def _variables(pipeline: Pipeline) -> Iterator[Finding]:
    place = (*pipeline.place, "Variables")
    if len(pipeline.variables) > _VARIABLES:
        message = f"{len(pipeline.variables)} variables; a pipeline has at most {_VARIABLES}"
        yield pipeline.finding(place, "variables", message)
    if pipeline.variables and pipeline.properties.get("PipelineType", "V1") != "V2":
        yield pipeline.finding(place, "variables", "variables are of pipelines of type V2")
    for name in _repeated(variable["Name"] for variable in pipeline.variables):
        yield pipeline.finding(place, "variables", f"two variables are named {name}")
    for index, variable in enumerate(pipeline.variables):
        yield from _fault(pipeline, (*place, index), "PipelineVariableName", variable["Name"])
        yield from _fault(pipeline, (*place, index), "PipelineVariableDescription", variable.get("Description", ""))
        if "DefaultValue" in variable:
            yield from _fault(pipeline, (*place, index), "PipelineVariableValue", str(variable["DefaultValue"]))


def _fault(pipeline: Pipeline, place: tuple[str | int, ...], shape: str, text: str) -> Iterator[Finding]:
    known = _shape(shape)
    longest = known["max"]
    if not known.get("min", 0) <= len(text) <= longest:
        message = f"{shape} {text[:60]!r} has {len(text)} characters; it has {known.get('min', 0)} to {longest}"
        yield pipeline.finding(place, "names", message)
    elif "pattern" in known and not re.fullmatch(known["pattern"], text):
        yield pipeline.finding(place, "names", f"{shape} {text!r} does not match {known['pattern']}")


@cache
def _shape(name: str) -> dict[str, Any]:
    metadata: dict[str, Any] = botocore.session.get_session().get_service_model("codepipeline").shape_for(name).metadata
    return metadata


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
