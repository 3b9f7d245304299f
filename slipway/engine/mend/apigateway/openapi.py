"""Importing an OpenAPI 2.0 or 3.0 document with API Gateway's extensions, as SAM and CloudFormation write it.

docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html
"""

from __future__ import annotations

import copy
from typing import Any

from slipway.engine.mend.apigateway import apis, integrations
from slipway.engine.mend.apigateway.paths import ANY, INTEGRATION, METHODS, VALIDATOR, Importer, schema_text
from slipway.engine.mend.apigateway.refusal import NotExecuted, Refused, gateway
from slipway.engine.mend.apigateway.schemes import made

Document = dict[str, Any]

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
    VALIDATOR,
    INTEGRATION,
    "x-amazon-apigateway-auth",
}


def import_api(document: Document, base: Document | None = None) -> str:
    """Create an API from a document; its id."""
    check(document)
    data = dict(base or {})
    data.setdefault("name", str((document.get("info") or {}).get("title", "")))
    api_id = str(made(gateway()._create_rest_api(data))["id"])
    try:
        _fill(api_id, document)
    except Refused:
        gateway()._delete_rest_api(api_id)
        raise
    return api_id


def overwrite_api(api_id: str, document: Document) -> None:
    """Give an API the content of a document and nothing else; its id and stages stay, and all of it if that fails."""
    check(document)
    api = gateway()
    parts = (api._rest_apis, api._resources, api._models, api._request_validators, api._authorizers_v1)
    stores = (*parts, api._gateway_responses)
    before = [copy.deepcopy(store.get(api_id)) for store in stores]
    root = next(resource for resource in api._resources[api_id].values() if resource["path"] == "/")
    for store in stores[2:]:
        store[api_id] = {}
    api._resources[api_id] = {root["id"]: {**root, "resourceMethods": {}}}
    try:
        _fill(api_id, document)
    except Refused:
        for store, content in zip(stores, before, strict=True):
            store[api_id] = content
        raise


def check(document: Document) -> None:
    """Refuse an extension or an integration that is not executed; NotExecuted says where it stands."""
    apis.check_api({member: document.get(extension) for extension, member in _API_EXTENSIONS.items()})
    for place, node in _nodes(document):
        for extension in node:
            known = extension in _API_EXTENSIONS or extension in _OTHER_EXTENSIONS or extension == ANY
            if extension.startswith("x-amazon-apigateway-") and not known:
                raise NotExecuted(f"{extension} at {place} is not executed here")
        if INTEGRATION in node:
            integrations.check(node[INTEGRATION], place)


def _nodes(document: Document) -> list[tuple[str, Document]]:
    """The document, its paths and its operations, each with where it stands."""
    nodes = [("the document's root", document)]
    for path, item in (document.get("paths") or {}).items():
        nodes.append((path, item))
        nodes += [(f"{name.upper()} {path}", item[name]) for name in (*METHODS, ANY) if item.get(name)]
    return nodes


def _fill(api_id: str, document: Document) -> None:
    api = gateway()
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
        text = schema_text(schema, schemas)
        made(gateway()._create_model(api_id, {"name": name, "contentType": "application/json", "schema": text}))


def _validators(api_id: str, document: Document) -> dict[str, str]:
    """Create the request validators; their ids by name."""
    created = {}
    for name, settings in (document.get("x-amazon-apigateway-request-validators") or {}).items():
        created[name] = made(gateway()._create_request_validator(api_id, {"name": name, **settings}))["id"]
    return created


def _gateway_responses(api_id: str, document: Document) -> None:
    for response_type, response in (document.get("x-amazon-apigateway-gateway-responses") or {}).items():
        parameters = {
            f"gatewayresponse.{key}" if not key.startswith("gatewayresponse.") else key: value
            for key, value in (response.get("responseParameters") or {}).items()
        }
        status = response.get("statusCode")
        data = {**response, "responseParameters": parameters, **({"statusCode": str(status)} if status else {})}
        made(gateway()._put_gateway_response(api_id, response_type, data))
