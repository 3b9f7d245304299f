"""Asynchronous invocations: a queue on disk, retries, and what becomes of an event in the end.

An error of the function is retried after one and after two minutes; throttling is no attempt and is retried for as long
as the event may live. What the engine had accepted before it was killed, the next one runs, so a function can see an
event twice, as on AWS.

docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.mend.lambda_ import destinations
from slipway.engine.mend.lambda_.invocation import Result, request_identity
from slipway.engine.mend.lambda_.metrics import FunctionMetrics
from slipway.engine.schedule import Schedule

_RETRY_SECONDS = (60.0, 120.0)
_DEFAULT_RETRIES = 2
_DEFAULT_AGE_SECONDS = 21_600
_LONGEST_BACK_OFF = 300.0
# How many events run at once; AWS's own limit is the function's concurrency.
_WORKERS = 64

Record = dict[str, Any]


class Events:
    """The events that functions of one engine have still to see."""

    def __init__(self, engine: Engine, metrics: FunctionMetrics) -> None:
        self._engine = engine
        self._metrics = metrics
        self._table = engine.store("lambda").table("events")
        self._schedule = Schedule(engine, "asynchronous invocations", self._attempt, _WORKERS)
        self._left_behind = self._table.records()

    def put(self, record: Record, event: Any) -> None:
        """Accept an event for the function (and version or alias) of MiniStack's `record`; the caller does not wait."""
        config = record["config"]
        request_id = str(uuid.uuid4())
        self._table[request_id] = {
            "function": config["FunctionName"],
            "qualifier": ":".join(config["FunctionArn"].split(":")[7:]),
            "requestId": request_id,
            "event": event,
            "accepted": time.time(),
            "attempts": 0,
            "throttled": 0,
            "due": 0.0,
        }
        self._schedule.put(request_id)

    def resume(self) -> None:
        """Take up what an engine before this one had accepted."""
        left_behind, self._left_behind = self._left_behind, []
        for key, event in left_behind:
            self._schedule.put(key, event["due"])

    def _attempt(self, key: str) -> None:
        event = self._table[key]
        record, settings = self._function(event)
        if record is None:
            del self._table[key]  # the function was deleted, and its queue with it
            return
        result = self._run(record, event)
        if result.get("error") and self._engine.stopping.is_set():
            return  # the next engine runs it
        if self._again(key, event, settings, result):
            return
        self._settle(record["config"], settings, event, result)
        del self._table[key]

    def _function(self, event: Record) -> tuple[Record | None, Record]:
        """The function's record as it is now, and its EventInvokeConfig; None when it is gone."""
        service = adapter.part("services.lambda_svc")
        qualifier = event["qualifier"] or None
        with adapter.request_scope(self._engine.account, self._engine.region):
            found, config = service._get_func_record_for_qualifier(event["function"], qualifier)
            if found is None:
                return None, {}
            base = service._functions[event["function"]]
            settings = service._event_invoke_config(base, qualifier) or {}
            arn = base["config"]["FunctionArn"] + (f":{qualifier}" if qualifier else "")
            return {**found, "config": {**config, "FunctionArn": arn}}, settings

    def _run(self, record: Record, event: Record) -> Result:
        token = request_identity.set(event["requestId"])
        try:
            with adapter.request_scope(self._engine.account, self._engine.region):
                execute = adapter.part("services.lambda_svc")._execute_function_with_config_scope
                result: Result = execute(record, event["event"])
        except AwsError as error:
            # Lambda could not run the function: tried again like a throttled event.
            result = {"error": True, "throttle": True, "body": {"errorType": error.code, "errorMessage": error.message}}
        finally:
            request_identity.reset(token)
        event["throttled" if result.get("throttle") else "attempts"] += 1
        return result

    def _again(self, key: str, event: Record, settings: Record, result: Result) -> bool:
        """Put the event back when it failed and may be tried again."""
        retries = settings.get("MaximumRetryAttempts", _DEFAULT_RETRIES)
        if not result.get("error") or (not result.get("throttle") and event["attempts"] > retries):
            return False
        due = time.time() + self._engine.clock.real(_pause(event, throttled=bool(result.get("throttle"))))
        age = self._engine.clock.real(settings.get("MaximumEventAgeInSeconds") or _DEFAULT_AGE_SECONDS)
        if due > event["accepted"] + age:
            return False
        self._table[key] = {**event, "due": due}
        self._schedule.put(key, due)
        return True

    def _settle(self, config: Record, settings: Record, event: Record, result: Result) -> None:
        """Tell the destinations how it ended."""
        name = config["FunctionName"]
        condition = self._condition(settings, event, result)
        outcome = "OnSuccess" if condition == "Success" else "OnFailure"
        record = destinations.record_of(config, event, None if result.get("throttle") else result, condition)
        if not destinations.send(self._engine, config, settings, outcome, record):
            self._metrics.destination_failed(name)
        if condition != "Success" and not destinations.send_dead_letter(self._engine, config, event, result):
            self._metrics.dead_letter_failed(name)

    def _condition(self, settings: Record, event: Record, result: Result) -> str:
        if not result.get("error"):
            return "Success"
        retries = settings.get("MaximumRetryAttempts", _DEFAULT_RETRIES)
        exhausted = not result.get("throttle") and event["attempts"] > retries
        return "RetriesExhausted" if exhausted else "EventAgeExceeded"


def _pause(event: Record, *, throttled: bool) -> float:
    if throttled:
        return float(min(2.0 ** min(event["throttled"] - 1, 30), _LONGEST_BACK_OFF))
    return _RETRY_SECONDS[min(event["attempts"], len(_RETRY_SECONDS)) - 1]
