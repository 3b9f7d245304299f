"""Mock integrations with fixed templates, which is what a CORS preflight is made of.

docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
"""

from __future__ import annotations

import re
from typing import Any

from slipway.engine.mend.apigateway.refusal import gateway

_JSON = "application/json"
_STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*(\d{3})""")
_HEADER = "method.response.header."


def answer(integration: dict[str, Any], content_type: str) -> Any:
    """The response that the request template's status code selects, or MiniStack's value for a gateway error."""
    templates = integration.get("requestTemplates") or {}
    status = _STATUS.search(str(templates.get(content_type.partition(";")[0].strip() or _JSON, "")))
    selected = _selected(list((integration.get("integrationResponses") or {}).values()), status[1] if status else "")
    if selected is None:
        return gateway()._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
    headers = {
        name.removeprefix(_HEADER): str(value)[1:-1] for name, value in (selected["responseParameters"] or {}).items()
    }
    body = (selected.get("responseTemplates") or {}).get(_JSON) or ""
    return int(selected["statusCode"]), {"Content-Type": _JSON, **headers}, body.encode()


def _selected(responses: list[dict[str, Any]], status: str) -> dict[str, Any] | None:
    """The response whose pattern is the status, else the default one, which has no pattern."""
    if not status:
        return None
    for response in responses:
        if response.get("selectionPattern") and re.fullmatch(response["selectionPattern"], status):
            return response
    return next((response for response in responses if not response.get("selectionPattern")), None)
