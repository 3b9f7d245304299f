"""Log events: put, read one stream, search a group.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html and its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from slipway.engine.service import Call
from slipway.engine.services.logs import metric_filters
from slipway.engine.services.logs.event_store import Event, Stream
from slipway.engine.services.logs.patterns import Matches, parse
from slipway.engine.services.logs.service import (
    DAY,
    SERVICE,
    group_arn,
    group_of,
    invalid,
    missing,
    now,
    oldest_kept,
    store,
    stream_arn,
    stream_of,
)

_MOST_EVENTS = 10_000
_MOST_BYTES = 1_048_576
_EVENT_OVERHEAD = 26
_HOUR = 3600 * 1000
_FOREVER = 2**62
_TOKEN = re.compile(r"[fb]/(\d{1,18})/(\d{1,18})")

Position = tuple[int, int]


@SERVICE.operation("PutLogEvents", resource=stream_arn)
def put_log_events(call: Call) -> dict[str, Any]:
    """Keep the events that are neither too old nor too new, and say which were not kept."""
    group, stream = stream_of(call)
    events = [(event["timestamp"], event["message"]) for event in call.params["logEvents"]]
    _check_batch(events)
    received, (_, record) = now(), group_of(call)
    expired, too_old = oldest_kept(record), received - 14 * DAY
    kept = [event for event in events if max(expired, too_old) <= event[0] <= received + 2 * _HOUR]
    store(call.engine).put(group, stream, kept, received)
    metric_filters.count(call.engine, group, kept)
    rejected: dict[str, int] = {}
    if events[0][0] < expired:
        rejected["expiredLogEventEndIndex"] = sum(at < expired for at, _ in events)
    if events[0][0] < too_old:
        rejected["tooOldLogEventEndIndex"] = sum(at < too_old for at, _ in events)
    if events[-1][0] > received + 2 * _HOUR:
        rejected["tooNewLogEventStartIndex"] = sum(at <= received + 2 * _HOUR for at, _ in events)
    return {
        "nextSequenceToken": f"{received:056d}",
        **({"rejectedLogEventsInfo": rejected} if rejected else {}),
    }


def _check_batch(events: Sequence[tuple[int, str]]) -> None:
    """docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""
    times = [at for at, _ in events]
    if times != sorted(times):
        raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if times[-1] - times[0] > DAY:
        raise invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    size = sum(len(message.encode()) + _EVENT_OVERHEAD for _, message in events)
    if size > _MOST_BYTES:
        raise invalid(f"Upload too large: {size} bytes exceeds limit of {_MOST_BYTES}")


@SERVICE.operation("GetLogEvents", resource=stream_arn)
def get_log_events(call: Call) -> dict[str, Any]:
    """A page of one stream, and the tokens of the pages after and before it.

    At an end the token is the one that was sent; it finds what comes later.
    """
    _, group = group_of(call)
    _, stream = stream_of(call)
    params, token = call.params, call.params.get("nextToken", "")
    backwards = token.startswith("b") if token else not params.get("startFromHead")
    given = _position(token) if token else (_FOREVER, 0) if backwards else (-1, 0)
    events = store(call.engine).of_stream(
        stream,
        max(params.get("startTime", 0), oldest_kept(group)),
        params.get("endTime", _FOREVER),
        given,
        params.get("limit", _MOST_EVENTS),
        backwards=backwards,
    )
    first, last = (events[0].position, events[-1].position) if events else _at_the_end(token, given, stream)
    return {
        "events": [{"timestamp": e.at, "message": e.message, "ingestionTime": e.ingested} for e in events],
        "nextForwardToken": f"f/{last[0]}/{last[1]}",
        "nextBackwardToken": f"b/{first[0]}/{first[1]}",
    }


def _at_the_end(token: str, given: Position, stream: Stream) -> tuple[Position, Position]:
    """The positions for tokens of a page without events."""
    return (given, given) if token else ((0, 0), (stream.last or 0, 0))


def _position(token: str) -> Position:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise invalid("The specified nextToken is invalid.")
    return int(found[1]), int(found[2])


@SERVICE.operation("FilterLogEvents", resource=group_arn)
def filter_log_events(call: Call) -> dict[str, Any]:
    """The events of a group, or of some of its streams, that match a pattern, oldest first."""
    params = call.params
    if params.get("startFromHead") is False:
        raise invalid("startFromHead: false is not executed by the local engine")
    group, record = group_of(call)
    after = _position(params["nextToken"]) if "nextToken" in params else (-1, 0)
    found = store(call.engine).of_group(
        group,
        _streams(call, group),
        max(params.get("startTime", 0), oldest_kept(record)),
        params.get("endTime", _FOREVER - 1) + 1,
        after,
    )
    limit = params.get("limit", _MOST_EVENTS)
    events = list(islice(_matching(found, parse(params.get("filterPattern", ""))), limit))
    more = {"nextToken": "f/{}/{}".format(*events[-1].position)} if len(events) == limit else {}
    return {"events": [_filtered(event) for event in events], "searchedLogStreams": [], **more}


def _streams(call: Call, group: str) -> list[Stream] | None:
    params, streams = call.params, store(call.engine)
    if "logStreamNames" in params and "logStreamNamePrefix" in params:
        raise invalid("logStreamNames and logStreamNamePrefix are mutually exclusive")
    if "logStreamNamePrefix" in params:
        return streams.streams(group, params["logStreamNamePrefix"])
    if "logStreamNames" not in params:
        return None
    found = [streams.stream(group, name) for name in params["logStreamNames"]]
    if None in found:
        raise missing("The specified log stream does not exist.")
    return [stream for stream in found if stream is not None]


def _matching(events: Iterator[Event], matches: Matches) -> Iterator[Event]:
    return (event for event in events if matches(event.message))


def _filtered(event: Event) -> dict[str, Any]:
    return {
        "logStreamName": event.stream,
        "timestamp": event.at,
        "message": event.message,
        "ingestionTime": event.ingested,
        "eventId": f"{event.id:056d}",
    }
