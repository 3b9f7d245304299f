"""The service object, and its tables.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from slipway.engine.engine import Engine
from slipway.engine.service import Service
from slipway.engine.store import Table

SERVICE = Service("cloudformation")
PRINCIPAL = "cloudformation.amazonaws.com"


def stacks(engine: Engine) -> Table:
    """Stacks by their id, deleted ones too."""
    return engine.store("cloudformation").table("stacks")


def names(engine: Engine) -> Table:
    """The ids of the stacks that are there, by name."""
    return engine.store("cloudformation").table("names")


def templates(engine: Engine) -> Table:
    """What a stack's operation was given, by stack id: the template's text, and what its transforms made of it."""
    return engine.store("cloudformation").table("templates")


def resources(engine: Engine, stack_id: str) -> Table:
    """A stack's resources by logical id."""
    return engine.store("cloudformation").table(f"resources/{stack_id}")


def replaced(engine: Engine, stack_id: str) -> Table:
    """Resources that an operation put others in the place of, or removed, until its cleanup."""
    return engine.store("cloudformation").table(f"replaced/{stack_id}")


def events(engine: Engine, stack_id: str) -> Table:
    """A stack's events by their id, oldest first."""
    return engine.store("cloudformation").table(f"events/{stack_id}")


def exports(engine: Engine) -> Table:
    """Exported values by name."""
    return engine.store("cloudformation").table("exports")


def change_sets(engine: Engine) -> Table:
    """Change sets by their id."""
    return engine.store("cloudformation").table("change sets")


def handles(engine: Engine) -> Table:
    """Wait condition handles by their token, with the signals that came."""
    return engine.store("cloudformation").table("handles")
