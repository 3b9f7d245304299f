"""What requests have in common, and what is refused of them.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.engine.caller import Caller
from slipway.engine.engine import Engine
from slipway.engine.service import Call, Params
from slipway.engine.services.cloudformation.api.sources import template_text
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import templates
from slipway.engine.services.cloudformation.stacks import records
from slipway.engine.services.cloudformation.stacks.authority import Authority
from slipway.engine.services.cloudformation.template.parameters import Given
from slipway.engine.store import Record

# What would otherwise be ignored.
_REFUSED = (
    *("DeploymentConfig", "DeploymentMode", "ImportExistingResources", "NotificationARNs", "ResourceTypes"),
    *("ResourcesToImport", "RollbackConfiguration", "StackPolicyBody", "StackPolicyDuringUpdateBody"),
    *("StackPolicyDuringUpdateURL", "StackPolicyURL", "TimeoutInMinutes"),
)
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


@dataclass(frozen=True)
class Request:
    """A template with its parameters, as somebody asks for it; without `tags` a stack keeps those that it has."""

    text: str
    given: list[Given] = field(default_factory=list)
    tags: list[dict[str, str]] | None = None
    capabilities: list[str] = field(default_factory=list)
    members: Mapping[str, Any] = field(default_factory=dict)


def refuse_parts(params: Params) -> None:
    """Refuse parameters of a request that are not executed."""
    refused = [name for name in _REFUSED if params.get(name)]
    if refused:
        raise TemplateError(f"{', '.join(refused)}: not executed by this engine")


def check_name(name: str) -> None:
    """Refuse a name that a new stack cannot have."""
    if not _NAME.fullmatch(name):
        raise TemplateError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )


def request_of(requester: Caller, params: Params, previous: Record | None = None) -> Request:
    """What a request asks for; of an existing stack it may use the template again."""
    refuse_parts(params)
    text = template_text(requester, params.get("TemplateBody", ""), params.get("TemplateURL", ""))
    if params.get("UsePreviousTemplate"):
        if text or previous is None:
            raise TemplateError("UsePreviousTemplate cannot be given with a template or for a new stack")
        text = templates(requester.engine)[previous["StackId"]]["text"]
    if not text:
        raise TemplateError("Either Template URL or Template Body must be specified.")
    given = [
        Given(one["ParameterKey"], one.get("ParameterValue"), bool(one.get("UsePreviousValue")))
        for one in params.get("Parameters", [])
    ]
    return Request(text, given, _tags(params), params.get("Capabilities", []))


def authority_of(call: Call, record: Record | None = None) -> Authority:
    """The role that the request names, else the one that the stack retained, else the requester's own rights."""
    role_arn = call.params.get("RoleARN") or (record or {}).get("RoleARN", "")
    return Authority.of(call.caller, role_arn)


def stack_arn(call: Call) -> str:
    """For `resource=`: the stack that the call names."""
    return records.stack_arn(call.engine, call.params.get("StackName", "*"))


def context(call: Call) -> dict[str, Any]:
    """For `context=`: CloudFormation's condition keys.

    docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
    """
    tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags", [])}
    keys = {"ChangeSetName": "ChangeSetName", "RoleArn": "RoleARN", "TemplateUrl": "TemplateURL"}
    found: dict[str, Any] = {
        f"cloudformation:{key}": call.params[name] for key, name in keys.items() if name in call.params
    }
    found |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return {**found, "aws:TagKeys": sorted(tags)} if tags else found


def _tags(params: Params) -> list[dict[str, str]] | None:
    if "Tags" not in params:
        return None
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in params["Tags"]]
    if any(tag["Key"].startswith("aws:") for tag in tags):
        raise TemplateError("Tag keys that begin with aws: are reserved for system use")
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise TemplateError("Tags contain duplicate keys; tag keys must be unique")
    return tags


def pseudo_parameters(engine: Engine, stack_id: str) -> dict[str, Any]:
    """docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html."""
    return {
        "AWS::AccountId": engine.account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": engine.region,
        "AWS::StackId": stack_id,
        "AWS::StackName": stack_id.split("/")[1],
        "AWS::URLSuffix": "amazonaws.com",
    }
