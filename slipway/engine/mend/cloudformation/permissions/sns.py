"""SNS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always


def _topic(change: Change) -> str:
    return change.arn("sns", change.name("TopicName", 256))


def _create(change: Change) -> Iterator[Need]:
    yield Need("sns:CreateTopic", _topic(change))
    yield from _tags_and_subscriptions(change)


def _update(change: Change) -> Iterator[Need]:
    if change.changed(*(name for name in change.properties if name not in ("Tags", "Subscription"))):
        yield Need("sns:SetTopicAttributes", _topic(change))
    yield from _tags_and_subscriptions(change)


def _tags_and_subscriptions(change: Change) -> Iterator[Need]:
    if change.changed("Tags"):
        yield Need("sns:TagResource", _topic(change))
    if change.changed("Subscription"):
        yield Need("sns:Subscribe", _topic(change))


def _subscribed(change: Change) -> str:
    return str(change.get("TopicArn"))


def _policy(change: Change) -> Iterator[Need]:
    for topic in change.get("Topics") or ():
        yield Need("sns:SetTopicAttributes", str(topic))


PERMISSIONS = {
    "AWS::SNS::Topic": Permissions(_create, _update, always("sns:DeleteTopic", _topic)),
    "AWS::SNS::Subscription": Permissions(
        always("sns:Subscribe", _subscribed),
        always("sns:SetSubscriptionAttributes", _subscribed),
        always("sns:Unsubscribe", _subscribed),
    ),
    "AWS::SNS::TopicPolicy": Permissions(_policy, _policy, _policy),
}
