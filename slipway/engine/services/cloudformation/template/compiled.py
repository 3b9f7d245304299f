"""A template with a request's parameters: checked, transformed, its conditions evaluated.

Everything that CloudFormation refuses before it makes anything is refused here, whichever operation asks.
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slipway.engine.services.cloudformation.checks.honours import warnings_of
from slipway.engine.services.cloudformation.checks.limits import check_limits
from slipway.engine.services.cloudformation.checks.order import dependencies_of
from slipway.engine.services.cloudformation.checks.properties import check_properties
from slipway.engine.services.cloudformation.checks.references import check_references
from slipway.engine.services.cloudformation.checks.sections import check_sections
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template import capabilities, transforms
from slipway.engine.services.cloudformation.template.conditions import evaluate
from slipway.engine.services.cloudformation.template.document import Template, parse
from slipway.engine.services.cloudformation.template.functions import resolve
from slipway.engine.services.cloudformation.template.include import Fetch
from slipway.engine.services.cloudformation.template.parameters import Given, Parameter, Read, parameters_of
from slipway.engine.services.cloudformation.template.rules import check_rules
from slipway.engine.services.cloudformation.template.scope import Scope


@dataclass(frozen=True)
class Setting:
    """What a template is compiled for: the stack's pseudo parameters, and what may be read on the way.

    `capabilities` are the request's, None where nothing has to be acknowledged; `expands` says whether its transforms
    need an acknowledgement too: a change set is one.
    """

    pseudo: Mapping[str, Any]
    scope: Scope
    read_parameters: Read
    fetch: Fetch
    given: Iterable[Given] = ()
    previous: Mapping[str, str] = field(default_factory=dict)
    capabilities: Collection[str] | None = None
    expands: bool = True
    strict: bool = False


@dataclass(frozen=True)
class Compiled:
    """What an operation is to bring about."""

    text: str
    template: Template
    parameters: Mapping[str, Parameter]
    scope: Scope
    dependencies: Mapping[str, list[str]] = field(default_factory=dict)
    warnings: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def resources(self) -> dict[str, Any]:
        """The resources whose conditions hold."""
        return {name: body for name, body in self.template["Resources"].items() if self.includes(body)}

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs whose conditions hold."""
        return {name: body for name, body in (self.template.get("Outputs") or {}).items() if self.includes(body)}

    def includes(self, member: Mapping[str, Any]) -> bool:
        """Whether the condition of a resource or an output holds."""
        return "Condition" not in member or self.scope.conditions[member["Condition"]]


def compile_template(text: str, setting: Setting) -> Compiled:
    """The template in `text`, ready to be carried out; TemplateError or MissingCapabilities say why not."""
    source = parse(text)
    check_sections(source, is_processed=False)
    transforms.check(source)
    if setting.capabilities is not None and setting.expands:
        capabilities.check_transforms(transforms.declared(source), setting.capabilities)
    parameters = parameters_of(source.get("Parameters") or {}, setting.given, setting.previous, setting.read_parameters)
    scope = replace(
        setting.scope,
        parameters={**setting.pseudo, **{name: one.reference for name, one in parameters.items()}},
        mappings=source.get("Mappings") or {},
        has_language_extensions=transforms.LANGUAGE_EXTENSIONS in transforms.declared(source),
    )
    template = transforms.apply(source, scope, setting.fetch)
    check_sections(template, is_processed=True)
    check_limits(template)
    check_references(template)
    scope = replace(scope, mappings=template.get("Mappings") or {})
    scope = replace(scope, conditions=evaluate(template.get("Conditions") or {}, scope))
    check_rules(template.get("Rules") or {}, scope)
    return _checked(Compiled(text, template, parameters, scope), setting)


def _checked(compiled: Compiled, setting: Setting) -> Compiled:
    """The resources themselves: rights, order, and every property as far as its value is known."""
    included = compiled.resources
    if not included:
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    if setting.capabilities is not None:
        capabilities.check(included, setting.capabilities)
    resolved = {name: resolve(body.get("Properties") or {}, compiled.scope) for name, body in included.items()}
    dependencies = dependencies_of(included, resolved)
    check_properties(included, resolved)
    for output in compiled.outputs.values():
        resolve(output.get("Value"), compiled.scope)
    warnings = warnings_of(included, resolved)
    if setting.strict and warnings:
        raise TemplateError("; ".join(f"Resource {name}: {one}" for name, found in warnings.items() for one in found))
    return replace(compiled, dependencies=dependencies, warnings=warnings)
