"""API keys and usage plans.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-apikey.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplan.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplankey.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, tags_of, text_of
from slipway.engine.resources.apigateway.requests import (
    MISSING,
    Patch,
    client,
    member,
    members,
    pointer,
    replaced,
    update_tags,
)

_NAME_LENGTH = 128
Stages = dict[str, dict[str, Any]]


def create_key(call: ResourceCall) -> Created:
    """The key; its value is made up when none is given."""
    properties = call.properties
    tags = {"tags": tags_of(properties)} if tags_of(properties) else {}
    key = client(call).create_api_key(
        name=properties.get("Name") or call.physical_name(_NAME_LENGTH),
        enabled=properties.get("Enabled", False),
        **members(properties, "Description", "Value"),
        **tags,
    )
    return _key(key["id"])


def update_key(call: ResourceCall) -> Created:
    """All but name and value; a key without `Enabled` is disabled."""
    patches = replaced(call, "Description", "Enabled")
    patches = [
        {**patch, "value": patch["value"] or "false"} if patch["path"] == "/enabled" else patch for patch in patches
    ]
    if patches:
        client(call).update_api_key(apiKey=call.physical_id, patchOperations=patches)
    update_tags(call, f"/apikeys/{call.physical_id}")
    return _key(call.physical_id)


def delete_key(call: ResourceCall) -> None:
    """The key."""
    with gone_is_fine(MISSING):
        client(call).delete_api_key(apiKey=call.physical_id)


def _key(identifier: str) -> Created:
    return Created(identifier, {"APIKeyId": identifier})


def create_plan(call: ResourceCall) -> Created:
    """The plan with its stages and limits."""
    properties = call.properties
    tags = {"tags": tags_of(properties)} if tags_of(properties) else {}
    stages = [
        {
            **members(stage, "ApiId", "Stage"),
            **({"throttle": _throttles(stage["Throttle"])} if "Throttle" in stage else {}),
        }
        for stage in properties.get("ApiStages", [])
    ]
    plan = client(call).create_usage_plan(
        name=properties.get("UsagePlanName") or call.physical_name(_NAME_LENGTH),
        **members(properties, "Description"),
        **({"apiStages": stages} if stages else {}),
        **{member(name): _limits(properties[name]) for name in ("Quota", "Throttle") if name in properties},
        **tags,
    )
    return _plan(plan["id"])


def update_plan(call: ResourceCall) -> Created:
    """Stages, limits, name and tags."""
    patches = [
        {**patch, "path": patch["path"].replace("usagePlanName", "name")}
        for patch in replaced(call, "Description", "UsagePlanName")
    ]
    patches += [*_limit_patches(call, "Quota"), *_limit_patches(call, "Throttle"), *_stage_patches(call)]
    if patches:
        client(call).update_usage_plan(usagePlanId=call.physical_id, patchOperations=patches)
    update_tags(call, f"/usageplans/{call.physical_id}")
    return _plan(call.physical_id)


def delete_plan(call: ResourceCall) -> None:
    """The plan, after its stages: one that has any cannot be deleted."""
    patches = [_removed(stage) for stage in _stages(call.properties)]
    with gone_is_fine(MISSING):
        if patches:
            client(call).update_usage_plan(usagePlanId=call.physical_id, patchOperations=patches)
        client(call).delete_usage_plan(usagePlanId=call.physical_id)


def _plan(identifier: str) -> Created:
    return Created(identifier, {"Id": identifier})


def _limits(limits: Mapping[str, Any]) -> dict[str, Any]:
    return {member(name): value for name, value in limits.items()}


def _throttles(throttles: Mapping[str, Any]) -> dict[str, Any]:
    """Limits by method, `/pets/GET`."""
    return {method: _limits(limits) for method, limits in throttles.items()}


def _limit_patches(call: ResourceCall, name: str) -> Iterator[Patch]:
    old, new = (_limits(properties.get(name, {})) for properties in (call.old_properties, call.properties))
    if old and not new:
        yield {"op": "remove", "path": f"/{member(name)}"}
    for limit, value in new.items():
        if old.get(limit) != value:
            yield {"op": "replace", "path": f"/{member(name)}/{limit}", "value": text_of(value)}


def _stages(properties: Mapping[str, Any]) -> Stages:
    """The limits by method of each stage, `<api>:<stage>`."""
    return {
        f"{stage['ApiId']}:{stage['Stage']}": _throttles(stage.get("Throttle", {}))
        for stage in properties.get("ApiStages", [])
    }


def _stage_patches(call: ResourceCall) -> Iterator[Patch]:
    """A stage whose limits differ is taken out and put in again."""
    old, new = _stages(call.old_properties), _stages(call.properties)
    for stage in old:
        if old[stage] != new.get(stage):
            yield _removed(stage)
    for stage, throttles in new.items():
        if old.get(stage) == throttles:
            continue
        yield {"op": "add", "path": "/apiStages", "value": stage}
        for method, limits in throttles.items():
            for limit, value in limits.items():
                path, _, verb = method.rpartition("/")
                place = f"/apiStages/{stage}/throttle/{pointer(path)}/{verb}/{limit}"
                yield {"op": "replace", "path": place, "value": text_of(value)}


def _removed(stage: str) -> Patch:
    return {"op": "remove", "path": "/apiStages", "value": stage}


def create_plan_key(call: ResourceCall) -> Created:
    """A key's place in a plan."""
    properties = call.properties
    client(call).create_usage_plan_key(**members(properties, "KeyId", "KeyType", "UsagePlanId"))
    return _plan_key(f"{properties['KeyId']}:{properties['UsagePlanId']}")


def unchanged_plan_key(call: ResourceCall) -> Created:
    """Every property replaces it, so there is nothing to change in place."""
    return _plan_key(call.physical_id)


def delete_plan_key(call: ResourceCall) -> None:
    """The plan without the key."""
    with gone_is_fine(MISSING):
        client(call).delete_usage_plan_key(**members(call.properties, "KeyId", "UsagePlanId"))


def _plan_key(identifier: str) -> Created:
    return Created(identifier, {"Id": identifier})


RESOURCES = {
    "AWS::ApiGateway::ApiKey": ResourceType(
        create=create_key,
        update=update_key,
        delete=delete_key,
        # StageKeys, which SAM writes for every key of a usage plan, is deprecated and lets nobody in on AWS either:
        # docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html
        honours=frozenset({"Description", "Enabled", "Name", "StageKeys", "Tags", "Value"}),
        refuses={
            "CustomerId": "there is no marketplace",
            "GenerateDistinctId": "a key's id is always another text than its value",
        },
    ),
    "AWS::ApiGateway::UsagePlan": ResourceType(
        create=create_plan,
        update=update_plan,
        delete=delete_plan,
        honours=frozenset({"ApiStages", "Description", "Quota", "Tags", "Throttle", "UsagePlanName"}),
    ),
    "AWS::ApiGateway::UsagePlanKey": ResourceType(
        create=create_plan_key,
        update=unchanged_plan_key,
        delete=delete_plan_key,
        honours=frozenset({"KeyId", "KeyType", "UsagePlanId"}),
    ),
}
