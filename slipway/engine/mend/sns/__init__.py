"""SNS: MiniStack keeps topics and subscriptions, this package checks and delivers.

What changes: each delivery is a real call as sns.amazonaws.com, on disk before Publish answers, tried again and then
given to the subscription's dead-letter queue; protocols, attributes and kinds of topic that are not executed are
refused, and so is a subscriber that is not there.

docs.aws.amazon.com/sns/latest/dg/welcome.html
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import ClientError

from slipway.engine import adapter
from slipway.engine.deliveries import failure_of
from slipway.engine.engine import Engine, current
from slipway.engine.mend.sns import delivery, topics
from slipway.engine.wire import xml

_SERVICE = "services.sns"
Handle = Callable[..., Awaitable[topics.Response]]


def apply() -> None:
    """Put our functions in MiniStack's places."""
    replace = functools.partial(adapter.replace, _SERVICE)
    replace("_fanout", lambda _: delivery.fan_out)
    replace("_create_topic", functools.partial(topics.refusing, topics.new_topic))
    replace("_set_topic_attributes", functools.partial(topics.refusing, topics.topic_attribute))
    replace("_subscribe", functools.partial(topics.refusing, topics.new_subscription))
    replace("_set_subscription_attributes", functools.partial(topics.refusing, topics.subscription_attribute))
    replace("_publish", functools.partial(topics.refusing, topics.message))
    replace("_list_tags_for_resource", lambda _: _tags)
    replace("handle_request", _looking_first)
    delivery.declare(current())


def _tags(params: topics.Params) -> topics.Response:
    """ListTagsForResource: a tag may hold what XML has a meaning for."""
    service = adapter.part(_SERVICE)
    _, topic, error = service._resolve_topic_tag_arn(topics.value(params, "ResourceArn"), "sns:ListTagsForResource")
    if error:
        refused: topics.Response = error
        return refused
    pairs = ((("Key", name), ("Value", value)) for name, value in topic.get("tags", {}).items())
    tags = "".join(xml.element("member", "".join(xml.element(k, xml.escaped(v)) for k, v in pair)) for pair in pairs)
    told = xml.element("ListTagsForResourceResult", xml.element("Tags", tags))
    answer: topics.Response = service._xml(200, "ListTagsForResourceResponse", told)
    return answer


def _looking_first(handle: Handle) -> Handle:
    """Subscribe looks for the subscriber and its dead-letter queue, in a thread since that makes calls."""

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> topics.Response:
        params = {**query, **parse_qs(body.decode(errors="replace"))}
        if (topics.value(params, "Action")) in ("Subscribe", "SetSubscriptionAttributes"):
            missing = await asyncio.to_thread(_missing, current(), params)
            if missing:
                return topics.refused("InvalidParameter", f"Invalid parameter: {missing} does not exist")
        return await handle(method, path, headers, body, query)

    return handled


def _missing(engine: Engine, params: topics.Params) -> str:
    """The ARN that names nothing, empty when all is there; blocking."""
    named = [topics.value(params, "Endpoint")] if topics.value(params, "Protocol") in ("sqs", "lambda") else []
    letters = topics.redrive_policy(params)
    if letters:
        named.append(str(json.loads(letters).get("deadLetterTargetArn")))
    return next((arn for arn in named if not _is_there(engine, arn)), "")


def _is_there(engine: Engine, arn: str) -> bool:
    """Whether a queue or function is there; what is no ARN of one, MiniStack refuses by itself."""
    caller, service = engine.as_service(delivery.PRINCIPAL), (arn.split(":") + [""] * 6)[2]
    try:
        if service == "sqs":
            caller.client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])
        elif service == "lambda":
            caller.client("lambda").get_function(FunctionName=arn)
    except ClientError as error:
        if failure_of(error).code != "NO_RESOURCE":
            raise
        return False
    return True
