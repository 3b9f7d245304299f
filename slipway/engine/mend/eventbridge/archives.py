"""Archives: MiniStack keeps and replays events, and takes an archive of a bus that is not there.

docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
"""

from __future__ import annotations

from slipway.engine.mend.eventbridge import rules


def create_archive(create: rules.Operation) -> rules.Operation:
    """CreateArchive, of a bus that is there."""

    def checked(data: rules.Data) -> rules.Response:
        reason = rules.unknown_bus({"EventBusName": data["EventSourceArn"]})
        return rules.refused("ResourceNotFoundException", reason) if reason else create(data)

    return checked
