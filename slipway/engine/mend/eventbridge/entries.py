"""PutEvents, entry by entry: what is right goes on its bus, what is not is said.

docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.eventbridge.rules import Response, bus_of, refused, unknown_bus

LARGEST_REQUEST = 1024 * 1024
MOST_ENTRIES = 10
_REQUIRED = ("Source", "DetailType", "Detail")
_TIME_BYTES = 14
_SERVICE = "services.eventbridge"

Entry = dict[str, Any]


def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Response:
    """PutEvents; only AWS's own services may use a source that begins with `aws.`."""
    entries = data.get("Entries") or []
    if len(entries) > MOST_ENTRIES:
        return refused(
            "ValidationException", f"A request holds at most {MOST_ENTRIES} entries, this one {len(entries)}."
        )
    if sum(size(entry) for entry in entries) > LARGEST_REQUEST:
        return refused("ValidationException", "Total size of the entries in the request is over the limit.")
    if entries and not any(all(entry.get(member) for member in _REQUIRED) for entry in entries):
        return refused("ValidationException", _missing(entries[0])["ErrorMessage"])
    results = [_error(entry, allow_aws_source) or {"EventId": _put(entry)} for entry in entries]
    failed = sum("ErrorCode" in result for result in results)
    response: Response = adapter.part("core.responses").json_response({"FailedEntryCount": failed, "Entries": results})
    return response


def size(entry: Entry) -> int:
    """The size that counts: docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html."""
    texts = [entry.get(member) or "" for member in _REQUIRED] + list(entry.get("Resources") or [])
    return sum(len(str(text).encode()) for text in texts) + (_TIME_BYTES if entry.get("Time") is not None else 0)


def _missing(entry: Entry) -> dict[str, str]:
    """The error of an entry without one of its required members, empty when all are there."""
    member = next((member for member in _REQUIRED if not entry.get(member)), "")
    text = f"Parameter {member} is not valid. Reason: {member} is a required argument."
    return {"ErrorCode": "InvalidArgument", "ErrorMessage": text} if member else {}


def _error(entry: Entry, allow_aws_source: bool) -> dict[str, str]:
    missing = _missing(entry)
    if missing:
        return missing
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    if entry["Source"].startswith("aws.") and not allow_aws_source:
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    reason = unknown_bus(entry)
    return {"ErrorCode": "InvalidArgument", "ErrorMessage": reason} if reason else {}


def _put(entry: Entry) -> str:
    """Put one event on its bus; its id."""
    events, engine = adapter.part(_SERVICE), current()
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": entry["Source"],
        "DetailType": entry["DetailType"],
        "Detail": entry["Detail"],
        "EventBusName": bus_of(entry),
        "Time": int(events._coerce_timestamp(entry.get("Time")) or time.time()),
        "Resources": entry.get("Resources") or [],
        "Account": engine.account,
        "Region": engine.region,
    }
    view = events._pattern_event_view(event)
    events._dispatch_event(event, view)
    events._archive_event(event, view)
    return str(event["EventId"])
