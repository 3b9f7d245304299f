"""API Gateway: its actions are HTTP methods on paths.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slipway.engine.engine import current
from slipway.engine.mend.cloudformation.permissions.needs import (
    Change,
    Need,
    Permissions,
    Rule,
    always,
    nothing,
    pass_role,
)

_SERVICE = "apigateway.amazonaws.com"


def _path(template: str) -> Callable[[Change], str]:
    """An ARN from a path in which `{Property}` and `{id}` (the physical id's last part) stand for values."""

    def arn(change: Change) -> str:
        values = {"id": change.physical_id.rpartition("|")[2] or "*"}
        values.update({name: str(value) for name, value in change.properties.items() if isinstance(value, str)})
        path = template
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", value)
        return f"arn:aws:apigateway:{current().region}::{path}"

    return arn


def _crud(collection: str, member: str) -> Permissions:
    """Made in a collection by POST, changed and deleted as its member."""
    return Permissions(
        always("apigateway:POST", _path(collection)),
        always("apigateway:PATCH", _path(member)),
        always("apigateway:DELETE", _path(member)),
    )


def _put(path: str) -> Permissions:
    """Set by PUT at its own path."""
    return Permissions(
        always("apigateway:PUT", _path(path)),
        always("apigateway:PUT", _path(path)),
        always("apigateway:DELETE", _path(path)),
    )


def _rest_api(action: str, path: str) -> Rule:
    def rule(change: Change) -> Iterator[Need]:
        yield Need(f"apigateway:{action}", _path(path)(change))
        if change.changed("Body", "BodyS3Location"):
            yield Need("apigateway:PUT", _path("/restapis/{id}")(change))
        if change.changed("Policy"):
            yield Need("apigateway:UpdateRestApiPolicy", _path("/restapis/{id}")(change))
        location = change.get("BodyS3Location")
        if location and change.changed("BodyS3Location"):
            yield Need("s3:GetObject", f"arn:aws:s3:::{location['Bucket']}/{location['Key']}")

    return rule


def _account(change: Change) -> Iterator[Need]:
    yield Need("apigateway:PATCH", _path("/account")(change))
    yield from pass_role(change.get("CloudWatchRoleArn"), _SERVICE)


def _method(change: Change) -> Iterator[Need]:
    yield Need("apigateway:PUT", _path("/restapis/{RestApiId}/resources/{ResourceId}/methods/{HttpMethod}")(change))
    yield from pass_role((change.get("Integration") or {}).get("Credentials"), _SERVICE)


_API = "/restapis/{RestApiId}"
PERMISSIONS = {
    "AWS::ApiGateway::Account": Permissions(_account, _account, nothing),
    "AWS::ApiGateway::ApiKey": _crud("/apikeys", "/apikeys/{id}"),
    "AWS::ApiGateway::Authorizer": _crud(f"{_API}/authorizers", f"{_API}/authorizers/{{id}}"),
    "AWS::ApiGateway::Deployment": _crud(f"{_API}/deployments", f"{_API}/deployments/{{id}}"),
    "AWS::ApiGateway::GatewayResponse": _put(f"{_API}/gatewayresponses/{{ResponseType}}"),
    "AWS::ApiGateway::Method": Permissions(
        _method, _method, always("apigateway:DELETE", _path(f"{_API}/resources/{{ResourceId}}/methods/{{HttpMethod}}"))
    ),
    "AWS::ApiGateway::Model": _crud(f"{_API}/models", f"{_API}/models/{{Name}}"),
    "AWS::ApiGateway::RequestValidator": _crud(f"{_API}/requestvalidators", f"{_API}/requestvalidators/{{id}}"),
    "AWS::ApiGateway::Resource": _crud(f"{_API}/resources/{{ParentId}}", f"{_API}/resources/{{id}}"),
    "AWS::ApiGateway::RestApi": Permissions(
        _rest_api("POST", "/restapis"),
        _rest_api("PATCH", "/restapis/{id}"),
        always("apigateway:DELETE", _path("/restapis/{id}")),
    ),
    "AWS::ApiGateway::Stage": _crud(f"{_API}/stages", f"{_API}/stages/{{StageName}}"),
    "AWS::ApiGateway::UsagePlan": _crud("/usageplans", "/usageplans/{id}"),
    "AWS::ApiGateway::UsagePlanKey": _crud("/usageplans/{UsagePlanId}/keys", "/usageplans/{UsagePlanId}/keys/{KeyId}"),
}
