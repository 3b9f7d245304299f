"""REST APIs and stages in CloudFormation stacks: updated in place, with the properties that MiniStack leaves out.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.apigateway import access_log, openapi

_SERVICE = "services.apigateway_v1"
_PROVISIONERS = "services.cloudformation.provisioners"
_NOT_EXECUTED = ("CacheClusterEnabled", "CacheClusterSize", "CanarySetting", "ClientCertificateId")
Properties = dict[str, Any]


def apply() -> None:
    """Wrap MiniStack's resource types."""
    handlers = adapter.part(_PROVISIONERS)._RESOURCE_HANDLERS
    api, stage = handlers["AWS::ApiGateway::RestApi"], handlers["AWS::ApiGateway::Stage"]
    handlers["AWS::ApiGateway::RestApi"] = {**api, "update": _update_in_place(api["update"])}
    handlers["AWS::ApiGateway::Stage"] = {
        **stage,
        "create": _with_log(stage["create"], properties_at=1),
        "update": _with_log(stage["update"], properties_at=2),
    }
    http = handlers["AWS::ApiGatewayV2::Api"]
    handlers["AWS::ApiGatewayV2::Api"] = {**http, "create": _without_body(http["create"])}


def _update_in_place(update: Callable[..., Any]) -> Callable[..., Any]:
    """A changed Body is imported into the same API, as CloudFormation does with PutRestApi: the id stays."""

    @functools.wraps(update)
    def updated(physical_id: str, old: Properties, new: Properties, stack_name: str, *rest: Any, **more: Any) -> Any:
        body = new.get("Body")
        if isinstance(body, dict) and body != old.get("Body"):
            openapi.overwrite_api(physical_id, body)
        return update(physical_id, {**old, "Body": body}, new, stack_name, *rest, **more)

    return updated


def _with_log(handle: Callable[..., Any], properties_at: int) -> Callable[..., Any]:
    """Create or update of a stage with its access log; what is not executed is refused."""

    @functools.wraps(handle)
    def handled(*args: Any, **more: Any) -> Any:
        properties: Properties = args[properties_at]
        for name in _NOT_EXECUTED:
            if properties.get(name):
                raise ValueError(f"{name} of AWS::ApiGateway::Stage is not executed here")
        for settings in properties.get("MethodSettings") or []:
            _check_settings(settings)
        log = properties.get("AccessLogSetting") or {}
        if log.get("DestinationArn") and not access_log.role():
            raise ValueError(access_log.NO_ROLE)
        answer = handle(*args, **more)
        stage = adapter.part(_SERVICE)._stages_v1[properties["RestApiId"]][properties["StageName"]]
        stage["accessLogSettings"] = {"destinationArn": log["DestinationArn"], "format": log["Format"]} if log else {}
        return answer

    return handled


def _without_body(create: Callable[..., Any]) -> Callable[..., Any]:
    """An HTTP API is made of its own resources; MiniStack would deploy one from a document without any route."""

    @functools.wraps(create)
    def created(logical_id: str, properties: Properties, *args: Any, **more: Any) -> Any:
        for name in ("Body", "BodyS3Location"):
            if properties.get(name):
                raise ValueError(f"{name} of AWS::ApiGatewayV2::Api is not executed here; a REST API's is")
        return create(logical_id, properties, *args, **more)

    return created


def _check_settings(settings: Properties) -> None:
    if settings.get("CachingEnabled"):
        raise ValueError("CachingEnabled of AWS::ApiGateway::Stage is not executed here")
    if settings.get("LoggingLevel", "OFF") != "OFF":
        raise ValueError(
            f"LoggingLevel {settings['LoggingLevel']} of AWS::ApiGateway::Stage is not executed here: "
            "set AccessLogSetting for a log of requests"
        )


def checked_stage(create: Callable[..., Any]) -> Callable[..., Any]:
    """CreateStage: the deployment must be there."""

    def created(api_id: str, data: Properties) -> Any:
        api = adapter.part(_SERVICE)
        if data.get("deploymentId", "") not in api._deployments_v1.get(api_id, {}):
            return api._v1_error("BadRequestException", "Invalid deployment identifier specified", 400)
        return create(api_id, data)

    return created


def checked_stage_update(update: Callable[..., Any]) -> Callable[..., Any]:
    """UpdateStage: an access log needs the account's role."""

    def updated(api_id: str, stage_name: str, data: Properties) -> Any:
        changes = data.get("patchOperations", [])
        logs = any(change.get("path", "").startswith("/accessLogSettings/") for change in changes)
        if logs and not access_log.role():
            return adapter.part(_SERVICE)._v1_error("BadRequestException", access_log.NO_ROLE, 400)
        return update(api_id, stage_name, data)

    return updated
