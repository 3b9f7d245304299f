"""Log streams.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html and its neighbours.
"""

from __future__ import annotations

from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.logs.event_store import Stream
from slipway.engine.services.logs.service import (
    SERVICE,
    group_arn,
    group_of,
    invalid,
    now,
    page,
    store,
    stream_arn,
    stream_of,
)

_PAGE = 50


@SERVICE.operation("CreateLogStream", resource=stream_arn)
def create_log_stream(call: Call) -> None:
    """A stream without events."""
    group, _ = group_of(call)
    name = call.params["logStreamName"]
    if set(name) & {":", "*"}:
        raise invalid(f"{name} is not a valid stream name: it must not contain ':' or '*'")
    if not store(call.engine).create_stream(group, name, now()):
        raise AwsError("ResourceAlreadyExistsException", "The specified log stream already exists")


@SERVICE.operation("DeleteLogStream", resource=stream_arn)
def delete_log_stream(call: Call) -> None:
    """The stream with its events."""
    group, stream = stream_of(call)
    store(call.engine).delete_stream(group, stream.name)


@SERVICE.operation("DescribeLogStreams", resource=group_arn)
def describe_log_streams(call: Call) -> dict[str, Any]:
    """A group's streams, by name or by the time of their last event."""
    params = call.params
    group, _ = group_of(call)
    prefix, by_time = params.get("logStreamNamePrefix", ""), params.get("orderBy") == "LastEventTime"
    if prefix and by_time:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    found = store(call.engine).streams(group, prefix)
    if by_time:
        found.sort(key=lambda stream: (stream.last or 0, stream.name))
    if params.get("descending"):
        found.reverse()
    streams, following = page(call, found, _PAGE)
    return {"logStreams": [_described(call, group, stream) for stream in streams], **following}


def _described(call: Call, group: str, stream: Stream) -> dict[str, Any]:
    times = {
        "firstEventTimestamp": stream.first,
        "lastEventTimestamp": stream.last,
        "lastIngestionTime": stream.ingested,
    }
    return {
        "logStreamName": stream.name,
        "creationTime": stream.created,
        "arn": call.arn(f"log-group:{group}:log-stream:{stream.name}"),
        "storedBytes": 0,
        **{name: time for name, time in times.items() if time is not None},
    }
