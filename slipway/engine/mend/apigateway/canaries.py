"""Canary releases: a share of a stage's requests, at random, gets another deployment and other stage variables.

docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
docs.aws.amazon.com/apigateway/latest/developerguide/create-canary-deployment.html
docs.aws.amazon.com/apigateway/latest/api/API_CanarySettings.html
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from slipway.engine.mend.apigateway.refusal import Data, NotExecuted, NotFound, Operation, Refused, Response, gateway

SETTINGS = "canarySettings"
_PATH = f"/{SETTINGS}"
_STAGE = ("cacheClusterEnabled", "cacheClusterSize", "tracingEnabled")
_MEMBERS = ("deploymentId", "percentTraffic", "stageVariableOverrides", "useStageCache")


def drawn(stage: Data) -> Data:
    """The stage as one request finds it: as it is, or with what its canary changes and `canary` set."""
    settings = stage.get(SETTINGS)
    if not settings or random.random() * 100 >= float(settings.get("percentTraffic") or 0):  # noqa: S311 - no secret
        return stage
    variables = {**(stage.get("variables") or {}), **(settings.get("stageVariableOverrides") or {})}
    deployment_id = settings.get("deploymentId") or stage.get("deploymentId", "")
    return {**stage, "deploymentId": deployment_id, "variables": variables, "canary": True}


def deployments(stage: Data) -> set[str]:
    """The ids of the deployments that a stage serves."""
    canary = (stage.get(SETTINGS) or {}).get("deploymentId")
    return {str(stage.get("deploymentId", "")), *([canary] if canary else [])}


def check(api_id: str, settings: Data) -> None:
    """CreateStage and CreateDeployment: a share of the traffic, and a deployment that is there."""
    _check_percentage(settings.get("percentTraffic", 0))
    _check_deployment(api_id, settings.get("deploymentId"))


def check_patches(api_id: str, data: Data) -> None:
    """UpdateStage: the same of what is put below the canary's settings."""
    for operation in data.get("patchOperations") or []:
        path, value = str(operation.get("path", "")), operation.get("value")
        if operation.get("op") == "copy" and not str(operation.get("from", "")).startswith(_PATH):
            raise NotExecuted(f"a copy from {operation.get('from')} of a stage is not executed here: {_PATH} is")
        member = path.removeprefix(f"{_PATH}/").partition("/")[0]
        if not path.startswith(f"{_PATH}/") or operation.get("op") == "remove":
            continue
        if member not in _MEMBERS:
            raise Refused(f"Invalid patch path {path}")
        if member == "percentTraffic":
            _check_percentage(value)
        elif member == "deploymentId":
            _check_deployment(api_id, value)


def _check_percentage(value: Any) -> None:
    try:
        fits = 0 <= float(value) <= 100
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise Refused("Percent traffic must be between 0.0 and 100.0")


def _check_deployment(api_id: str, deployment_id: Any) -> None:
    if deployment_id and deployment_id not in gateway()._deployments_v1.get(api_id, {}):
        raise Refused("Invalid deployment identifier specified")


def check_deployed(api_id: str, data: Data) -> None:
    """CreateDeployment with a canary: onto a stage that is there."""
    if data.get("stageName") not in gateway()._stages_v1.get(api_id, {}):
        raise NotFound("Invalid stage identifier specified")
    check(api_id, data["canarySettings"])


def staged(create: Operation) -> Operation:
    """CreateStage, with a canary."""

    def created(api_id: str, data: Data) -> Response:
        response = create(api_id, data)
        if response[0] >= 400 or not data.get(SETTINGS):
            return response
        stage = gateway()._stages_v1[api_id][data["stageName"]]
        stage[SETTINGS] = data[SETTINGS]
        answer: Response = gateway()._v1_response(stage, 201)
        return answer

    return created


def deploying(create: Operation) -> Operation:
    """CreateDeployment, with its stage's cache; with canary settings the stage keeps the deployment that it has."""

    def created(api_id: str, data: Data) -> Response:
        settings = data.get("canarySettings")
        if not settings:
            response = create(api_id, data)
            if response[0] < 400 and data.get("stageName"):
                stage = gateway()._stages_v1[api_id][data["stageName"]]
                stage.update({name: data[name] for name in _STAGE if name in data})
            return response
        response = create(api_id, {name: value for name, value in data.items() if name != "stageName"})
        if response[0] < 400:
            stage = gateway()._stages_v1[api_id][data["stageName"]]
            stage[SETTINGS] = {"percentTraffic": 0.0, **settings, "deploymentId": json.loads(response[2])["id"]}
        return response

    return created


def promoting(update: Callable[..., Response]) -> Callable[..., Response]:
    """UpdateStage with `copy`, by which a canary's deployment and variables become the stage's.

    docs.aws.amazon.com/apigateway/latest/developerguide/promote-canary-deployment.html
    """

    def updated(api_id: str, stage_name: str, data: Data) -> Response:
        stage = gateway()._stages_v1.get(api_id, {}).get(stage_name) or {}
        operations = [_copied(stage, operation) for operation in data.get("patchOperations") or []]
        return update(api_id, stage_name, {**data, "patchOperations": operations})

    return updated


def _copied(stage: Data, operation: Data) -> Data:
    if operation.get("op") != "copy":
        return operation
    value: Any = stage
    for step in operation["from"].strip("/").split("/"):
        value = (value or {}).get(step)
    return {"op": "replace", "path": operation["path"], "value": value}
