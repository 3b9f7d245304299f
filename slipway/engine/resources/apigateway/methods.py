"""AWS::ApiGateway::Resource and AWS::ApiGateway::Method.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-resource.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, or_removed
from slipway.engine.resources.apigateway.requests import MISSING, client, members

_METHOD = ("ApiKeyRequired", "AuthorizationScopes", "AuthorizerId", "OperationName", "RequestModels")
_INTEGRATION = (
    *("Credentials", "IntegrationHttpMethod", "PassthroughBehavior", "RequestTemplates"),
    *("TimeoutInMillis", "Type", "Uri", "ConnectionType", "CacheKeyParameters"),
)
_NAME_LENGTH = 64
_NOT_EXECUTED = ("AWS", "HTTP", "HTTP_PROXY")


def create_resource(call: ResourceCall) -> Created:
    """A part of a path below its parent."""
    properties = call.properties
    made = client(call).create_resource(
        restApiId=properties["RestApiId"], parentId=properties["ParentId"], pathPart=properties["PathPart"]
    )
    return Created(made["id"], {"ResourceId": made["id"]})


def unchanged_resource(call: ResourceCall) -> Created:
    """Every property of a resource replaces it, so there is nothing to change in place."""
    return Created(call.physical_id, {"ResourceId": call.physical_id})


def delete_resource(call: ResourceCall) -> None:
    """The resource with its methods."""
    with gone_is_fine(MISSING):
        client(call).delete_resource(restApiId=call.properties["RestApiId"], resourceId=call.physical_id)


def create_method(call: ResourceCall) -> Created:
    """The method, its responses, its integration and that one's responses."""
    properties = call.properties
    reference = call.physical_id or call.physical_name(_NAME_LENGTH)
    parameters = (
        {"requestParameters": _flags(properties["RequestParameters"])} if "RequestParameters" in properties else {}
    )
    validator = {"requestValidatorId": properties["RequestValidatorId"]} if "RequestValidatorId" in properties else {}
    authorization = properties.get("AuthorizationType", "NONE")
    client(call).put_method(
        **_place(call), authorizationType=authorization, **members(properties, *_METHOD), **parameters, **validator
    )
    with or_removed(call, reference):
        for response in properties.get("MethodResponses", []):
            _put_response(call, response)
        _put_integration(call)
    return Created(reference)


def update_method(call: ResourceCall) -> Created:
    """The method anew: what its properties leave out is gone then."""
    delete_method(call)
    return create_method(call)


def delete_method(call: ResourceCall) -> None:
    """The method with its integration."""
    with gone_is_fine(MISSING):
        client(call).delete_method(**_place(call))


def _place(call: ResourceCall) -> dict[str, str]:
    return members(call.properties, "RestApiId", "ResourceId", "HttpMethod")


def _flags(parameters: Mapping[str, Any]) -> dict[str, bool]:
    """Which parameters are required; the schema lets a template write that as text."""
    return {name: str(required).lower() == "true" for name, required in parameters.items()}


def _put_response(call: ResourceCall, response: Mapping[str, Any]) -> None:
    parameters = (
        {"responseParameters": _flags(response["ResponseParameters"])} if "ResponseParameters" in response else {}
    )
    client(call).put_method_response(
        **_place(call), statusCode=str(response["StatusCode"]), **members(response, "ResponseModels"), **parameters
    )


def _put_integration(call: ResourceCall) -> None:
    integration = call.properties.get("Integration")
    if not integration:
        return
    client(call).put_integration(**_place(call), **members(integration, *_INTEGRATION))
    for response in integration.get("IntegrationResponses", []):
        client(call).put_integration_response(
            **_place(call),
            statusCode=str(response["StatusCode"]),
            **members(response, "ResponseParameters", "ResponseTemplates", "SelectionPattern"),
        )


def check_method(properties: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of a method's integration."""
    integration = properties.get("Integration")
    if not isinstance(integration, dict):
        return
    if integration.get("Type") in _NOT_EXECUTED:
        yield f"Integration.Type {integration['Type']}: AWS_PROXY for functions and MOCK are executed"
    if integration.get("ConnectionType") == "VPC_LINK":
        yield f"Integration.ConnectionType VPC_LINK: {_NO_VPC}"


_NO_CONVERSION = "payloads are not converted"
_NO_VPC = "networks are not executed"
RESOURCES = {
    "AWS::ApiGateway::Resource": ResourceType(
        create=create_resource,
        update=unchanged_resource,
        delete=delete_resource,
        honours=frozenset({"ParentId", "PathPart", "RestApiId"}),
    ),
    "AWS::ApiGateway::Method": ResourceType(
        create=create_method,
        update=update_method,
        delete=delete_method,
        honours=frozenset(
            {
                *("AuthorizationType", "HttpMethod", "Integration", "MethodResponses", "RequestParameters"),
                *("RequestValidatorId", "ResourceId", "RestApiId", *_METHOD),
            }
        ),
        refuses={
            "Integration.CacheNamespace": "a method's answers are cached apart from others'",
            "Integration.ConnectionId": _NO_VPC,
            "Integration.ContentHandling": _NO_CONVERSION,
            "Integration.IntegrationResponses.ContentHandling": _NO_CONVERSION,
            "Integration.IntegrationTarget": _NO_VPC,
            "Integration.RequestParameters": "requests are passed on as they came",
            "Integration.ResponseTransferMode": "answers are not streamed",
        },
        check=check_method,
    ),
}
