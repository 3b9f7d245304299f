"""SSM: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always


def _parameter(change: Change) -> str:
    return change.arn("ssm", f"parameter/{change.name('Name', 1011).removeprefix('/')}")


def _put(change: Change) -> Iterator[Need]:
    yield Need("ssm:PutParameter", _parameter(change))
    if change.changed("Tags"):
        yield Need("ssm:AddTagsToResource", _parameter(change))


PERMISSIONS = {"AWS::SSM::Parameter": Permissions(_put, _put, always("ssm:DeleteParameter", _parameter))}
