"""Security schemes of a document: which method is authorized how, and the authorizers that they define.

docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.mend.apigateway.refusal import NotExecuted, Refused, Response, gateway

Document = dict[str, Any]
Authorization = dict[str, Any]

_AUTHORIZER = "x-amazon-apigateway-authorizer"
_AUTHTYPE = "x-amazon-apigateway-authtype"
_AUTH = "x-amazon-apigateway-auth"
_NO_OPTIONS = {"NONE": {"authorizationType": "NONE"}, "AWS_IAM": {"authorizationType": "AWS_IAM"}}
# What SAM writes for `Auth: {Authorizer: NONE}` under a default authorizer: no scheme has that name.
# docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-apifunctionauth.html
_NO_AUTHORIZATION: list[dict[str, list[str]]] = [{"NONE": []}]


def made(response: Response) -> Document:
    """What an operation has made; Refused when it refused."""
    status, _, body = response
    parsed: Document = json.loads(body)
    if status >= 400:
        raise Refused(str(parsed.get("message") or parsed.get("Message")))
    return parsed


def create(api_id: str, document: Document) -> dict[str, Authorization]:
    """Create the authorizers of a document; what each of its schemes means for a method."""
    return {name: _authorization(api_id, name, scheme) for name, scheme in _schemes(document).items()}


def _schemes(document: Document) -> Document:
    found: Document = (
        document.get("securityDefinitions") or (document.get("components") or {}).get("securitySchemes") or {}
    )
    return found


def _authorization(api_id: str, name: str, scheme: Document) -> Authorization:
    extension = scheme.get(_AUTHORIZER)
    if extension:
        kind = str(extension.get("type", "")).upper()
        data = {**extension, "name": name, "type": kind, "identitySource": _source(scheme, extension)}
        authorizer = made(gateway()._create_authorizer(api_id, data))
        return {"authorizationType": "CUSTOM", "authorizerId": authorizer["id"]}
    if str(scheme.get(_AUTHTYPE, "")).lower() == "awssigv4":
        return {"authorizationType": "AWS_IAM"}
    if scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key":
        return {"apiKeyRequired": True}
    return {}


def _source(scheme: Document, extension: Document) -> str:
    """An authorizer names its sources, or its scheme does by the header that it stands for."""
    place = {"query": "querystring"}.get(str(scheme.get("in")), "header")
    return str(extension.get("identitySource") or f"method.request.{place}.{scheme.get('name', 'Authorization')}")


def of_operation(
    operation: Document, document: Document, schemes: dict[str, Authorization], place: str
) -> Authorization:
    """How a method is authorized: by its own requirements, else by the document's."""
    wanted: Authorization = {"authorizationType": "NONE"}
    required = operation.get("security", document.get("security")) or []
    if required == _NO_AUTHORIZATION and "NONE" not in schemes:
        required = []
    for name in (name for requirement in required for name in requirement):
        if not schemes.get(name):
            raise NotExecuted(
                f"the security scheme {name} of {place} is not executed here: {', '.join(sorted(schemes))}"
            )
        if wanted["authorizationType"] == "NONE" or "apiKeyRequired" in schemes[name]:
            wanted.update(schemes[name])
    return {**wanted, **_by_extension(operation, place)}


def _by_extension(operation: Document, place: str) -> Authorization:
    auth = operation.get(_AUTH)
    if not auth:
        return {}
    kind = str(auth.get("type", "")).upper()
    if kind not in _NO_OPTIONS:
        raise NotExecuted(f"{_AUTH} of type {kind} of {place} is not executed here: {', '.join(_NO_OPTIONS)} are")
    return _NO_OPTIONS[kind]
