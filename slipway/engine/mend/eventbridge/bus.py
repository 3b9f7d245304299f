"""From one event bus to another: the event keeps what it is, its id and time included.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current

_SERVICE = "services.eventbridge"


def forward(bus_arn: str, event: dict[str, Any]) -> None:
    """Put a delivered event on another bus of the account; LookupError when that is not there."""
    engine = current()
    with adapter.request_scope(engine.account, engine.region):
        events = adapter.part(_SERVICE)
        name = bus_arn.partition(":event-bus/")[2]
        if name not in events._event_buses:
            raise ValueError(f"Event bus {bus_arn} does not exist.")
        record = {
            "EventId": event["id"],
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
            "EventBusName": name,
            "Time": event["time"],
            "Resources": event["resources"],
            "Account": event["account"],
            "Region": event["region"],
        }
        view = events._pattern_event_view(record)
        events._dispatch_event(record, view)
        events._archive_event(record, view)
