"""Tags: what a resource is made with is what GetTags gives, and what TagResource changes is what the resource shows.

docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from slipway.engine import adapter
from slipway.engine.engine import current

_SERVICE = "services.apigateway_v1"
Operation = Callable[..., Any]


def made(path: Callable[..., str]) -> Callable[[Operation], Operation]:
    """A create whose tags are kept by the ARN of what it made: `path(answer, *arguments)`."""

    def wrap(create: Operation) -> Operation:
        def created(*arguments: Any) -> Any:
            answer = create(*arguments)
            if answer[0] < 400:
                arn = f"arn:aws:apigateway:{current().region}::{path(json.loads(answer[2]), *arguments)}"
                adapter.part(_SERVICE)._v1_tags[arn] = dict(arguments[-1].get("tags") or {})
            return answer

        return created

    return wrap


def changed(change: Operation) -> Operation:
    """TagResource and UntagResource, which show in the resource too."""

    def tagged(resource_arn: str, *arguments: Any) -> Any:
        answer = change(resource_arn, *arguments)
        if answer[0] < 400:
            arn = unquote(resource_arn)
            record = _record(arn.split("::", 1)[1].strip("/").split("/"))
            if record is not None:
                record["tags"] = dict(adapter.part(_SERVICE)._v1_tags.get(arn, {}))
        return answer

    return tagged


def _record(steps: list[str]) -> dict[str, Any] | None:
    """The stored resource at a path."""
    api = adapter.part(_SERVICE)
    if steps[0] == "restapis" and len(steps) == 4:
        found = api._stages_v1.get(steps[1], {}).get(steps[3])
    else:
        stores = {"restapis": api._rest_apis, "apikeys": api._api_keys, "usageplans": api._usage_plans}
        found = stores[steps[0]].get(steps[1]) if steps[0] in stores else None
    return found if isinstance(found, dict) else None
