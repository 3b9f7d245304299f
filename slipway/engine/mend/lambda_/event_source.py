"""SQS queues as event sources: a few pollers a mapping, calling SQS under the function's role.

docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (partial batch responses)
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine import adapter
from slipway.engine.deliveries import queue_url
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.mend.lambda_.invocation import PRINCIPAL, Result

_RECEIVE_AT_MOST = 10
# "Lambda starts processing five batches at a time"
_FIRST_POLLERS = 5
_WAIT_SECONDS = 10
_PAUSE_AFTER_ERROR = 2.0

Mapping = dict[str, Any]
Message = dict[str, Any]
logger = logging.getLogger(__name__)


def batches_at_a_time(mapping: Mapping) -> int:
    """How many batches of a mapping are worked on beside each other; a FIFO queue keeps its order.

    docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    if mapping["EventSourceArn"].endswith(".fifo"):
        return 1
    most = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
    return min(_FIRST_POLLERS, int(most)) if most else _FIRST_POLLERS


class Pollers:
    """Keeps the pollers of each enabled mapping running."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def tick(self) -> bool:
        """Start what is missing; MiniStack's loop calls this about once a second."""
        for _, _, mapping in adapter.part("services.lambda_svc")._iter_all_esms():
            if mapping.get("Enabled", True) and mapping["EventSourceArn"].split(":")[2] == "sqs":
                for number in range(batches_at_a_time(mapping)):
                    self._start(mapping["UUID"], number)
        return False

    def _start(self, uuid: str, number: int) -> None:
        with self._lock:
            if (uuid, number) in self._running:
                return
            self._running.add((uuid, number))
        self._engine.spawn(f"event source {uuid}", self._run, uuid, number)

    def _run(self, uuid: str, number: int) -> None:
        try:
            while not self._engine.stopping.is_set():
                mapping = self._mapping(uuid)
                if mapping is None or number >= batches_at_a_time(mapping):
                    return
                self._round(mapping)
        finally:
            with self._lock:
                self._running.discard((uuid, number))

    def _mapping(self, uuid: str) -> Mapping | None:
        with adapter.request_scope(self._engine.account, self._engine.region):
            found: Mapping | None = adapter.part("services.lambda_svc")._esms.get(uuid)
        return found if found is not None and found.get("Enabled", True) else None

    def _round(self, mapping: Mapping) -> None:
        """Receive, run, delete; an error is the mapping's `LastProcessingResult` and is tried again."""
        try:
            Batch(self._engine, mapping).process()
        except (AwsError, ClientError, BotoCoreError) as error:
            if self._engine.stopping.is_set():
                return
            mapping["LastProcessingResult"] = f"PROBLEM: {error}"
            logger.warning("event source mapping %s: %s", mapping["UUID"], error)
            self._engine.stopping.wait(_PAUSE_AFTER_ERROR)


class Batch:
    """One batch of a mapping."""

    def __init__(self, engine: Engine, mapping: Mapping) -> None:
        self._engine = engine
        self._mapping = mapping
        self._lambda = adapter.part("services.lambda_svc")
        self._function = self._find_function()
        role = self._function["config"]["Role"]
        self._sqs = engine.as_role(role, PRINCIPAL, self._function["config"]["FunctionName"]).client("sqs")
        self._url = queue_url(engine, mapping["EventSourceArn"])

    def _find_function(self) -> dict[str, Any]:
        mapping = self._mapping
        with adapter.request_scope(self._engine.account, self._engine.region):
            record, config = self._lambda._get_func_record_for_qualifier(
                mapping["FunctionName"], mapping.get("Qualifier")
            )
        if record is None:
            raise AwsError("ResourceNotFoundException", f"Function not found: {mapping['FunctionArn']}", status=404)
        return {**record, "config": config}

    def process(self) -> None:
        """Wait for messages, run the function on them, delete those that succeeded."""
        messages = self._receive()
        if not messages:
            return
        records = [record_of(message, self._mapping["EventSourceArn"], self._engine.region) for message in messages]
        wanted = self._lambda._apply_filter_criteria(records, self._mapping)
        failed = self._invoke(wanted) if wanted else set()
        self._delete([message for message in messages if message["MessageId"] not in failed])
        self._mapping["LastProcessingResult"] = "OK" if not failed else f"OK - {len(failed)} messages failed"

    def _receive(self) -> list[Message]:
        size = int(self._mapping.get("BatchSize", 10))
        window = self._engine.clock.real(int(self._mapping.get("MaximumBatchingWindowInSeconds") or 0))
        messages = self._receive_once(min(size, _RECEIVE_AT_MOST), _WAIT_SECONDS)
        until = time.monotonic() + window
        while messages and len(messages) < size and time.monotonic() < until:
            messages += self._receive_once(min(size - len(messages), _RECEIVE_AT_MOST), 1)
        return messages

    def _receive_once(self, at_most: int, wait: int) -> list[Message]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=at_most,
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[Message] = answer.get("Messages", [])
        return messages

    def _invoke(self, records: list[dict[str, Any]]) -> set[str]:
        """Run the function; the ids of the messages that stay in the queue."""
        with adapter.request_scope(self._engine.account, self._engine.region):
            result: Result = self._lambda._execute_function_with_config_scope(self._function, {"Records": records})
        everything = {record["messageId"] for record in records}
        if result.get("error"):
            return everything
        if "ReportBatchItemFailures" not in (self._mapping.get("FunctionResponseTypes") or []):
            return set()
        return failed_items(result["body"], everything)

    def _delete(self, messages: list[Message]) -> None:
        for start in range(0, len(messages), _RECEIVE_AT_MOST):
            entries = [
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                for index, message in enumerate(messages[start : start + _RECEIVE_AT_MOST])
            ]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)


def failed_items(body: Any, everything: set[str]) -> set[str]:
    """What a partial batch response names; an unreadable one, or one with an unknown id, fails the whole batch."""
    if body is None:
        return set()
    failures = body.get("batchItemFailures") if isinstance(body, dict) else None
    if failures is None:
        return set() if isinstance(body, dict) else everything
    if not isinstance(failures, list) or not all(isinstance(item, dict) for item in failures):
        return everything
    named = {item.get("itemIdentifier") for item in failures}
    return named if named <= everything else everything


def record_of(message: Message, queue_arn: str, region: str) -> dict[str, Any]:
    """A message as the function sees it."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {key[0].lower() + key[1:]: _text(value) for key, value in attribute.items()}
            for name, attribute in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }


def _text(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
