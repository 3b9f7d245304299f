"""AWS::SNS::Subscription.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import gone_is_fine
from slipway.engine.resources.sns.common import MISSING, attributes, client, differences, protocols_not_executed

# What an attribute goes back to when its property is taken out of the template.
# docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
_DEFAULTS = {
    "FilterPolicy": "{}",
    "FilterPolicyScope": "MessageAttributes",
    "RawMessageDelivery": "false",
    "RedrivePolicy": "",
}


def create_subscription(call: ResourceCall) -> Created:
    """Subscribe; an endpoint that has to confirm is on record until it does."""
    properties = call.properties
    endpoint = {"Endpoint": properties["Endpoint"]} if "Endpoint" in properties else {}
    arn = client(call).subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Attributes=attributes(properties, _DEFAULTS),
        ReturnSubscriptionArn=True,
        **endpoint,
    )["SubscriptionArn"]
    return Created(arn, {"Arn": arn})


def update_subscription(call: ResourceCall) -> Created:
    """Attributes that differ."""
    for name, value in differences(call, _DEFAULTS).items():
        client(call).set_subscription_attributes(
            SubscriptionArn=call.physical_id, AttributeName=name, AttributeValue=value
        )
    return Created(call.physical_id, {"Arn": call.physical_id})


def delete_subscription(call: ResourceCall) -> None:
    """Unsubscribe; a subscription that went with its topic is fine."""
    with gone_is_fine(*MISSING):
        client(call).unsubscribe(SubscriptionArn=call.physical_id)


RESOURCES = {
    "AWS::SNS::Subscription": ResourceType(
        create=create_subscription,
        update=update_subscription,
        delete=delete_subscription,
        honours=frozenset({"Endpoint", "Protocol", "TopicArn", *_DEFAULTS}),
        refuses={
            "DeliveryPolicy": "deliveries follow SNS's own policy",
            "Region": "there is one region",
            "ReplayPolicy": "messages are not archived",
            "SubscriptionRoleArn": "there is no Firehose",
        },
        check=protocols_not_executed,
    )
}
