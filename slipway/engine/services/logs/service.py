"""The service object, and what every operation needs: a group by its name, its ARN, the events on disk.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from slipway.engine import paging
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service
from slipway.engine.services.logs.event_store import EventStore, Stream
from slipway.engine.store import Record, Table

SERVICE = Service("logs")
Item = TypeVar("Item")
DAY = 24 * 3600 * 1000


@SERVICE.on_start
def forget_old_events(engine: Engine) -> None:
    """Remove what the groups' retention has outlived; it is not shown any more either way."""
    for name, group in groups(engine).items():
        store(engine).forget(name, before=oldest_kept(group))


def groups(engine: Engine) -> Table:
    """The groups' records, by name."""
    return engine.store("logs").table("groups")


def store(engine: Engine) -> EventStore:
    """Streams and events."""
    return _opened(engine.home / "state" / "logs.db")


@functools.cache
def _opened(path: Path) -> EventStore:
    return EventStore(path)


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def oldest_kept(group: Record) -> int:
    """The time before which a group keeps no events."""
    days = group.get("retentionInDays")
    return now() - days * DAY if days else 0


def group_name(call: Call) -> str:
    """The group that a call names by its name, or by a name or an ARN as its identifier."""
    identifier = call.params.get("logGroupName") or call.params.get("logGroupIdentifier")
    if not identifier or ("logGroupName" in call.params and "logGroupIdentifier" in call.params):
        raise invalid("Exactly one of logGroupName and logGroupIdentifier must be specified")
    return str(identifier).removeprefix(call.arn("log-group:"))


def group_of(call: Call) -> tuple[str, Record]:
    """The group that a call names; ResourceNotFoundException."""
    name = group_name(call)
    record = groups(call.engine).get(name)
    if record is None:
        raise missing("The specified log group does not exist.")
    return name, record


def stream_of(call: Call) -> tuple[str, Stream]:
    """The group's name and the stream that a call names; ResourceNotFoundException."""
    name, _ = group_of(call)
    stream = store(call.engine).stream(name, call.params["logStreamName"])
    if stream is None:
        raise missing("The specified log stream does not exist.")
    return name, stream


def group_arn(call: Call) -> str:
    """For `resource=`: a group, as AWS asks for it. A policy has to end its ARN in `:*`.

    docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html says so of all operations but those
    on tags.
    """
    return call.arn(f"log-group:{group_name(call)}:log-stream:")


def all_groups_arn(call: Call) -> str:
    """For `resource=`: every group, as AWS asks for it in DescribeLogGroups."""
    return call.arn("log-group::log-stream:")


def stream_arn(call: Call) -> str:
    """For `resource=`: a stream."""
    return f"{group_arn(call)}{call.params['logStreamName']}"


def invalid(message: str) -> AwsError:
    """A request that CloudWatch Logs does not take."""
    return AwsError("InvalidParameterException", message)


def missing(message: str) -> AwsError:
    """Something that is not there."""
    return AwsError("ResourceNotFoundException", message)


def page(call: Call, items: Sequence[Item], most: int) -> tuple[list[Item], dict[str, Any]]:
    """The page that a call asks for by `limit` and `nextToken`, and the answer's `nextToken` if there is a next."""
    limit = call.params.get("limit", most)
    found, following = paging.page(
        items, call.params.get("nextToken"), limit, invalid("The specified nextToken is invalid.")
    )
    return found, {"nextToken": following} if following else {}
