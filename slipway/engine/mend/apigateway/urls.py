"""Where a stack's API can be reached.

Templates build an API's URL from its id: `https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}`. That
name belongs to AWS. When CloudFormation resolves such a text here, it becomes the address at which this engine serves
the same API, so that whoever is told the stack's output can call it, with nothing but an HTTP client.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current

_URL = re.compile(r"https://([a-z0-9]{8,10})\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(?=[/:?]|$)")
_MODULES = ("engine", "stacks", "changesets", "provisioners", "custom_resource", "drift", "helpers", "handlers")


def apply() -> None:
    """Localize what CloudFormation's intrinsic functions give, in every module that has taken the function over."""
    original = adapter.part("services.cloudformation.engine")._resolve_refs
    for name in _MODULES:
        module = adapter.part(f"services.cloudformation.{name}")
        if getattr(module, "_resolve_refs", None) is original:
            adapter.replace(f"services.cloudformation.{name}", "_resolve_refs", _localizing)


def _localizing(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def resolved(*args: Any, **kwargs: Any) -> Any:
        value = resolve(*args, **kwargs)
        return localized(value, current().url) if isinstance(value, str) else value

    return resolved


def localized(text: str, url: str) -> str:
    """`text` with AWS's URLs of REST APIs replaced by this engine's."""
    return _URL.sub(rf"{url}/_aws/execute-api/\1", text) if "execute-api" in text else text
