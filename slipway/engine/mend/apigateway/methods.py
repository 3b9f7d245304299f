"""Methods, their responses and models: what PutMethod and its neighbours refuse.

docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-to-api.html
"""

from __future__ import annotations

import re

from slipway.engine.mend.apigateway.refusal import Data, NotExecuted, Refused, gateway, patched

_VERBS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_TYPES = ("AWS_IAM", "CUSTOM", "NONE")
_PARAMETER = re.compile(r"method\.request\.(querystring|header|path|multivaluequerystring|multivalueheader)\.[^\s]+")
# docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html: every API has these two.
_OWN_MODELS = ("Empty", "Error")


def check_method(api_id: str, resource_id: str, verb: str, data: Data) -> None:
    """PutMethod: once, with what it names."""
    resource = gateway()._resources.get(api_id, {}).get(resource_id) or {}
    if verb in resource.get("resourceMethods", {}):
        raise Refused("Method already exists for this resource", "ConflictException", 409)
    _check(api_id, verb, data)


def _check(api_id: str, verb: str, data: Data) -> None:
    if verb not in _VERBS:
        raise Refused(f"Invalid HTTP method {verb}: expected one of {', '.join(_VERBS)}")
    _check_authorization(api_id, data)
    validator = data.get("requestValidatorId")
    if validator and validator not in gateway()._request_validators.get(api_id, {}):
        raise Refused("Invalid Request Validator identifier specified")
    for model in (data.get("requestModels") or {}).values():
        _check_model_is_there(api_id, model)
    for parameter in data.get("requestParameters") or {}:
        if not _PARAMETER.fullmatch(parameter):
            raise Refused(f"Invalid mapping expression specified: {parameter}")
        if parameter.startswith("method.request.multivalue"):
            raise NotExecuted(f"the request parameter {parameter} is not executed here: single values are")


def _check_authorization(api_id: str, data: Data) -> None:
    kind = data.get("authorizationType") or "NONE"
    if kind not in _TYPES:
        raise NotExecuted(f"authorizationType {kind} is not executed here: {', '.join(_TYPES)} are")
    if kind == "CUSTOM" and data.get("authorizerId") not in gateway()._authorizers_v1.get(api_id, {}):
        raise Refused(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a"
            " valid authorizer."
        )


def check_model(api_id: str, data: Data) -> None:
    """CreateModel: a name is taken once."""
    if data.get("name") in gateway()._models.get(api_id, {}):
        raise Refused("Model name already exists for this REST API", "ConflictException", 409)


def _check_model_is_there(api_id: str, name: str) -> None:
    if name not in _OWN_MODELS and name not in gateway()._models.get(api_id, {}):
        raise Refused(f"Invalid model identifier specified: {name}")


def check_update(api_id: str, resource_id: str, verb: str, data: Data) -> None:
    """UpdateMethod: the same of what comes out."""
    resource = gateway()._resources.get(api_id, {}).get(resource_id) or {}
    method = resource.get("resourceMethods", {}).get(verb)
    if method is not None:
        _check(api_id, verb, patched(method, data))


def check_response(api_id: str, resource_id: str, verb: str, status: str, data: Data) -> None:
    """PutMethodResponse: its status, its models, and headers by their full name."""
    del resource_id, verb
    if not re.fullmatch(r"[1-5]\d\d", str(status)):
        raise Refused(f"Invalid status code {status} of a method response: expected three digits")
    for model in (data.get("responseModels") or {}).values():
        _check_model_is_there(api_id, model)
    for parameter in data.get("responseParameters") or {}:
        if not parameter.startswith("method.response.header."):
            raise Refused(f"Invalid mapping expression specified: {parameter}")
