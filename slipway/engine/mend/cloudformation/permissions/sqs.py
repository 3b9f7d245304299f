"""SQS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always


def _queue(change: Change) -> str:
    name = change.name("QueueName", 80).rpartition("/")[2]
    return change.arn("sqs", name)


def _create(change: Change) -> Iterator[Need]:
    yield Need("sqs:CreateQueue", _queue(change))
    if change.get("Tags"):
        yield Need("sqs:TagQueue", _queue(change))


def _update(change: Change) -> Iterator[Need]:
    if change.changed(*(name for name in change.properties if name != "Tags")):
        yield Need("sqs:SetQueueAttributes", _queue(change))
    if change.changed("Tags"):
        yield Need("sqs:TagQueue", _queue(change))


def _policy(change: Change) -> Iterator[Need]:
    for url in change.get("Queues") or ():
        name = str(url).rpartition("/")[2]
        yield Need("sqs:SetQueueAttributes", Change("", "", "", {}).arn("sqs", name))


PERMISSIONS = {
    "AWS::SQS::Queue": Permissions(_create, _update, always("sqs:DeleteQueue", _queue)),
    "AWS::SQS::QueuePolicy": Permissions(_policy, _policy, _policy),
}
