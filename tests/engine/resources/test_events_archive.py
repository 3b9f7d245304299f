"""AWS::Events::Archive through stacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.engine.foreign.support import eventually
from tests.engine.resources.conftest import Deployment

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html"
)
PATTERN = {"source": ["shop"]}


def archive(deployed: Deployment, **properties: Any) -> dict[str, Any]:
    """A bus of the test's own, and its archive."""
    source = {"Fn::GetAtt": ["Bus", "Arn"]}
    return {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": deployed.stacks.name("bus")}},
        "Archive": {"Type": "AWS::Events::Archive", "Properties": {"SourceArn": source, **properties}},
    }


def test_an_archive_keeps_the_events_of_its_pattern_for_a_replay(engine: Any, deployed: Deployment) -> None:
    bus, name, arn = deployed(archive(deployed, EventPattern=PATTERN), "Bus.Arn", "Archive", "Archive.Arn")
    events = engine.client("events")
    entry = {"DetailType": "sold", "Detail": "{}", "EventBusName": bus}
    events.put_events(Entries=[{**entry, "Source": "shop"}, {**entry, "Source": "elsewhere"}])
    found = eventually(lambda: kept(events, name), "the event is archived")
    assert (found["EventCount"], found["ArchiveArn"], found["EventSourceArn"]) == (1, arn, bus)
    now = datetime.now(UTC)
    replayed = events.start_replay(
        ReplayName=name,
        EventSourceArn=arn,
        EventStartTime=now - timedelta(hours=1),
        EventEndTime=now,
        Destination={"Arn": bus},
    )
    assert replayed["State"] == "STARTING"


def kept(events: Any, name: str) -> dict[str, Any] | None:
    """The archive, once it has events."""
    found: dict[str, Any] = events.describe_archive(ArchiveName=name)
    return found if found["EventCount"] else None


def test_an_archive_is_changed_in_place(engine: Any, deployed: Deployment) -> None:
    first = archive(deployed, EventPattern=PATTERN, Description="What was sold")
    [name] = deployed(first, "Archive")
    [same] = deployed(archive(deployed, EventPattern={"source": ["store"]}), "Archive")
    found = engine.client("events").describe_archive(ArchiveName=name)
    assert same == name
    assert (json.loads(found["EventPattern"]), found.get("Description", "")) == ({"source": ["store"]}, "")


def test_a_pattern_is_not_taken_away(deployed: Deployment) -> None:
    deployed(archive(deployed, EventPattern=PATTERN), "Archive")
    assert "UpdateArchive cannot take the EventPattern" in deployed.failing(archive(deployed))


def test_a_change_of_name_makes_another_archive(deployed: Deployment, gone: Callable[..., bool]) -> None:
    names = [deployed.stacks.name("first"), deployed.stacks.name("second")]
    assert [deployed(archive(deployed, ArchiveName=name), "Archive")[0] for name in names] == names
    assert gone("events", "describe_archive", ArchiveName=names[0])
    deployed.delete()
    assert gone("events", "describe_archive", ArchiveName=names[1])


def test_an_archive_of_a_bus_that_is_not_there_fails(deployed: Deployment) -> None:
    source = "arn:aws:events:us-east-1:111122223333:event-bus/gone"
    assert "gone does not exist" in deployed.failing(archive(deployed, SourceArn=source))


def test_a_role_without_the_permission_makes_none(deployed: Deployment) -> None:
    role = deployed.role("events:CreateEventBus", "events:DescribeEventBus", "events:DeleteEventBus")
    reasons = deployed.failing(archive(deployed), RoleARN=role)
    assert "is not authorized to perform: events:CreateArchive" in reasons
