"""The state-change events that SageMaker sends to the default event bus.

docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html: the detail of a job's event is what
its Describe operation answers, with times in milliseconds since 1970.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import tags
from slipway.engine.services.sagemaker.service import public

if TYPE_CHECKING:
    from slipway.engine.engine import Engine


def state_change(engine: Engine, what: str, record: dict[str, Any], resource: str) -> None:
    """`SageMaker <what> State Change` with the record's public members and its tags as its detail."""
    tagged = {tag["Key"]: tag["Value"] for tag in tags.listed(engine, resource)}
    engine.emit("aws.sagemaker", f"SageMaker {what} State Change", {**detail(record), "Tags": tagged}, [resource])


def detail(record: dict[str, Any]) -> dict[str, Any]:
    """A record as an event's detail."""
    return public(record, lambda seconds: int(seconds * 1000))
