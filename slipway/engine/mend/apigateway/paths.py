"""The paths of an OpenAPI document as resources, methods and integrations.

docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html#api-gateway-known-issues-rest-apis
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from slipway.engine.mend.apigateway import schemes
from slipway.engine.mend.apigateway.refusal import Refused, gateway
from slipway.engine.mend.apigateway.schemes import made

Document = dict[str, Any]

METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
VALIDATOR = "x-amazon-apigateway-request-validator"
_JSON = "application/json"
_PLACES = {"query": "querystring", "header": "header", "path": "path"}


class Importer:
    """Turns the paths of one document into resources and methods."""

    def __init__(self, api_id: str, document: Document, validators: dict[str, str]) -> None:
        self._id = api_id
        self._document = document
        self._validators = validators
        self._schemes = schemes.create(api_id, document)

    def path(self, path: str, item: Document) -> None:
        """One path with its operations."""
        resource_id = self._resource(path)
        shared = self._all_resolved(item.get("parameters"))
        for name in (*METHODS, ANY):
            if name in item:
                verb = "ANY" if name == ANY else name.upper()
                self._operation(resource_id, verb, item[name] or {}, shared, f"{verb} {path}")

    def _resource(self, path: str) -> str:
        resources = gateway()._resources[self._id]
        parent: str = next(key for key, resource in resources.items() if resource["path"] == "/")
        for segment in filter(None, path.split("/")):
            parent = self._child(parent, segment)
        return parent

    def _child(self, parent: str, segment: str) -> str:
        for key, resource in gateway()._resources[self._id].items():
            if resource.get("parentId") == parent and resource.get("pathPart") == segment:
                return str(key)
        return str(made(gateway()._create_resource(self._id, parent, {"pathPart": segment}))["id"])

    def _operation(self, resource_id: str, verb: str, operation: Document, shared: list[Document], place: str) -> None:
        parameters = shared + self._all_resolved(operation.get("parameters"))
        data = {
            **schemes.of_operation(operation, self._document, self._schemes, place),
            "operationName": operation.get("operationId", ""),
            "requestParameters": request_parameters(parameters),
            "requestModels": self._request_models(operation, parameters),
            "requestValidatorId": self._validator(operation, place),
        }
        made(gateway()._put_method(self._id, resource_id, verb, data))
        for status, response in (operation.get("responses") or {}).items():
            self._method_response(resource_id, verb, str(status), self._resolved(response or {}))
        if INTEGRATION in operation:
            self._integration(resource_id, verb, operation[INTEGRATION])

    def _validator(self, operation: Document, place: str) -> str | None:
        name = operation.get(VALIDATOR, self._document.get(VALIDATOR))
        if name and name not in self._validators:
            raise Refused(f"The request validator {name} of {place} is not defined in the document")
        return self._validators[name] if name else None

    def _all_resolved(self, nodes: list[Document] | None) -> list[Document]:
        return [self._resolved(node) for node in nodes or []]

    def _resolved(self, node: Document) -> Document:
        """What a reference into the document stands for."""
        if "$ref" not in node:
            return node
        found: Any = self._document
        for step in str(node["$ref"]).removeprefix("#/").split("/"):
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise Refused(f"The document has nothing at {node['$ref']}")
        return self._resolved(found)

    def _request_models(self, operation: Document, parameters: list[Document]) -> dict[str, str]:
        content = self._resolved(operation.get("requestBody") or {}).get("content") or {}
        wanted = {content_type: media.get("schema") for content_type, media in content.items()}
        bodies = [parameter["schema"] for parameter in parameters if parameter.get("in") == "body"]
        if bodies:
            consumed = operation.get("consumes") or self._document.get("consumes") or [_JSON]
            wanted = dict.fromkeys(consumed, bodies[0])
        return {content_type: self._model_name(schema) for content_type, schema in wanted.items() if schema}

    def _model_name(self, schema: Document) -> str:
        """The model that a schema refers to; a schema written in place becomes a model of its own, as on AWS."""
        if "$ref" in schema:
            return str(schema["$ref"]).rpartition("/")[2]
        components = (self._document.get("components") or {}).get("schemas")
        text = schema_text(schema, self._document.get("definitions") or components or {})
        name = f"MODEL{hashlib.sha256(text.encode()).hexdigest()[:6]}"
        if name not in gateway()._models.get(self._id, {}):
            made(gateway()._create_model(self._id, {"name": name, "contentType": _JSON, "schema": text}))
        return name

    def _method_response(self, resource_id: str, verb: str, status: str, response: Document) -> None:
        if status == "default":
            return
        headers = {f"method.response.header.{name}": False for name in response.get("headers") or {}}
        data = {"responseParameters": headers, "responseModels": {}}
        made(gateway()._put_method_response(self._id, resource_id, verb, status, data))

    def _integration(self, resource_id: str, verb: str, integration: Document) -> None:
        """The integration with its responses, of which a proxy has none."""
        api, kind = gateway(), str(integration["type"]).upper()
        data = {name: value for name, value in integration.items() if name != "responses"}
        made(api._put_integration(self._id, resource_id, verb, {**data, "type": kind}))
        for pattern, response in (integration.get("responses") or {}).items():
            if kind == "MOCK":
                mapped = {**response, "selectionPattern": "" if pattern == "default" else pattern}
                made(api._put_integration_response(self._id, resource_id, verb, str(response["statusCode"]), mapped))


def schema_text(schema: Document, definitions: Document) -> str:
    """A schema as a model has it: with the definitions that it refers to."""
    text = json.dumps(schema, sort_keys=True)
    if "$ref" in text:
        text = json.dumps({**schema, "definitions": definitions}, sort_keys=True)
    return text.replace("#/components/schemas/", "#/definitions/")


def request_parameters(parameters: list[Document]) -> dict[str, bool]:
    """`method.request.<place>.<name>` with whether it is required."""
    return {
        f"method.request.{_PLACES[parameter['in']]}.{parameter['name']}": bool(parameter.get("required"))
        for parameter in parameters
        if parameter.get("in") in _PLACES
    }
