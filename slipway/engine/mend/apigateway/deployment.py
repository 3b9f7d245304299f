"""Deployments: a stage serves the resources, models, validators and authorizers that its deployment froze.

MiniStack finds an API's parts by the API's id; a frozen copy is kept under `<api id>@<deployment id>`.

docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.apigateway import canaries

_SERVICE = "services.apigateway_v1"


def _stores() -> tuple[Any, ...]:
    api = adapter.part(_SERVICE)
    return (api._resources, api._models, api._request_validators, api._authorizers_v1)


def freezing(create: Callable[..., Any]) -> Callable[..., Any]:
    """CreateDeployment that keeps a copy of what it deploys."""

    def created(api_id: str, data: dict[str, Any]) -> Any:
        response = create(api_id, data)
        if response[0] < 400:
            deployment_id = json.loads(response[2])["id"]
            for store in _stores():
                store[f"{api_id}@{deployment_id}"] = copy.deepcopy(store.get(api_id, {}))
        return response

    return created


def thawing(delete: Callable[..., Any]) -> Callable[..., Any]:
    """DeleteDeployment that drops the copy."""

    def deleted(api_id: str, deployment_id: str) -> Any:
        response = delete(api_id, deployment_id)
        if response[0] < 400:
            for store in _stores():
                store.pop(f"{api_id}@{deployment_id}", None)
        return response

    return deleted


def deployed(api_id: str, stage: dict[str, Any]) -> str:
    """The id under which the parts that a stage serves are found."""
    frozen = f"{api_id}@{stage.get('deploymentId', '')}"
    return frozen if frozen in _stores()[0] else api_id


def by_own_id(arn_of: Callable[..., str]) -> Callable[..., str]:
    """The ARN of a method, which names the API and not the deployment."""

    def arn(region: str, account: str, api_id: str, *rest: str) -> str:
        return arn_of(region, account, api_id.partition("@")[0], *rest)

    return arn


def find_method(deployed_id: str, method: str, path: str) -> tuple[Any, dict[str, str], Any]:
    """The resource, path parameters and method that serve a request; None where there is none.

    A path that fits but does not serve the method falls through to a `{proxy+}` elsewhere.
    """
    api = adapter.part(_SERVICE)
    segments = [segment for segment in path.strip("/").split("/") if segment]
    resource, parameters = api._match_resource_tree(deployed_id, segments)
    found = _method_of(resource, method)
    if found is None:
        resource, parameters = api._match_greedy_fallback(deployed_id, segments, method)
        found = _method_of(resource, method)
    return resource, parameters or {}, found


def _method_of(resource: dict[str, Any] | None, method: str) -> Any:
    methods = (resource or {}).get("resourceMethods", {})
    return methods.get(method) or methods.get("ANY")


def authorization_type(api_id: str, stage_name: str, method: str, path: str) -> str | None:
    """The authorization type of the deployed method, None when nothing serves the request.

    A canary is drawn later: a caller who signs for a method that one of both deployments signs is checked for both.
    """
    api = adapter.part(_SERVICE)
    scope = api.find_api_scope(api_id)
    if scope is None:
        return None
    with adapter.request_scope(*scope):
        stage = api._stages_v1.get(api_id, {}).get(stage_name)
        if stage is None:
            return None
        kinds = {_authorization(api_id, deployment, method, path) for deployment in canaries.deployments(stage)}
    return "AWS_IAM" if "AWS_IAM" in kinds else min(filter(None, kinds), default=None)


def _authorization(api_id: str, deployment_id: str, method: str, path: str) -> str | None:
    _, _, found = find_method(deployed(api_id, {"deploymentId": deployment_id}), method, path)
    return str(found.get("authorizationType") or "NONE").upper() if found else None
