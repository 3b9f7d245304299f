"""Events of AWS's services on the default bus.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from slipway.engine import adapter, journal

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


def emit(engine: Engine, source: str, detail_type: str, detail: dict[str, Any], resources: list[str]) -> None:
    """Put one event of the service `source` (`aws.codepipeline`) on the default bus; the journal names the service."""
    principal = f"{source.removeprefix('aws.')}.amazonaws.com"
    entry = journal.Entry(secrets.token_hex(8), "events", f"Emit {detail_type}", caller=principal, status=200)
    with engine.journal.call(entry), adapter.request_scope(engine.account, engine.region):
        adapter.put_service_event(
            {
                "Source": source,
                "DetailType": detail_type,
                "Detail": json.dumps(detail),
                "Resources": resources,
                "EventBusName": "default",
            }
        )
