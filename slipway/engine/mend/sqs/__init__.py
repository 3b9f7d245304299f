"""SQS: MiniStack keeps the queues, this package checks what it does not, and lets delivery delays follow the clock.

Visibility timeouts do not follow it: they guard work that is done in real time, and a shortened one would hand a
message out again while its consumer is still busy. A consumer that was busy when the engine ended has lost the answer
to its ReceiveMessage in most cases, functions always, so an engine that starts hands such messages out at once.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.sqs import messages, queues

_SERVICE = "services.sqs"


def apply() -> None:
    """Put our functions in MiniStack's places."""
    adapter.replace(_SERVICE, "queue_delay", _scaled)
    adapter.replace(_SERVICE, "_restore_state", _handed_out_again)
    for name, operation, around in _OPERATIONS:
        adapter.replace(_SERVICE, name, around)
        service = adapter.part(_SERVICE)
        service._HANDLERS[operation] = getattr(service, name)


def _handed_out_again(restore: Callable[[Any], None]) -> Callable[[Any], None]:
    """What was received and not deleted is visible; what was not received yet keeps its delay."""

    def restored(data: Any) -> None:
        restore(data)
        for queue in adapter.part(_SERVICE)._queues._data.values():
            for message in queue["messages"]:
                if message.get("receive_count"):
                    message["visible_at"] = 0

    return restored


def _scaled(delay: Callable[[dict[str, Any]], int]) -> Callable[[dict[str, Any]], float]:
    """The delay of messages that other services put on a queue."""

    def scaled(queue: dict[str, Any]) -> float:
        return current().clock.real(delay(queue))

    return scaled


def _sent_sooner(send: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """SendMessage: what it has put on the queue becomes visible after the scaled delay."""

    def sent(data: dict[str, Any], queue_url: str) -> dict[str, Any]:
        begun = time.time()
        answer = send(data, queue_url)
        queue = adapter.part(_SERVICE)._get_q(data.get("QueueUrl", queue_url), "sqs:SendMessage")
        for message in reversed(queue["messages"]):
            if message["id"] == answer["MessageId"] and message["sent_at"] >= begun:
                delay = message["visible_at"] - message["sent_at"]
                message["visible_at"] = message["sent_at"] + current().clock.real(delay)
                break
        return answer

    return sent


_OPERATIONS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("_act_list_queues", "ListQueues", queues.listed),
    ("_act_create_queue", "CreateQueue", queues.created),
    ("_act_set_queue_attributes", "SetQueueAttributes", queues.changed),
    ("_act_send_message", "SendMessage", _sent_sooner),
    ("_act_send_message", "SendMessage", messages.sent),
    ("_act_receive_message", "ReceiveMessage", messages.received),
    ("_act_delete_message", "DeleteMessage", messages.deleted),
    ("_act_delete_message_batch", "DeleteMessageBatch", messages.batch_deleted),
    ("_act_change_visibility", "ChangeMessageVisibility", messages.visibility_changed),
    ("_act_purge_queue", "PurgeQueue", messages.purged),
)
