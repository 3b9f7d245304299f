"""AWS::ApiGateway::RestApi.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import changed, gone_is_fine, or_removed, renamed, tags_of, text_of
from slipway.engine.resources.apigateway.requests import (
    MISSING,
    Patch,
    client,
    members,
    pointer,
    replaced,
    update_tags,
)

_SCALARS = ("ApiKeySourceType", "Description", "Name", "Policy", "Version")
_DOCUMENT = ("Body", "BodyS3Location", "FailOnWarnings", "Mode", "Parameters")


def create(call: ResourceCall) -> Created:
    """The API, then what its OpenAPI document says."""
    properties, document = call.properties, _document(call)
    request = members(properties, "BinaryMediaTypes", "Description", "Version")
    if "ApiKeySourceType" in properties:
        request["apiKeySource"] = properties["ApiKeySourceType"]
    if "EndpointConfiguration" in properties:
        request["endpointConfiguration"] = renamed(properties["EndpointConfiguration"])
    if "Policy" in properties:
        request["policy"] = text_of(properties["Policy"])
    tags = {"tags": tags_of(properties)} if tags_of(properties) else {}
    api = client(call).create_rest_api(name=_name(properties, document), **request, **tags)
    with or_removed(call, api["id"]):
        _put_document(call, api["id"], document)
    return Created(api["id"], {"RestApiId": api["id"], "RootResourceId": api["rootResourceId"]})


def update(call: ResourceCall) -> Created:
    """A changed document is put over the same API; settings and tags are changed in place."""
    api_id = call.physical_id
    if changed(call, *_DOCUMENT):
        _put_document(call, api_id, _document(call))
    patches = _patches(call)
    if patches:
        client(call).update_rest_api(restApiId=api_id, patchOperations=patches)
    update_tags(call, f"/restapis/{api_id}")
    api = client(call).get_rest_api(restApiId=api_id)
    return Created(api_id, {"RestApiId": api_id, "RootResourceId": api["rootResourceId"]})


def delete(call: ResourceCall) -> None:
    """The API with all of its parts."""
    with gone_is_fine(MISSING):
        client(call).delete_rest_api(restApiId=call.physical_id)


def _document(call: ResourceCall) -> bytes:
    """The OpenAPI document, JSON or YAML; empty when there is none."""
    properties = call.properties
    if "Body" in properties:
        return text_of(properties["Body"]).encode()
    if "BodyS3Location" not in properties:
        return b""
    location = properties["BodyS3Location"]
    version = {"VersionId": location["Version"]} if "Version" in location else {}
    expected = {"IfMatch": location["ETag"]} if "ETag" in location else {}
    found = call.caller.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"], **version, **expected)
    body: bytes = found["Body"].read()
    return body


def _name(properties: dict[str, Any], document: bytes) -> str:
    """The API's name, or the title of its document."""
    if "Name" in properties:
        return str(properties["Name"])
    body = properties.get("Body")
    parsed = body if isinstance(body, dict) else yaml.safe_load(document)
    info = parsed.get("info") if isinstance(parsed, dict) else None
    title = info.get("title") if isinstance(info, dict) else None
    if not title:
        raise ResourceFailed("Name of AWS::ApiGateway::RestApi is required when its document has no info.title")
    return str(title)


def _put_document(call: ResourceCall, api_id: str, document: bytes) -> None:
    if not document:
        return
    client(call).put_rest_api(
        restApiId=api_id,
        body=document,
        mode=call.properties.get("Mode", "overwrite"),
        failOnWarnings=call.properties.get("FailOnWarnings", False),
        parameters=call.properties.get("Parameters", {}),
    )


def _patches(call: ResourceCall) -> list[Patch]:
    patches = [
        {**patch, "path": patch["path"].replace("apiKeySourceType", "apiKeySource")}
        for patch in replaced(call, *_SCALARS)
    ]
    old, new = (set(p.get("BinaryMediaTypes", ())) for p in (call.old_properties, call.properties))
    patches += [{"op": "remove", "path": f"/binaryMediaTypes/{pointer(kind)}"} for kind in sorted(old - new)]
    patches += [{"op": "add", "path": f"/binaryMediaTypes/{pointer(kind)}"} for kind in sorted(new - old)]
    old_types, new_types = (
        p.get("EndpointConfiguration", {}).get("Types", ["EDGE"]) for p in (call.old_properties, call.properties)
    )
    if old_types != new_types:
        path = f"/endpointConfiguration/types/{old_types[0]}"
        patches.append({"op": "replace", "path": path, "value": new_types[0]})
    return patches


def check(properties: dict[str, Any]) -> Iterator[str]:
    """What the engine would not execute of an API."""
    if properties.get("ApiKeySourceType") == "AUTHORIZER":
        yield "ApiKeySourceType AUTHORIZER: keys are read from the request's header"
    endpoint = properties.get("EndpointConfiguration")
    if isinstance(endpoint, dict) and "PRIVATE" in endpoint.get("Types", ()):
        yield "EndpointConfiguration.Types PRIVATE: networks are not executed"
    if properties.get("Mode") == "merge":
        yield "Mode merge: a document is put over all that the API has"
    parameters = properties.get("Parameters")
    for name in parameters if isinstance(parameters, dict) else ():
        if name != "endpointConfigurationTypes":
            yield f"Parameters.{name}: a document is imported as it is"


RESOURCES = {
    "AWS::ApiGateway::RestApi": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"BinaryMediaTypes", "EndpointConfiguration", "Tags", *_SCALARS, *_DOCUMENT}),
        without_effect={"SecurityPolicy": "connections are not encrypted"},
        refuses={
            "CloneFrom": "an API is made from resources or a document",
            "DisableExecuteApiEndpoint": "there are no custom domain names by which such an API could be called",
            "EndpointAccessMode": "connections are not encrypted",
            "EndpointConfiguration.VpcEndpointIds": "networks are not executed",
            "MinimumCompressionSize": "answers are not compressed",
        },
        check=check,
    )
}
