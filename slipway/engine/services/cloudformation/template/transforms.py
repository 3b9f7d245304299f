"""Transforms, in CloudFormation's order: what is embedded first, then those of the Transform section one by one.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template import include, serverless
from slipway.engine.services.cloudformation.template.document import Template
from slipway.engine.services.cloudformation.template.foreach import unroll
from slipway.engine.services.cloudformation.template.scope import Scope

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
_KNOWN = (LANGUAGE_EXTENSIONS, serverless.NAME, include.NAME)
_WITH_LOOPS = ("Conditions", "Resources", "Outputs")


def declared(template: Template) -> list[str]:
    """The transforms that a template asks for, those of its Transform section first."""
    return list(dict.fromkeys([*(name for name, _ in _section(template)), *include.embedded(_body(template))]))


def check(template: Template) -> None:
    """Refuse a transform that nobody applies: a macro of the account, or a service's own."""
    for name in declared(template):
        if name not in _KNOWN:
            raise TemplateError(f"No transform named {name} found.")
    if any(name != include.NAME for name in include.embedded(_body(template))):
        raise TemplateError("Fn::Transform calls AWS::Include; other transforms stand in the Transform section")


def apply(template: Template, scope: Scope, fetch: include.Fetch) -> Template:
    """The template, which was checked, with its transforms applied."""
    processed: Template = {"Transform": template.get("Transform"), **include.include(_body(template), scope, fetch)}
    for name, call in _section(template):
        if name == include.NAME:
            processed = include.include_at_top(processed, call, scope, fetch)
        elif name == LANGUAGE_EXTENSIONS:
            loops = {part: unroll(processed[part], scope) for part in _WITH_LOOPS if part in processed}
            processed = {**processed, **loops}
        else:
            processed = serverless.translate(processed, scope.parameters, scope.region)
    return {section: content for section, content in processed.items() if section != "Transform"}


def _body(template: Template) -> dict[str, Any]:
    return {section: content for section, content in template.items() if section != "Transform"}


def _section(template: Template) -> list[tuple[str, Mapping[str, Any]]]:
    """The Transform section: a name, a call with parameters, or a list of both."""
    section = template.get("Transform") or []
    entries = section if isinstance(section, list) else [section]
    return [(str(entry["Name"]), entry) if isinstance(entry, Mapping) else (str(entry), {}) for entry in entries]
