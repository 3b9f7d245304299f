"""Templates: what a stack was made from, and what a template needs before one is made.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slipway.engine.service import Call
from slipway.engine.services.cloudformation.api.request import stack_arn
from slipway.engine.services.cloudformation.api.sources import template_text
from slipway.engine.services.cloudformation.checks.limits import check_limits
from slipway.engine.services.cloudformation.checks.references import check_references
from slipway.engine.services.cloudformation.checks.sections import check_sections
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import SERVICE, templates
from slipway.engine.services.cloudformation.stacks import records
from slipway.engine.services.cloudformation.template import capabilities, transforms
from slipway.engine.services.cloudformation.template.document import Template, parse
from slipway.engine.services.cloudformation.types import is_known


@SERVICE.operation("GetTemplate", resource=stack_arn)
def get_template(call: Call) -> dict[str, Any]:
    """The template as it was given, or as its transforms made it."""
    if call.params.get("ChangeSetName"):
        from slipway.engine.services.cloudformation.api.change_set_records import get

        text = get(call.engine, call.params["ChangeSetName"], call.params.get("StackName", ""))["text"]
        kept: Mapping[str, Any] = {"text": text, "template": parse(text)}
    else:
        kept = templates(call.engine)[records.get(call.engine, call.params["StackName"])["StackId"]]
    is_processed = call.params.get("TemplateStage") == "Processed"
    body = json.dumps(kept["template"]) if is_processed else kept["text"]
    return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}


@SERVICE.operation("ValidateTemplate")
def validate_template(call: Call) -> dict[str, Any]:
    """What can be said about a template by itself."""
    template = parse(_text(call))
    _check(template)
    told = [_declaration(name, body) for name, body in (template.get("Parameters") or {}).items()]
    kept = ("ParameterKey", "DefaultValue", "NoEcho", "Description")
    parameters = [{name: one[name] for name in kept if name in one} for one in told]
    return {"Parameters": parameters, **_about(template)}


@SERVICE.operation("GetTemplateSummary", resource=stack_arn)
def get_template_summary(call: Call) -> dict[str, Any]:
    """What a launch form shows: parameters with their constraints, types, capabilities."""
    name = call.params.get("StackName")
    text = templates(call.engine)[records.get(call.engine, name)["StackId"]]["text"] if name else _text(call)
    template = parse(text)
    _check(template)
    types = sorted({body["Type"] for body in (template.get("Resources") or {}).values() if "Type" in body})
    unknown = [one for one in types if not is_known(one) and not one.startswith("AWS::Serverless::")]
    metadata = {"Metadata": json.dumps(template["Metadata"])} if "Metadata" in template else {}
    version = {"Version": str(template["AWSTemplateFormatVersion"])} if "AWSTemplateFormatVersion" in template else {}
    return {
        "Parameters": [_declaration(name, body) for name, body in (template.get("Parameters") or {}).items()],
        "ResourceTypes": types,
        **({"Warnings": {"UnrecognizedResourceTypes": unknown}} if unknown else {}),
        **_about(template),
        **metadata,
        **version,
    }


def _text(call: Call) -> str:
    text = template_text(call.caller, call.params.get("TemplateBody", ""), call.params.get("TemplateURL", ""))
    if not text:
        raise TemplateError("Either Template URL or Template Body must be specified.")
    return text


def _check(template: Template) -> None:
    """Everything that needs neither parameters nor transforms."""
    transforms.check(template)
    has_transforms = bool(transforms.declared(template))
    check_sections(template, is_processed=not has_transforms)
    if not has_transforms:
        check_limits(template)
        check_references(template)


def _about(template: Template) -> dict[str, Any]:
    resources = {name: body for name, body in (template.get("Resources") or {}).items() if isinstance(body, Mapping)}
    needed, types = capabilities.needed(resources)
    declared = transforms.declared(template)
    found = [*([needed] if needed else []), *([capabilities.AUTO_EXPAND] if declared else [])]
    told: dict[str, Any] = {"Description": str(template["Description"])} if "Description" in template else {}
    if found:
        because = f"The following resource(s) require capabilities: [{', '.join([*types, *declared])}]"
        told |= {"Capabilities": found, "CapabilitiesReason": because}
    return {**told, "DeclaredTransforms": declared} if declared else told


def _declaration(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"ParameterKey": name, "ParameterType": body["Type"]}
    told |= {"DefaultValue": str(body["Default"])} if "Default" in body else {}
    told |= {"Description": str(body["Description"])} if "Description" in body else {}
    allowed = {"AllowedValues": [str(value) for value in body["AllowedValues"]]} if "AllowedValues" in body else {}
    return {**told, "NoEcho": str(body.get("NoEcho")).lower() == "true", "ParameterConstraints": allowed}
