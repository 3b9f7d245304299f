"""Stages and deployments: what CreateDeployment, CreateStage and UpdateStage refuse.

docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html
docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html
"""

from __future__ import annotations

import re

from slipway.engine.mend.apigateway import access_log, canaries
from slipway.engine.mend.apigateway.refusal import (
    Data,
    NotExecuted,
    NotFound,
    Refused,
    added_below,
    gateway,
)

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_VARIABLE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]+")
# docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
_CACHE_SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
_TTLS = range(3601)
_OFF = ("", "false", "0", "off", "none")
_REFUSED_PATHS = {
    "/clientCertificateId": "clientCertificateId of a stage is not executed here",
}
_SETTING = "{} of a stage's methods is not executed here; an access log is a log of requests"
_REFUSED_SETTINGS = ("logging/dataTrace", "logging/loglevel")
_STRATEGY = "caching/unauthorizedCacheControlHeaderStrategy"
_STRATEGIES = ("succeed_with_response_header", "succeed_without_response_header")


def check_deployment(api_id: str, data: Data) -> None:
    """CreateDeployment: every method has an integration; the stage that it makes is as CreateStage's."""
    if api_id not in gateway()._rest_apis:
        raise NotFound("Invalid API identifier specified")
    resources = gateway()._resources.get(api_id, {}).values()
    methods = [method for resource in resources for method in resource.get("resourceMethods", {}).values()]
    if not methods:
        raise Refused("The REST API doesn't contain any methods")
    if not all(method.get("methodIntegration") for method in methods):
        raise Refused("No integration defined for method")
    if data.get("canarySettings"):
        canaries.check_deployed(api_id, data)
    elif data.get("stageName"):
        _check_stage(data)


def check_stage(api_id: str, data: Data) -> None:
    """CreateStage: its deployment is there, and the stage is not."""
    if data.get("deploymentId", "") not in gateway()._deployments_v1.get(api_id, {}):
        raise Refused("Invalid deployment identifier specified")
    if data.get("stageName") in gateway()._stages_v1.get(api_id, {}):
        raise Refused("Stage already exists", "ConflictException", 409)
    _check_stage(data)
    canaries.check(api_id, data.get("canarySettings") or {})


def _check_stage(data: Data) -> None:
    if not _NAME.fullmatch(str(data.get("stageName", ""))):
        raise Refused("Stage name only allows a-zA-Z0-9_-")
    _check_variables(data.get("variables") or {})
    _check_cache_size(data.get("cacheClusterSize"))


def _check_cache_size(size: object) -> None:
    if size and size not in _CACHE_SIZES:
        raise Refused(f"Invalid cache cluster size {size}: expected one of {', '.join(_CACHE_SIZES)}")


def _check_variables(variables: Data) -> None:
    for name, text in variables.items():
        if not re.fullmatch(r"\w+", name) or not _VARIABLE.fullmatch(str(text)):
            raise Refused(
                f"Stage variable {name} is not valid: names hold alphanumeric characters and underscores, values match"
                f" {_VARIABLE.pattern}"
            )


def check_update(api_id: str, stage_name: str, data: Data) -> None:
    """UpdateStage: the same of what is put; an access log needs the account's role, a log group and a request id."""
    for operation in data.get("patchOperations") or []:
        path, text = str(operation.get("path", "")), str(operation.get("value") or "").lower()
        if operation.get("op") == "remove" or text in _OFF:
            continue
        refused = [reason for prefix, reason in _REFUSED_PATHS.items() if path.startswith(prefix)]
        refused += [_SETTING.format(setting) for setting in _REFUSED_SETTINGS if path.endswith(f"/{setting}")]
        if refused:
            raise NotExecuted(refused[0])
        if path.endswith(f"/{_STRATEGY}") and text not in _STRATEGIES:
            raise NotExecuted(f"{_STRATEGY} {text.upper()} of a stage's methods is not executed here")
        if path.endswith("/caching/ttlInSeconds") and not (text.isdigit() and int(text) in _TTLS):
            raise Refused(f"Cache TTL must be from {_TTLS.start} to {_TTLS.stop - 1} seconds")
        if path == "/cacheClusterSize":
            _check_cache_size(operation["value"])
        moved = path == "/deploymentId" and operation.get("op") != "copy"
        if moved and operation["value"] not in gateway()._deployments_v1.get(api_id, {}):
            raise Refused("Invalid deployment identifier specified")
    canaries.check_patches(api_id, data)
    _check_variables(added_below(data, "variables"))
    stage = gateway()._stages_v1.get(api_id, {}).get(stage_name) or {}
    _check_log({**(stage.get("accessLogSettings") or {}), **added_below(data, "accessLogSettings")}, data)


def _check_log(settings: Data, data: Data) -> None:
    if not added_below(data, "accessLogSettings"):
        return
    if not access_log.role():
        raise Refused(access_log.NO_ROLE)
    if ":log-group:" not in settings.get("destinationArn", ":log-group:"):
        raise NotExecuted(f"access logs to {settings['destinationArn']} are not executed here: to log groups they are")
    form = str(settings.get("format", ""))
    if form and ("\n" in form or not re.search(r"\$context\.(requestId|extendedRequestId)\b", form)):
        raise Refused(
            "Invalid log format: a single line is expected, with at least $context.requestId or"
            " $context.extendedRequestId"
        )


def check_deployment_deletion(api_id: str, deployment_id: str) -> None:
    """DeleteDeployment: no stage serves it."""
    stages = gateway()._stages_v1.get(api_id, {}).values()
    if any(deployment_id in canaries.deployments(stage) for stage in stages):
        raise Refused("Active stages pointing to this deployment must be moved or deleted")
