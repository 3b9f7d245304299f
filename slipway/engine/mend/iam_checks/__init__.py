"""IAM: what its API refuses and MiniStack takes.

| module | what it corrects |
| --- | --- |
| `requests` | the ARN with its path, and the condition keys, that a request is evaluated with |
| `quotas` | the sizes and numbers of policies |
| `conflicts` | a policy that is attached exists; a user or group in use is not deleted |
"""

from __future__ import annotations

from functools import partial
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.iam_checks import conflicts, quotas


def apply() -> None:
    """Put our functions around MiniStack's: a request passes conflicts, then quotas."""
    for module in (quotas, conflicts):
        module.apply()
    # An empty description takes one away.
    adapter.replace("services.iam", "parse_qs", _with_empty_values)


def _with_empty_values(parse: Any) -> Any:
    return partial(parse, keep_blank_values=True)
