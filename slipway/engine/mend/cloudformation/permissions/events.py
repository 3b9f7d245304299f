"""EventBridge: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always, pass_role

_SERVICE = "events.amazonaws.com"


def _rule(change: Change) -> str:
    bus = str(change.get("EventBusName") or "default").rpartition("/")[2]
    prefix = "" if bus == "default" else f"{bus}/"
    # The physical id of a rule on another bus than the default one is `bus|name`.
    name = change.name("Name").rpartition("|")[2]
    return change.arn("events", f"rule/{prefix}{name}")


def _put(change: Change) -> Iterator[Need]:
    yield Need("events:PutRule", _rule(change))
    yield from pass_role(change.get("RoleArn"), _SERVICE)
    if change.changed("Tags"):
        yield Need("events:TagResource", _rule(change))
    if change.changed("Targets"):
        yield from _targets(change)


def _targets(change: Change) -> Iterator[Need]:
    targets = change.get("Targets") or []
    if targets:
        yield Need("events:PutTargets", _rule(change))
    for target in targets:
        yield from pass_role(target.get("RoleArn"), _SERVICE)
    kept = {target["Id"] for target in targets}
    if any(target["Id"] not in kept for target in change.old_properties.get("Targets") or ()):
        yield Need("events:RemoveTargets", _rule(change))


def _delete(change: Change) -> Iterator[Need]:
    if change.get("Targets"):
        yield Need("events:RemoveTargets", _rule(change))
    yield Need("events:DeleteRule", _rule(change))


def _bus(change: Change) -> str:
    return change.arn("events", f"event-bus/{change.name('Name')}")


PERMISSIONS = {
    "AWS::Events::Rule": Permissions(_put, _put, _delete),
    "AWS::Events::EventBus": Permissions(
        always("events:CreateEventBus", _bus),
        always("events:UpdateEventBus", _bus),
        always("events:DeleteEventBus", _bus),
    ),
}
