"""AWS::Logs: groups, streams, metric filters and resource policies.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import changed, gone_is_fine, or_removed, renamed, tag_change, tags_of, text_of

_NAME_LENGTH = 512
_MISSING = "ResourceNotFoundException"


def create_group(call: ResourceCall) -> Created:
    """The group with its retention."""
    properties = call.properties
    name = properties.get("LogGroupName") or call.physical_name(_NAME_LENGTH)
    members = {"KmsKeyId": "kmsKeyId", "LogGroupClass": "logGroupClass"}
    request = {member: properties[key] for key, member in members.items() if key in properties}
    tags = tags_of(properties)
    _client(call).create_log_group(logGroupName=name, **request, **({"tags": tags} if tags else {}))
    with or_removed(call, name):
        _set_retention(call, name)
    return _group(call, name)


def update_group(call: ResourceCall) -> Created:
    """Retention, key and tags."""
    client, name = _client(call), call.physical_id
    _set_retention(call, name)
    if changed(call, "KmsKeyId"):
        if "KmsKeyId" in call.properties:
            client.associate_kms_key(logGroupName=name, kmsKeyId=call.properties["KmsKeyId"])
        else:
            client.disassociate_kms_key(logGroupName=name)
    tags, arn = tag_change(call), call.engine.arn("logs", f"log-group:{name}")
    if tags.set:
        client.tag_resource(resourceArn=arn, tags=tags.set)
    if tags.removed:
        client.untag_resource(resourceArn=arn, tagKeys=tags.removed)
    return _group(call, name)


def delete_group(call: ResourceCall) -> None:
    """The group with its streams."""
    with gone_is_fine(_MISSING):
        _client(call).delete_log_group(logGroupName=call.physical_id)


def _client(call: ResourceCall) -> Any:
    return call.caller.client("logs")


def _set_retention(call: ResourceCall, name: str) -> None:
    if not changed(call, "RetentionInDays"):
        return
    if "RetentionInDays" in call.properties:
        _client(call).put_retention_policy(logGroupName=name, retentionInDays=call.properties["RetentionInDays"])
    else:
        _client(call).delete_retention_policy(logGroupName=name)


def _group(call: ResourceCall, name: str) -> Created:
    return Created(name, {"Arn": call.engine.arn("logs", f"log-group:{name}:*")})


def create_stream(call: ResourceCall) -> Created:
    """The stream; all of its properties are its name."""
    name = call.properties.get("LogStreamName") or call.physical_name(_NAME_LENGTH)
    _client(call).create_log_stream(logGroupName=call.properties["LogGroupName"], logStreamName=name)
    return Created(name)


def unchanged(call: ResourceCall) -> Created:
    """Every property of a stream replaces it, so there is nothing to change in place."""
    return Created(call.physical_id)


def delete_stream(call: ResourceCall) -> None:
    """The stream with its events."""
    with gone_is_fine(_MISSING):
        _client(call).delete_log_stream(logGroupName=call.properties["LogGroupName"], logStreamName=call.physical_id)


def put_policy(call: ResourceCall) -> Created:
    """One of the account's resource policies."""
    name, document = call.properties["PolicyName"], text_of(call.properties["PolicyDocument"])
    _client(call).put_resource_policy(policyName=name, policyDocument=document)
    return Created(name)


def delete_policy(call: ResourceCall) -> None:
    """The account without the policy."""
    with gone_is_fine(_MISSING):
        _client(call).delete_resource_policy(policyName=call.physical_id)


def put_filter(call: ResourceCall) -> Created:
    """A metric filter, made or replaced under its name."""
    properties = call.properties
    name = call.physical_id or properties.get("FilterName") or call.physical_name(_NAME_LENGTH)
    _client(call).put_metric_filter(
        logGroupName=properties["LogGroupName"],
        filterName=name,
        filterPattern=properties["FilterPattern"],
        metricTransformations=[_transformation(each) for each in properties["MetricTransformations"]],
    )
    return Created(name)


def _transformation(properties: Mapping[str, Any]) -> dict[str, Any]:
    transformation = {**renamed(properties), "metricValue": text_of(properties["MetricValue"])}
    if "DefaultValue" in properties:
        transformation["defaultValue"] = float(properties["DefaultValue"])
    if "Dimensions" in properties:
        transformation["dimensions"] = {each["Key"]: each["Value"] for each in properties["Dimensions"]}
    return transformation


def delete_filter(call: ResourceCall) -> None:
    """The group without the filter."""
    with gone_is_fine(_MISSING):
        _client(call).delete_metric_filter(logGroupName=call.properties["LogGroupName"], filterName=call.physical_id)


RESOURCES = {
    "AWS::Logs::LogGroup": ResourceType(
        create=create_group,
        update=update_group,
        delete=delete_group,
        honours=frozenset({"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"}),
        refuses={
            "BearerTokenAuthenticationEnabled": "logs are written with signed calls only",
            "DataProtectionPolicy": "events are not searched for sensitive data",
            "DeletionProtectionEnabled": "a group is not protected from deletion",
            "FieldIndexPolicies": "fields are not indexed",
            "ResourcePolicyDocument": "the account's resource policies decide",
        },
    ),
    "AWS::Logs::LogStream": ResourceType(
        create=create_stream,
        update=unchanged,
        delete=delete_stream,
        honours=frozenset({"LogGroupName", "LogStreamName"}),
    ),
    "AWS::Logs::MetricFilter": ResourceType(
        create=put_filter,
        update=put_filter,
        delete=delete_filter,
        honours=frozenset({"FilterName", "FilterPattern", "LogGroupName", "MetricTransformations"}),
        refuses={
            "ApplyOnTransformedLogs": "logs are not transformed",
            "EmitSystemFieldDimensions": "events have no system fields",
            "FieldSelectionCriteria": "events have no system fields",
        },
    ),
    "AWS::Logs::ResourcePolicy": ResourceType(
        create=put_policy,
        update=put_policy,
        delete=delete_policy,
        honours=frozenset({"PolicyDocument", "PolicyName"}),
    ),
}
