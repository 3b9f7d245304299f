"""A pipeline in a template: its stages and actions, resolved, each with its place in the source.

An action under `Fn::If` is there in some of the ways to launch the template. Each way in which the conditions of a
stage's actions can come out with one of them is a pipeline of its own: for two sources, two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway.verify.bundle import Bundle
from slipway.verify.finding import Finding
from slipway.verify.longest import Longest
from slipway.verify.source import Place, Source

_NOTHING = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True)
class Action:
    """One action; `configuration` holds texts, as the API takes them, at their longest."""

    stage: str
    name: str
    category: str
    provider: str
    owner: str
    version: str
    namespace: str
    order: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    configuration: dict[str, str]
    place: tuple[str | int, ...]


@dataclass(frozen=True)
class Pipeline:
    """A declaration in one of its ways."""

    source: Source
    logical_id: str
    stages: tuple[tuple[str, tuple[Action, ...], tuple[str | int, ...]], ...]
    variables: tuple[dict[str, Any], ...]
    properties: dict[str, Any]

    @property
    def place(self) -> tuple[str | int, ...]:
        """Where the properties stand."""
        return ("Resources", self.logical_id, "Properties")

    def actions(self) -> Iterator[Action]:
        """All actions, stage by stage."""
        for _, actions, _ in self.stages:
            yield from actions

    def finding(self, place: Place, rule: str, message: str) -> Finding:
        """A finding at a place of the template."""
        return Finding(self.source.path, self.source.line(place), f"pipeline-{rule}", message)


def pipelines(bundle: Bundle) -> Iterator[Pipeline]:
    """Every pipeline of every template, in each of its ways."""
    for source in bundle.templates:
        for logical_id, resource in source.document.get("Resources", {}).items():
            if resource["Type"] == "AWS::CodePipeline::Pipeline":
                for way in _ways(resource["Properties"]):
                    yield _pipeline(source, logical_id, way, Longest(bundle.templates, way))


def _ways(properties: dict[str, Any]) -> list[dict[str, bool]]:
    """How the conditions of the first stage's actions can come out: one of them holds, since one source is chosen."""
    first = properties["Stages"][0]["Actions"] if properties["Stages"] else []
    names = [each["Fn::If"][0] for each in first if "Fn::If" in each]
    return [{name: name == holds for name in names} for holds in names] or [{}]


def _pipeline(source: Source, logical_id: str, way: dict[str, bool], longest: Longest) -> Pipeline:
    properties = source.document["Resources"][logical_id]["Properties"]
    place = ("Resources", logical_id, "Properties", "Stages")
    stages = []
    for index, stage in enumerate(properties["Stages"]):
        at = (*place, index)
        written = [(_chosen(each, way), (*at, "Actions", number)) for number, each in enumerate(stage["Actions"])]
        name = str(longest.value(source.path, stage["Name"]))
        actions = [_action(source, name, each, there, longest) for each, there in written if each != _NOTHING]
        stages.append((name, tuple(actions), at))
    variables = longest.value(source.path, properties.get("Variables", []))
    return Pipeline(source, logical_id, tuple(stages), tuple(variables), properties)


def _chosen(action: dict[str, Any], way: dict[str, bool]) -> dict[str, Any]:
    """An action, or the branch of its `Fn::If` that stands; of a condition that no source has, the first."""
    if "Fn::If" not in action:
        return action
    name, yes, no = action["Fn::If"]
    chosen: dict[str, Any] = yes if way.get(name, True) else no
    return chosen


def _action(source: Source, stage: str, action: dict[str, Any], place: Place, longest: Longest) -> Action:
    resolved = longest.value(source.path, action)
    kind = resolved.get("ActionTypeId", {})
    return Action(
        stage=stage,
        name=str(resolved.get("Name", "")),
        category=kind.get("Category", ""),
        provider=kind.get("Provider", ""),
        owner=kind.get("Owner", ""),
        version=kind.get("Version", ""),
        namespace=resolved.get("Namespace", ""),
        order=int(resolved.get("RunOrder", 1)),
        inputs=tuple(each["Name"] for each in resolved.get("InputArtifacts", [])),
        outputs=tuple(each["Name"] for each in resolved.get("OutputArtifacts", [])),
        configuration={name: _text(value) for name, value in resolved.get("Configuration", {}).items()},
        place=tuple([*place, "Fn::If", 1] if "Fn::If" not in action and _is_tagged(source, place) else place),
    )


def _is_tagged(source: Source, place: Place) -> bool:
    """Whether an action is written under `!If`, where it is the second of three items."""
    found: Any = source.document
    for step in place:
        found = found[step]
    return "Fn::If" in found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
