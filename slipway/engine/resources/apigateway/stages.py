"""AWS::ApiGateway::Deployment and Stage.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import changed, gone_is_fine, known_objects, or_removed, tags_of, text_of
from slipway.engine.resources.apigateway.requests import (
    MISSING,
    Patch,
    client,
    map_patches,
    member,
    members,
    pointer,
    replaced,
    update_tags,
)

_STAGE = (
    "CacheClusterEnabled",
    "CacheClusterSize",
    "DeploymentId",
    "Description",
    "DocumentationVersion",
    "TracingEnabled",
)
_CANARY = ("DeploymentId", "PercentTraffic", "UseStageCache")
# docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html, the paths below a method
_SETTINGS = {
    "CacheDataEncrypted": "caching/dataEncrypted",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CachingEnabled": "caching/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "LoggingLevel": "logging/loglevel",
    "MetricsEnabled": "metrics/enabled",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
}


def create_deployment(call: ResourceCall) -> Created:
    """What the API is now, frozen; with `StageName` served there, by a canary for a part of the requests."""
    canary = call.properties.get("DeploymentCanarySettings")
    settings = {"canarySettings": _canary(canary)} if canary else {}
    wanted = members(call.properties, "Description", "RestApiId", "StageName")
    deployment = client(call).create_deployment(**wanted, **settings)
    return _deployment(deployment["id"])


def update_deployment(call: ResourceCall) -> Created:
    """The description, and another stage that serves it."""
    api_id, name = call.properties["RestApiId"], call.properties.get("StageName")
    patches = replaced(call, "Description")
    if patches:
        client(call).update_deployment(restApiId=api_id, deploymentId=call.physical_id, patchOperations=patches)
    if changed(call, "StageName"):
        _delete_own_stage(call, call.old_properties.get("StageName"))
    if changed(call, "StageName") and name:
        client(call).create_stage(restApiId=api_id, stageName=name, deploymentId=call.physical_id)
    return _deployment(call.physical_id)


def delete_deployment(call: ResourceCall) -> None:
    """The deployment, after the stage that it made itself if that still serves it."""
    _delete_own_stage(call, call.properties.get("StageName"))
    with gone_is_fine(MISSING):
        client(call).delete_deployment(restApiId=call.properties["RestApiId"], deploymentId=call.physical_id)


def _delete_own_stage(call: ResourceCall, name: str | None) -> None:
    if not name:
        return
    place = {"restApiId": call.properties["RestApiId"], "stageName": name}
    with gone_is_fine(MISSING):
        stage = client(call).get_stage(**place)
        if stage["deploymentId"] == call.physical_id:
            client(call).delete_stage(**place)
        elif stage.get("canarySettings", {}).get("deploymentId") == call.physical_id:
            client(call).update_stage(**place, patchOperations=[{"op": "remove", "path": "/canarySettings"}])


def _deployment(identifier: str) -> Created:
    return Created(identifier, {"DeploymentId": identifier})


def create_stage(call: ResourceCall) -> Created:
    """The stage, then its access log and the settings of its methods."""
    properties = call.properties
    if "StageName" not in properties:
        raise ResourceFailed("StageName of AWS::ApiGateway::Stage is required")
    tags = {"tags": tags_of(properties)} if tags_of(properties) else {}
    client(call).create_stage(
        **_place(call),
        **members(properties, *_STAGE),
        **({"variables": _texts(properties["Variables"])} if "Variables" in properties else {}),
        **({"canarySettings": _canary(properties["CanarySetting"])} if "CanarySetting" in properties else {}),
        **tags,
    )
    with or_removed(call, properties["StageName"]):
        _update(call, [*_log_patches(call), *_settings_patches(call)])
    return Created(properties["StageName"])


def update_stage(call: ResourceCall) -> Created:
    """All but the name, in place."""
    old, new = (_texts(properties.get("Variables", {})) for properties in (call.old_properties, call.properties))
    patches = replaced(call, *_STAGE) + list(map_patches("/variables", old, new))
    _update(call, [*patches, *_canary_patches(call), *_log_patches(call), *_settings_patches(call)])
    update_tags(call, f"/restapis/{call.properties['RestApiId']}/stages/{call.physical_id}")
    return Created(call.physical_id)


def delete_stage(call: ResourceCall) -> None:
    """The stage."""
    with gone_is_fine(MISSING):
        client(call).delete_stage(**_place(call))


def _place(call: ResourceCall) -> dict[str, str]:
    return members(call.properties, "RestApiId", "StageName")


def _canary(settings: dict[str, Any]) -> dict[str, Any]:
    overrides = settings.get("StageVariableOverrides")
    return {
        **members(settings, *_CANARY),
        **({"stageVariableOverrides": _texts(overrides)} if overrides is not None else {}),
    }


def _canary_patches(call: ResourceCall) -> Iterator[Patch]:
    """A canary as it is to be; what it no longer says goes with the old one."""
    old, new = (properties.get("CanarySetting", {}) for properties in (call.old_properties, call.properties))
    if old == new:
        return
    if old:
        yield {"op": "remove", "path": "/canarySettings"}
    for name in _CANARY:
        if name in new:
            yield {"op": "replace", "path": f"/canarySettings/{member(name)}", "value": text_of(new[name])}
    for name, value in _texts(new.get("StageVariableOverrides", {})).items():
        path = f"/canarySettings/stageVariableOverrides/{pointer(name)}"
        yield {"op": "replace", "path": path, "value": value}


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: text_of(value) for name, value in values.items()}


def _update(call: ResourceCall, patches: list[Patch]) -> None:
    if patches:
        client(call).update_stage(**_place(call), patchOperations=patches)


def _log_patches(call: ResourceCall) -> Iterator[Patch]:
    old, new = (p.get("AccessLogSetting", {}) for p in (call.old_properties, call.properties))
    if old and not new:
        yield {"op": "remove", "path": "/accessLogSettings"}
    for name, path in (("DestinationArn", "destinationArn"), ("Format", "format")):
        if name in new and old.get(name) != new[name]:
            yield {"op": "replace", "path": f"/accessLogSettings/{path}", "value": new[name]}


def _settings_patches(call: ResourceCall) -> Iterator[Patch]:
    old, new = (
        {_method(entry): entry for entry in p.get("MethodSettings", [])} for p in (call.old_properties, call.properties)
    )
    for method in old.keys() - new.keys():
        yield {"op": "remove", "path": f"/{method}"}
    for method, entry in new.items():
        for name, path in _SETTINGS.items():
            if name in entry and old.get(method, {}).get(name) != entry[name]:
                yield {"op": "replace", "path": f"/{method}/{path}", "value": text_of(entry[name])}


def _method(entry: dict[str, Any]) -> str:
    """`*/*` for all methods, `~1pets/GET` for one."""
    path, verb = str(entry.get("ResourcePath", "/*")), entry.get("HttpMethod", "*")
    return f"{'*' if path == '/*' else pointer(path)}/{verb}"


def check_stage(properties: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of a stage."""
    for entry in known_objects(properties.get("MethodSettings")):
        if str(entry.get("LoggingLevel", "OFF")) in ("ERROR", "INFO"):
            yield f"MethodSettings.LoggingLevel {entry['LoggingLevel']}: set AccessLogSetting for a log of requests"
        if str(entry.get("DataTraceEnabled", "")).lower() == "true":
            yield "MethodSettings.DataTraceEnabled: set AccessLogSetting for a log of requests"


RESOURCES = {
    "AWS::ApiGateway::Deployment": ResourceType(
        create=create_deployment,
        update=update_deployment,
        delete=delete_deployment,
        honours=frozenset({"DeploymentCanarySettings", "Description", "RestApiId", "StageName"}),
        refuses={
            "StageDescription": "the settings of a stage are those of an AWS::ApiGateway::Stage",
        },
    ),
    "AWS::ApiGateway::Stage": ResourceType(
        create=create_stage,
        update=update_stage,
        delete=delete_stage,
        honours=frozenset(
            {
                *("AccessLogSetting", "CanarySetting", "MethodSettings", "RestApiId", "StageName", "Tags"),
                *("Variables", *_STAGE),
            }
        ),
        without_effect={
            "MethodSettings.CacheDataEncrypted": "the cache is in the engine's memory",
            "MethodSettings.MetricsEnabled": "there are no metrics of single methods",
        },
        refuses={
            "ClientCertificateId": "integrations are called without a certificate",
        },
        check=check_stage,
    ),
}
