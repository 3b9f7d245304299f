"""Importing an OpenAPI 2.0 or 3.0 document with API Gateway's extensions, as SAM and CloudFormation write it.

docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter

Document = dict[str, Any]

_METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
_ANY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_VALIDATOR = "x-amazon-apigateway-request-validator"
_API_EXTENSIONS = {
    "x-amazon-apigateway-api-key-source": "apiKeySource",
    "x-amazon-apigateway-binary-media-types": "binaryMediaTypes",
    "x-amazon-apigateway-minimum-compression-size": "minimumCompressionSize",
    "x-amazon-apigateway-policy": "policy",
}
_OTHER_EXTENSIONS = {
    "x-amazon-apigateway-request-validators",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-security-policy",
    _VALIDATOR,
    _INTEGRATION,
    "x-amazon-apigateway-auth",
}
EXECUTED_INTEGRATIONS = ("AWS_PROXY", "HTTP_PROXY", "MOCK")
CALLER_CREDENTIALS = "arn:aws:iam::*:user/*"


class NotExecuted(ValueError):
    """The document asks for something that the engine does not execute."""


def _api() -> Any:
    return adapter.part("services.apigateway_v1")


def import_api(document: Document, base: Document | None = None) -> str:
    """Create an API from a document; its id."""
    check(document)
    data = dict(base or {})
    data.setdefault("name", str((document.get("info") or {}).get("title", "")))
    _, _, body = _api()._create_rest_api(data)
    api_id: str = json.loads(body)["id"]
    _fill(api_id, document)
    return api_id


def overwrite_api(api_id: str, document: Document) -> None:
    """Give an API the content of a document and nothing else; its id and stages stay."""
    check(document)
    api = _api()
    root = next(resource for resource in api._resources[api_id].values() if resource["path"] == "/")
    api._resources[api_id] = {root["id"]: {**root, "resourceMethods": {}}}
    for store in (api._models, api._request_validators, api._authorizers_v1, api._gateway_responses):
        store[api_id] = {}
    _fill(api_id, document)


def check(document: Document) -> None:
    """Refuse an extension or an integration that is not executed; NotExecuted says where it stands."""
    for place, node in _nodes(document):
        for extension in node:
            known = extension in _API_EXTENSIONS or extension in _OTHER_EXTENSIONS or extension == _ANY
            if extension.startswith("x-amazon-apigateway-") and not known:
                raise NotExecuted(f"{extension} at {place} is not executed here")
        if _INTEGRATION in node:
            check_integration(node[_INTEGRATION], place)


def _nodes(document: Document) -> list[tuple[str, Document]]:
    """The document, its paths and its operations, each with where it stands."""
    nodes = [("the document's root", document)]
    for path, item in (document.get("paths") or {}).items():
        nodes.append((path, item))
        nodes += [(f"{name.upper()} {path}", item[name]) for name in (*_METHODS, _ANY) if item.get(name)]
    return nodes


def check_integration(integration: Document, place: str) -> None:
    """Refuse an integration that is not executed."""
    kind = str(integration.get("type", "")).upper()
    if kind not in EXECUTED_INTEGRATIONS:
        raise NotExecuted(
            f"integration type {kind} of {place} is not executed here: {', '.join(EXECUTED_INTEGRATIONS)} are"
        )
    if str(integration.get("connectionType", "INTERNET")).upper() != "INTERNET":
        raise NotExecuted(f"connectionType {integration['connectionType']} of {place} is not executed here")
    if integration.get("credentials") == CALLER_CREDENTIALS:
        raise NotExecuted(
            f"{place} invokes its function with the caller's credentials, which is not executed here: "
            "name a role, or none so that the function's policy decides (in SAM: InvokeRole: NONE)"
        )


def checked_integration(put: Callable[..., Any]) -> Callable[..., Any]:
    """PutIntegration with the same check."""

    def checked(api_id: str, resource_id: str, method: str, data: Document) -> Any:
        try:
            check_integration(data, f"{method} {resource_id}")
        except NotExecuted as error:
            return _api()._v1_error("BadRequestException", str(error), 400)
        return put(api_id, resource_id, method, data)

    return checked


def _fill(api_id: str, document: Document) -> None:
    api = _api()
    for extension, member in _API_EXTENSIONS.items():
        if extension in document:
            api._rest_apis[api_id][member] = document[extension]
    _models(api_id, document)
    validators = _validators(api_id, document)
    _gateway_responses(api_id, document)
    importer = Importer(api_id, document, validators)
    for path, item in (document.get("paths") or {}).items():
        importer.path(path, item)


def _models(api_id: str, document: Document) -> None:
    schemas = document.get("definitions") or (document.get("components") or {}).get("schemas") or {}
    for name, schema in schemas.items():
        whole = {**schema, "definitions": schemas} if "$ref" in json.dumps(schema) else schema
        text = json.dumps(whole).replace("#/components/schemas/", "#/definitions/")
        _api()._create_model(api_id, {"name": name, "contentType": "application/json", "schema": text})


def _validators(api_id: str, document: Document) -> dict[str, str]:
    """Create the request validators; their ids by name."""
    created = {}
    for name, settings in (document.get("x-amazon-apigateway-request-validators") or {}).items():
        _, _, body = _api()._create_request_validator(api_id, {"name": name, **settings})
        created[name] = json.loads(body)["id"]
    return created


def _gateway_responses(api_id: str, document: Document) -> None:
    for response_type, response in (document.get("x-amazon-apigateway-gateway-responses") or {}).items():
        parameters = {
            f"gatewayresponse.{key}" if not key.startswith("gatewayresponse.") else key: value
            for key, value in (response.get("responseParameters") or {}).items()
        }
        status = response.get("statusCode")
        data = {**response, "responseParameters": parameters, **({"statusCode": str(status)} if status else {})}
        _api()._put_gateway_response(api_id, response_type, data)


class Importer:
    """Turns the paths of one document into resources and methods."""

    def __init__(self, api_id: str, document: Document, validators: dict[str, str]) -> None:
        self._id = api_id
        self._document = document
        self._validators = validators
        self._schemes = _api()._import_security_schemes(api_id, document)

    def path(self, path: str, item: Document) -> None:
        """One path with its operations."""
        resource_id = self._resource(path)
        shared = item.get("parameters") or []
        for name in (*_METHODS, _ANY):
            if name in item:
                self._operation(resource_id, "ANY" if name == _ANY else name.upper(), item[name] or {}, shared)

    def _resource(self, path: str) -> str:
        resources = _api()._resources[self._id]
        parent: str = next(key for key, resource in resources.items() if resource["path"] == "/")
        for segment in filter(None, path.split("/")):
            parent = self._child(parent, segment)
        return parent

    def _child(self, parent: str, segment: str) -> str:
        for key, resource in _api()._resources[self._id].items():
            if resource.get("parentId") == parent and resource.get("pathPart") == segment:
                return str(key)
        _, _, body = _api()._create_resource(self._id, parent, {"pathPart": segment})
        return str(json.loads(body)["id"])

    def _operation(self, resource_id: str, method: str, operation: Document, shared: list[Document]) -> None:
        api = _api()
        parameters = shared + (operation.get("parameters") or [])
        security = operation.get("security", self._document.get("security"))
        validator = operation.get(_VALIDATOR, self._document.get(_VALIDATOR))
        data = {
            **api._method_security(security, self._schemes),
            "operationName": operation.get("operationId", ""),
            "requestParameters": request_parameters(parameters),
            "requestModels": self._request_models(operation, parameters),
            "requestValidatorId": self._validators.get(validator) if validator else None,
        }
        api._put_method(self._id, resource_id, method, data)
        for status, response in (operation.get("responses") or {}).items():
            self._method_response(resource_id, method, status, response or {})
        if _INTEGRATION in operation:
            self._integration(resource_id, method, operation[_INTEGRATION])

    def _request_models(self, operation: Document, parameters: list[Document]) -> dict[str, str]:
        schemas = {
            content_type: media.get("schema")
            for content_type, media in ((operation.get("requestBody") or {}).get("content") or {}).items()
        }
        bodies = [parameter["schema"] for parameter in parameters if parameter.get("in") == "body"]
        if bodies:
            consumed = operation.get("consumes") or ["application/json"]
            schemas = dict.fromkeys(consumed, bodies[0])
        return {content_type: self._model_name(schema) for content_type, schema in schemas.items() if schema}

    def _model_name(self, schema: Document) -> str:
        """The model that a schema refers to; a schema written in place becomes a model of its own, as on AWS."""
        if "$ref" in schema:
            return str(schema["$ref"]).rpartition("/")[2]
        text = json.dumps(schema, sort_keys=True)
        name = f"MODEL{hashlib.sha256(text.encode()).hexdigest()[:6]}"
        if name not in _api()._models.get(self._id, {}):
            _api()._create_model(self._id, {"name": name, "contentType": "application/json", "schema": text})
        return name

    def _method_response(self, resource_id: str, method: str, status: str, response: Document) -> None:
        if status == "default":
            return
        headers = {f"method.response.header.{name}": False for name in response.get("headers") or {}}
        data = {"responseParameters": headers, "responseModels": {}}
        _api()._put_method_response(self._id, resource_id, method, str(status), data)

    def _integration(self, resource_id: str, method: str, integration: Document) -> None:
        api = _api()
        data = {**integration, "type": str(integration["type"]).upper()}
        api._put_integration(self._id, resource_id, method, {k: v for k, v in data.items() if k != "responses"})
        for pattern, response in (integration.get("responses") or {}).items():
            selection = "" if pattern == "default" else pattern
            mapped = {**response, "selectionPattern": selection}
            api._put_integration_response(self._id, resource_id, method, str(response["statusCode"]), mapped)


def request_parameters(parameters: list[Document]) -> dict[str, bool]:
    """`method.request.<place>.<name>` with whether it is required."""
    places = {"query": "querystring", "header": "header", "path": "path"}
    return {
        f"method.request.{places[parameter['in']]}.{parameter['name']}": bool(parameter.get("required"))
        for parameter in parameters
        if parameter.get("in") in places
    }
