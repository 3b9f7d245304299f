"""AWS::SQS: queues and their policies.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import already_exists, gone_is_fine, is_there, tag_change, tags_of, text_of

_NAME_LENGTH = 80
_FIFO = ".fifo"
_MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")

# What an attribute goes back to when its property is taken out of the template.
# docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "DelaySeconds": "0",
    "FifoThroughputLimit": "perQueue",
    "KmsDataKeyReusePeriodSeconds": "300",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}


def create(call: ResourceCall) -> Created:
    """The queue; a name that is taken is refused, though CreateQueue would hand that queue over."""
    properties = call.properties
    name = properties.get("QueueName") or _generated_name(call)
    if "QueueName" in properties and _exists(call, name):
        raise already_exists("AWS::SQS::Queue", name)
    attributes = _attributes(properties, _DEFAULTS)
    fifo = {"FifoQueue": "true"} if properties.get("FifoQueue") else {}
    answer = _client(call).create_queue(QueueName=name, Attributes=attributes | fifo, tags=tags_of(properties))
    return _created(call, answer["QueueUrl"])


def update(call: ResourceCall) -> Created:
    """Attributes that differ, and the tags."""
    client, url = _client(call), call.physical_id
    old, new = (_attributes(properties, _DEFAULTS) for properties in (call.old_properties, call.properties))
    differing = {name: value for name, value in new.items() if old.get(name) != value}
    removed = {name: _DEFAULTS[name] for name in old if name not in new}
    if "SqsManagedSseEnabled" in removed and "KmsMasterKeyId" in new:
        removed["SqsManagedSseEnabled"] = "false"  # a queue is encrypted in one way
    if differing or removed:
        client.set_queue_attributes(QueueUrl=url, Attributes=differing | removed)
    tags = tag_change(call)
    if tags.set:
        client.tag_queue(QueueUrl=url, Tags=tags.set)
    if tags.removed:
        client.untag_queue(QueueUrl=url, TagKeys=tags.removed)
    return _created(call, url)


def delete(call: ResourceCall) -> None:
    """The queue with its messages."""
    with gone_is_fine(*_MISSING):
        _client(call).delete_queue(QueueUrl=call.physical_id)


def _client(call: ResourceCall) -> Any:
    return call.caller.client("sqs")


def _generated_name(call: ResourceCall) -> str:
    if call.properties.get("FifoQueue"):
        return call.physical_name(_NAME_LENGTH - len(_FIFO)) + _FIFO
    return call.physical_name(_NAME_LENGTH)


def _exists(call: ResourceCall, name: str) -> bool:
    return is_there(lambda: _client(call).get_queue_url(QueueName=name), *_MISSING)


def _attributes(properties: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Properties as SQS has them: texts, policies as JSON."""
    return {name: text_of(properties[name]) for name in names if name in properties}


def _created(call: ResourceCall, url: str) -> Created:
    name = url.rpartition("/")[2]
    return Created(url, {"Arn": call.engine.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def put_policy(call: ResourceCall) -> Created:
    """The policy on every queue that is named; queues that are named no longer lose theirs."""
    document = text_of(call.properties["PolicyDocument"])
    for url in call.properties["Queues"]:
        _client(call).set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    _remove_policy(call, set(call.old_properties.get("Queues", ())) - set(call.properties["Queues"]))
    reference = call.physical_id or call.physical_name()
    return Created(reference, {"Id": reference})


def delete_policy(call: ResourceCall) -> None:
    """Every queue without the policy."""
    _remove_policy(call, call.properties["Queues"])


def _remove_policy(call: ResourceCall, urls: Iterable[str]) -> None:
    for url in sorted(urls):
        with gone_is_fine(*_MISSING):
            _client(call).set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


RESOURCES = {
    "AWS::SQS::Queue": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"FifoQueue", "QueueName", "Tags", *_DEFAULTS}) - {"FifoThroughputLimit"},
        without_effect={"FifoThroughputLimit": "a queue's throughput is not limited"},
    ),
    "AWS::SQS::QueuePolicy": ResourceType(
        create=put_policy,
        update=put_policy,
        delete=delete_policy,
        honours=frozenset({"PolicyDocument", "Queues"}),
    ),
}
