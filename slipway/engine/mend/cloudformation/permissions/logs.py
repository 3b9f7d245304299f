"""CloudWatch Logs: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always


def _group(change: Change) -> str:
    return change.arn("logs", f"log-group:{change.name('LogGroupName', 512)}:*")


def _configure(change: Change) -> Iterator[Need]:
    if change.changed("RetentionInDays"):
        kept = change.get("RetentionInDays") is not None
        yield Need("logs:PutRetentionPolicy" if kept else "logs:DeleteRetentionPolicy", _group(change))
    if change.changed("Tags"):
        yield Need("logs:TagResource", _group(change))
    if change.old_properties and change.changed("KmsKeyId"):
        encrypted = bool(change.get("KmsKeyId"))
        yield Need("logs:AssociateKmsKey" if encrypted else "logs:DisassociateKmsKey", _group(change))


def _create(change: Change) -> Iterator[Need]:
    yield Need("logs:CreateLogGroup", _group(change))
    yield from _configure(change)


PERMISSIONS = {
    "AWS::Logs::LogGroup": Permissions(_create, _configure, always("logs:DeleteLogGroup", _group)),
    "AWS::Logs::ResourcePolicy": Permissions(
        always("logs:PutResourcePolicy"),
        always("logs:PutResourcePolicy"),
        always("logs:DeleteResourcePolicy"),
    ),
}
