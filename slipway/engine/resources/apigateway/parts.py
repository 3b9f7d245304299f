"""Models, request validators, gateway responses and authorizers of a REST API.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-model.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-requestvalidator.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-gatewayresponse.html
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine, text_of
from slipway.engine.resources.apigateway.requests import MISSING, client, members, replaced

_NAME_LENGTH = 64
_VALIDATES = ("ValidateRequestBody", "ValidateRequestParameters")
_AUTHORIZER = (
    *("AuthType", "AuthorizerCredentials", "AuthorizerResultTtlInSeconds", "AuthorizerUri", "IdentitySource"),
    *("IdentityValidationExpression", "Name", "Type"),
)


def _api(call: ResourceCall) -> dict[str, str]:
    return members(call.properties, "RestApiId")


def create_model(call: ResourceCall) -> Created:
    """A JSON schema; a generated name is made of letters and digits, as a model's has to be."""
    properties = call.properties
    name = properties.get("Name") or "".join(filter(str.isalnum, call.physical_name(_NAME_LENGTH)))
    client(call).create_model(
        **_api(call),
        name=name,
        contentType=properties.get("ContentType", "application/json"),
        schema=text_of(properties.get("Schema", {})),
        **members(properties, "Description"),
    )
    return Created(name)


def update_model(call: ResourceCall) -> Created:
    """Schema and description."""
    patches = replaced(call, "Description", "Schema")
    if patches:
        client(call).update_model(**_api(call), modelName=call.physical_id, patchOperations=patches)
    return Created(call.physical_id)


def delete_model(call: ResourceCall) -> None:
    """The model."""
    with gone_is_fine(MISSING):
        client(call).delete_model(**_api(call), modelName=call.physical_id)


def create_validator(call: ResourceCall) -> Created:
    """What is checked before a request is passed on."""
    name = call.properties.get("Name") or call.physical_name(_NAME_LENGTH)
    made = client(call).create_request_validator(**_api(call), name=name, **members(call.properties, *_VALIDATES))
    return _validator(made["id"])


def update_validator(call: ResourceCall) -> Created:
    """What is checked; nothing, by default."""
    patches = [{**patch, "value": patch["value"] or "false"} for patch in replaced(call, *_VALIDATES)]
    if patches:
        client(call).update_request_validator(
            **_api(call), requestValidatorId=call.physical_id, patchOperations=patches
        )
    return _validator(call.physical_id)


def delete_validator(call: ResourceCall) -> None:
    """The validator."""
    with gone_is_fine(MISSING):
        client(call).delete_request_validator(**_api(call), requestValidatorId=call.physical_id)


def _validator(identifier: str) -> Created:
    return Created(identifier, {"RequestValidatorId": identifier})


def put_gateway_response(call: ResourceCall) -> Created:
    """What API Gateway answers by itself for one kind of failure; a put replaces all of it."""
    properties = call.properties
    client(call).put_gateway_response(
        **_api(call),
        **members(properties, "ResponseParameters", "ResponseTemplates", "ResponseType", "StatusCode"),
    )
    reference = call.physical_id or call.physical_name(_NAME_LENGTH)
    return Created(reference, {"Id": reference})


def delete_gateway_response(call: ResourceCall) -> None:
    """Back to API Gateway's own answer."""
    with gone_is_fine(MISSING):
        client(call).delete_gateway_response(**_api(call), **members(call.properties, "ResponseType"))


def create_authorizer(call: ResourceCall) -> Created:
    """A function that says who may call."""
    made = client(call).create_authorizer(**_api(call), **members(call.properties, *_AUTHORIZER))
    return _authorizer(made["id"])


def update_authorizer(call: ResourceCall) -> Created:
    """All but the API it belongs to."""
    patches = replaced(call, *_AUTHORIZER)
    if patches:
        client(call).update_authorizer(**_api(call), authorizerId=call.physical_id, patchOperations=patches)
    return _authorizer(call.physical_id)


def delete_authorizer(call: ResourceCall) -> None:
    """The authorizer."""
    with gone_is_fine(MISSING):
        client(call).delete_authorizer(**_api(call), authorizerId=call.physical_id)


def _authorizer(identifier: str) -> Created:
    return Created(identifier, {"AuthorizerId": identifier})


RESOURCES = {
    "AWS::ApiGateway::Model": ResourceType(
        create=create_model,
        update=update_model,
        delete=delete_model,
        honours=frozenset({"ContentType", "Description", "Name", "RestApiId", "Schema"}),
    ),
    "AWS::ApiGateway::RequestValidator": ResourceType(
        create=create_validator,
        update=update_validator,
        delete=delete_validator,
        honours=frozenset({"Name", "RestApiId", *_VALIDATES}),
    ),
    "AWS::ApiGateway::GatewayResponse": ResourceType(
        create=put_gateway_response,
        update=put_gateway_response,
        delete=delete_gateway_response,
        honours=frozenset({"ResponseParameters", "ResponseTemplates", "ResponseType", "RestApiId", "StatusCode"}),
    ),
    "AWS::ApiGateway::Authorizer": ResourceType(
        create=create_authorizer,
        update=update_authorizer,
        delete=delete_authorizer,
        honours=frozenset({"RestApiId", *_AUTHORIZER}),
        refuses={"ProviderARNs": "there are no user pools"},
    ),
}
