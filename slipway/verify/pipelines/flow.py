"""What an action takes, an action before it gives: artifacts, files in them as far as the bundle says, and variables.

A stack's variables are the outputs of its template, a build's what its buildspec exports; a function's are its own.

docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import yaml

from slipway.engine.services.codepipeline import variables
from slipway.verify.bundle import Bundle
from slipway.verify.finding import Finding
from slipway.verify.pipelines.configuration import provider
from slipway.verify.pipelines.declared import Action, Pipeline


class _Given:
    """What the actions so far have given; of a namespace the names, None when nobody knows them beforehand."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.artifacts: set[str] = set()
        self.namespaces: dict[str, frozenset[str] | None] = {
            variables.PIPELINE: frozenset(each["Name"] for each in pipeline.variables),
            variables.BUILT_IN: frozenset(variables.BUILT_IN_NAMES),
        }


def findings(pipeline: Pipeline, bundle: Bundle) -> Iterator[Finding]:
    """Artifacts and variables that nothing before their reader gives, and those that two actions give."""
    given = _Given(pipeline)
    for _, actions, _ in pipeline.stages:
        ordered = sorted(actions, key=lambda action: action.order)
        for _, group in groupby(ordered, key=lambda action: action.order):
            side_by_side = list(group)
            for action in side_by_side:
                yield from _taken(pipeline, action, given)
            for action in side_by_side:
                yield from _gave(pipeline, action, given, bundle)


def _taken(pipeline: Pipeline, action: Action, given: _Given) -> Iterator[Finding]:
    where = f"{action.name} in {action.stage}"
    for artifact in action.inputs:
        if artifact not in given.artifacts:
            yield pipeline.finding(action.place, "artifacts", f"{where} takes {artifact}, which no action before gives")
    for name, value in action.configuration.items():
        place = (*action.place, "Configuration", name)
        if "Path" in name and "::" in value and value.partition("::")[0] not in action.inputs:
            message = f"{where} reads {value}, and takes no such artifact"
            yield pipeline.finding(place, "artifacts", message)
        try:
            references = variables.references(value)
        except variables.Unresolved as error:
            yield pipeline.finding(place, "variables", f"{where}: {error}")
            continue
        for namespace, variable in references:
            known = given.namespaces.get(namespace, frozenset())
            if known is not None and variable not in known:
                message = f"{where} refers to #{{{namespace}.{variable}}}, which nothing before it gives"
                yield pipeline.finding(place, "variables", message)


def _gave(pipeline: Pipeline, action: Action, given: _Given, bundle: Bundle) -> Iterator[Finding]:
    made = _secondary(bundle) if action.provider == "CodeBuild" and len(action.outputs) > 1 else None
    if made is not None and made != set(action.outputs):
        message = f"{action.name} gives {', '.join(action.outputs)}, and buildspec.yml makes {', '.join(sorted(made))}"
        yield pipeline.finding(action.place, "artifacts", message)
    for artifact in action.outputs:
        if artifact in given.artifacts:
            yield pipeline.finding(action.place, "artifacts", f"{artifact} is given twice, again by {action.name}")
        given.artifacts.add(artifact)
    if not action.namespace:
        return
    if action.namespace in given.namespaces:
        message = f"{action.namespace} of {action.name} is a namespace already"
        yield pipeline.finding(action.place, "variables", message)
    given.namespaces[action.namespace] = _variables(action, bundle)


def _variables(action: Action, bundle: Bundle) -> frozenset[str] | None:
    """The names that an action gives, as far as the bundle says them."""
    if action.provider == "CloudFormation":
        path = action.configuration.get("TemplatePath", "").partition("::")[2]
        template = bundle.template(path)
        return frozenset(template.document.get("Outputs", {})) if template else None
    if action.provider == "CodeBuild":
        return _exported(bundle)
    known = provider(action)
    return known.variables if known else None


def _exported(bundle: Bundle) -> frozenset[str] | None:
    """What buildspec.yml exports; None without one."""
    specification = _buildspec(bundle)
    if specification is None:
        return None
    return frozenset(specification.get("env", {}).get("exported-variables", []))


def _secondary(bundle: Bundle) -> set[str] | None:
    """The artifacts that buildspec.yml makes when an action gives several; None without one."""
    specification = _buildspec(bundle)
    return None if specification is None else set(specification.get("artifacts", {}).get("secondary-artifacts", {}))


def _buildspec(bundle: Bundle) -> dict[str, Any] | None:
    path = bundle.root / "buildspec.yml"
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else None
