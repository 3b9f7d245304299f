"""APIs and their resources: what CreateRestApi, UpdateRestApi and CreateResource refuse.

docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html
docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html
docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

import re

from slipway.engine.mend.apigateway.refusal import Data, NotExecuted, NotFound, Refused, gateway

_EXECUTED = {"apiKeySource": ("HEADER",), "cloneFrom": ()}
_PATH_PART = re.compile(r"[a-zA-Z0-9._\-:$~@!+,;=&'()*]+|\{[a-zA-Z0-9._\-:]+\+?\}")


def check_api(data: Data) -> None:
    """CreateRestApi and documents: what an API cannot be here."""
    for name, executed in _EXECUTED.items():
        if data.get(name) not in (None, "", *executed):
            raise NotExecuted(f"{name} {data[name]} of a REST API is not executed here")
    if str(data.get("disableExecuteApiEndpoint", "")).lower() == "true":
        raise NotExecuted("disableExecuteApiEndpoint of a REST API is not executed here: it has no other address")
    if "PRIVATE" in ((data.get("endpointConfiguration") or {}).get("types") or []):
        raise NotExecuted("a PRIVATE REST API is not executed here: networks are not; EDGE and REGIONAL are")


def check_update(api_id: str, data: Data) -> None:
    """UpdateRestApi: the same."""
    if api_id not in gateway()._rest_apis:
        raise NotFound("Invalid API identifier specified")
    for operation in data.get("patchOperations") or []:
        path, value = str(operation.get("path", "")), operation.get("value")
        name = path.strip("/").partition("/")[0]
        types = {"types": [value]} if name == "endpointConfiguration" else None
        check_api({name: value} if types is None else {"endpointConfiguration": types})


def check_resource(api_id: str, parent_id: str, data: Data) -> None:
    """CreateResource: a part of a path, one variable among its siblings at most, nothing below a greedy one."""
    part, resources = str(data.get("pathPart", "")), gateway()._resources.get(api_id, {})
    if not _PATH_PART.fullmatch(part):
        raise Refused(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly brackets at the"
            " beginning and the end."
        )
    if str((resources.get(parent_id) or {}).get("pathPart", "")).endswith("+}"):
        raise Refused(f"Cannot create a child of a resource with a greedy path variable: {part}")
    siblings = [resource["pathPart"] for resource in resources.values() if resource.get("parentId") == parent_id]
    rivals = [sibling for sibling in siblings if sibling.startswith("{") and sibling != part]
    if part.startswith("{") and rivals and rivals[0].endswith("+}") == part.endswith("+}"):
        raise Refused(
            f"A sibling ({rivals[0]}) of this resource already has a variable path part -- only one is allowed"
        )
