"""SQS: delivery delays pass at the speed of the engine's clock.

Visibility timeouts do not: they guard work that is done in real time, and a shortened one would hand a message out
again while its consumer is still busy. A consumer that was busy when the engine ended has lost the answer to its
ReceiveMessage in most cases, functions always, so an engine that starts hands such messages out at once.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current

_SERVICE = "services.sqs"


def apply() -> None:
    """Put our functions in MiniStack's places."""
    adapter.replace(_SERVICE, "queue_delay", _scaled)
    adapter.replace(_SERVICE, "_act_send_message", _sent_sooner)
    adapter.replace(_SERVICE, "_restore_state", _handed_out_again)
    service = adapter.part(_SERVICE)
    service._HANDLERS["SendMessage"] = service._act_send_message


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
