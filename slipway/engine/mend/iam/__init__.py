"""IAM and STS: MiniStack keeps the records, `slipway.engine.policy` decides.

| module | what it corrects |
| --- | --- |
| `evaluator` | MiniStack's services ask our evaluator |
| `records` | the records as the engine reads them |
| `requests` | the ARN with its path, and the condition keys, that a request to IAM is evaluated with |
| `quotas` | the sizes and numbers of policies |
| `conflicts` | a policy that is attached exists; a user or group in use is not deleted |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.iam import conflicts, evaluator, quotas, records
from slipway.engine.wire import xml

_DESCRIPTION = re.compile("<Description>(.*)</Description>", re.DOTALL)


def apply() -> None:
    """Put our functions around MiniStack's: of a request's checks, conflicts come before quotas."""
    for module in (evaluator, quotas, conflicts):
        module.apply()
    # An expired key is told from an unknown one.
    adapter.replace("services.sts", "_evict_expired_sessions", records.keep_expired)
    # An empty description takes one away.
    adapter.replace("services.iam", "parse_qs", _with_empty_values)
    adapter.replace("services.iam", "_error", _escaped)
    for rendered in ("_role_xml", "_managed_policy_xml"):
        adapter.replace("services.iam", rendered, _described)


def _escaped(error: Callable[..., Any]) -> Callable[..., Any]:
    """An error quotes what it was sent, which may hold what XML has a meaning for."""

    def escaped(status: int, code: str, message: str, ns: str = "iam") -> Any:
        return error(status, code, xml.escaped(message), ns=ns)

    return escaped


def _described(render: Callable[..., str]) -> Callable[..., str]:
    """A role or a policy; so may its description."""

    def described(*arguments: Any, **options: Any) -> str:
        document = render(*arguments, **options)
        return _DESCRIPTION.sub(lambda found: xml.element("Description", xml.escaped(found[1])), document)

    return described


def _with_empty_values(parse: Any) -> Any:
    return partial(parse, keep_blank_values=True)
