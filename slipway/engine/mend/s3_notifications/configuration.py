"""What PutBucketNotificationConfiguration refuses.

docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html
docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import Engine, current
from slipway.engine.errors import AccessDenied
from slipway.engine.mend.s3_notifications.change import NAMES

PRINCIPAL = "s3.amazonaws.com"
ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish"}

Configuration = dict[str, Any]
Answer = tuple[int, dict[str, str], Any]


def checking(validate: Callable[..., Answer | None]) -> Callable[..., Answer | None]:
    """MiniStack's check of the ARNs, and then events, filters and destinations."""

    def checked(
        configurations: list[Configuration], region: str, bucket: str = "", skip: bool = False
    ) -> Answer | None:
        refused = validate(configurations, region, bucket, True)
        reason = "" if refused else refusal(current(), configurations, bucket, skip=skip)
        if reason:
            refused = adapter.part("services.s3")._error("InvalidArgument", reason, 400)
        return refused

    return checked


def refusal(engine: Engine, configurations: list[Configuration], bucket: str, *, skip: bool) -> str:
    """Why the configurations are not taken, empty when they are; `skip` leaves the destinations unasked."""
    events = [event for configuration in configurations for event in configuration["events"]]
    unknown = [event for event in events if not any(matches(name, event) for name in NAMES)]
    if unknown:
        return f"The event {unknown[0]} is not executed here: events are {', '.join(sorted(NAMES))}"
    if any(configuration["arn"].endswith(".fifo") for configuration in configurations):
        return "Unable to validate the following destination configurations: FIFO queues and topics are not supported"
    if any(_overlap(one, other) for one, other in combinations(configurations, 2)):
        return (
            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are"
            " overlapping for the same event type."
        )
    closed = [] if skip else [one["arn"] for one in configurations if not _lets_in(engine, one, bucket)]
    return f"Unable to validate the following destination configurations: {', '.join(closed)}" if closed else ""


def matches(name: str, event: str) -> bool:
    """Whether an event of a configuration (`s3:ObjectCreated:*`) means the event called `name`."""
    return name == event or (event.endswith(":*") and name.startswith(event[:-1]))


def wants(configuration: Configuration, name: str, key: str) -> bool:
    """Whether a configuration asks for this event of this object."""
    in_place = key.startswith(configuration["filter_prefix"] or "") and key.endswith(
        configuration["filter_suffix"] or ""
    )
    return in_place and any(matches(name, event) for event in configuration["events"])


def _lets_in(engine: Engine, configuration: Configuration, bucket: str) -> bool:
    """Whether the destination is there and its policy lets this bucket's notifications in."""
    caller = engine.as_service(PRINCIPAL, f"arn:aws:s3:::{bucket}")
    try:
        caller.check(ACTIONS[configuration["type"]], configuration["arn"], {})
    except AccessDenied:
        return False
    return True


def _overlap(one: Configuration, other: Configuration) -> bool:
    events = any(matches(a, b) or matches(b, a) for a in one["events"] for b in other["events"])
    return events and all(_related(one, other, member) for member in ("filter_prefix", "filter_suffix"))


def _related(one: Configuration, other: Configuration, member: str) -> bool:
    """Whether a key can have both prefixes, or both suffixes."""
    first, second = one[member] or "", other[member] or ""
    fits = str.startswith if member == "filter_prefix" else str.endswith
    return fits(first, second) or fits(second, first)
