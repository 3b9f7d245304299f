"""Log groups, their retention and their keys.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html and its neighbours.
"""

from __future__ import annotations

from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.logs import metric_filters
from slipway.engine.services.logs.keys import check_key
from slipway.engine.services.logs.service import (
    SERVICE,
    all_groups_arn,
    group_arn,
    group_name,
    group_of,
    groups,
    invalid,
    now,
    page,
    store,
)
from slipway.engine.services.logs.tags import allow_tagging, check_tags
from slipway.engine.store import Record

_PAGE = 50
# docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


@SERVICE.operation("CreateLogGroup", resource=group_arn)
def create_log_group(call: Call) -> None:
    """A group without streams."""
    if call.params.get("deletionProtectionEnabled"):
        raise invalid("deletionProtectionEnabled is not executed by the local engine")
    name, tags = group_name(call), call.params.get("tags", {})
    if name.startswith("aws/"):
        raise invalid("Log groups starting with AWS/ are reserved for AWS.")
    if tags:
        check_tags(tags)
        allow_tagging(call, name, tags)
    record: Record = {
        "creationTime": now(),
        "logGroupClass": call.params.get("logGroupClass", "STANDARD"),
        "tags": tags,
    }
    if "kmsKeyId" in call.params:
        record["kmsKeyId"] = check_key(call, name, call.params["kmsKeyId"])
    if not groups(call.engine).claim(name, record):
        raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")


@SERVICE.operation("DeleteLogGroup", resource=group_arn)
def delete_log_group(call: Call) -> None:
    """The group with its streams and events."""
    name, _ = group_of(call)
    del groups(call.engine)[name]
    store(call.engine).delete_group(name)
    metric_filters.forget_group(call.engine, name)


@SERVICE.operation("DescribeLogGroups", resource=all_groups_arn)
def describe_log_groups(call: Call) -> dict[str, Any]:
    """Groups by name."""
    params = call.params
    if params.get("includeLinkedAccounts") or params.get("accountIdentifiers"):
        raise invalid("Linked accounts are not executed by the local engine")
    if "logGroupNamePrefix" in params and "logGroupNamePattern" in params:
        raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    found, following = page(call, sorted(item for item in groups(call.engine).items() if _asked(call, *item)), _PAGE)
    return {"logGroups": [_described(call, name, record) for name, record in found], **following}


def _asked(call: Call, name: str, record: Record) -> bool:
    params = call.params
    identifiers = [given.removeprefix(call.arn("log-group:")) for given in params.get("logGroupIdentifiers", [])]
    return (
        name.startswith(params.get("logGroupNamePrefix", ""))
        and params.get("logGroupNamePattern", "").lower() in name.lower()
        and params.get("logGroupClass", record["logGroupClass"]) == record["logGroupClass"]
        and (not identifiers or name in identifiers)
    )


def _described(call: Call, name: str, record: Record) -> dict[str, Any]:
    arn = call.arn(f"log-group:{name}")
    optional: dict[str, Any] = {
        member: record[member] for member in ("retentionInDays", "kmsKeyId") if member in record
    }
    return {
        "logGroupName": name,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "creationTime": record["creationTime"],
        "logGroupClass": record["logGroupClass"],
        "metricFilterCount": len(metric_filters.of_group(call.engine, name)),
        "storedBytes": store(call.engine).stored_bytes(name),
        **optional,
    }


@SERVICE.operation("PutRetentionPolicy", resource=group_arn)
def put_retention_policy(call: Call) -> None:
    """From now on events older than that are gone."""
    days = call.params["retentionInDays"]
    if days not in _DAYS:
        raise invalid(f"{days} is not a valid retention; expected one of {', '.join(map(str, _DAYS))}")
    _change(call, retentionInDays=days)


@SERVICE.operation("DeleteRetentionPolicy", resource=group_arn)
def delete_retention_policy(call: Call) -> None:
    """Events are kept for ever."""
    _change(call, retentionInDays=None)


@SERVICE.operation("AssociateKmsKey", resource=group_arn)
def associate_kms_key(call: Call) -> None:
    """The group's key from now on."""
    name, _ = group_of(call)
    _change(call, kmsKeyId=check_key(call, name, call.params["kmsKeyId"]))


@SERVICE.operation("DisassociateKmsKey", resource=group_arn)
def disassociate_kms_key(call: Call) -> None:
    """No key of the customer's from now on."""
    _change(call, kmsKeyId=None)


def _change(call: Call, **members: Any) -> None:
    """Set members of the group's record; None removes one."""

    def set_members(record: Record) -> None:
        record.update(members)
        for name in [name for name, value in members.items() if value is None]:
            del record[name]

    name, _ = group_of(call)
    groups(call.engine).change(name, set_members)
