"""A destruction: what goes and what stays, said before anything is done; then all of it, from wherever it stands.

Each step finds out by itself what is left to do, so that one that was interrupted is simply repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from slipway import install, stackevents
from slipway.destroy import data, inventory, packages, stacks, sweep
from slipway.destroy.data import Data
from slipway.destroy.inventory import Item
from slipway.errors import NotFound
from slipway.stackevents import StackEvent
from slipway.target import Target

# A job or an endpoint takes a while to end: as often the inventory is taken again before it tells of it.
_LOOKS = 40


@dataclass(frozen=True)
class Options:
    """What a person may have otherwise."""

    delete_data: bool = False
    keep_model_packages: bool = False


@dataclass(frozen=True)
class Plan:
    """What there is of an install, and what becomes of it."""

    target: Target
    stack: str
    options: Options
    found: list[Item]
    data: Data

    @property
    def removed(self) -> list[Item]:
        """What goes."""
        kept = self.kept
        return [item for item in (*self.found, *self.data.items()) if item not in kept]

    @property
    def kept(self) -> list[Item]:
        """What stays."""
        groups = packages.groups(self.found) if self.options.keep_model_packages else []
        return [*groups, *([] if self.options.delete_data else self.data.items())]


def plan(target: Target, stack: str, options: Options) -> Plan:
    """What a destruction would do; NotFound when there is nothing of such an install, BadInput when it is changing."""
    stacks.check(target, stack)
    found = Plan(target, stack, options, inventory.take(target, stack), data.find(target, stack))
    if not found.found and not found.data.items():
        there = ", ".join(install.candidates(target)) or "none"
        raise NotFound(f"there is nothing of an install {stack} in {target.name}; installs: {there}")
    return found


def carry_out(planned: Plan, say: Callable[[str], None], event: Callable[[StackEvent], None]) -> list[Item]:
    """Remove it; what is left although it should not be."""
    target, stack = planned.target, planned.stack
    packages.mark(target, planned.found, keep=planned.options.keep_model_packages)
    stacks.delete(target, stack, event)
    kept = planned.kept
    found = [item for item in inventory.take(target, stack) if item not in kept]
    sweep.sweep(target, found, say)
    if planned.options.delete_data:
        _remove_data(target, planned.data, say)
    return _left(planned)


def _remove_data(target: Target, found: Data, say: Callable[[str], None]) -> None:
    for bucket in found.buckets:
        say(f"bucket {bucket.name}: {bucket.objects:,} object versions are removed, then the bucket")
        data.remove_bucket(target, bucket.name)
    for key in found.keys:
        say(f"key {key}: is deleted in {data.DAYS_UNTIL_A_KEY_IS_GONE} days")
        data.remove_key(target, key)


def _left(planned: Plan) -> list[Item]:
    """The inventory, once what ends slowly has ended."""
    kept = {(item.kind, item.name) for item in planned.kept}
    for look in range(_LOOKS):
        found = [*inventory.take(planned.target, planned.stack), *data.find(planned.target, planned.stack).items()]
        left = [item for item in found if (item.kind, item.name) not in kept]
        if not left:
            break
        if look < _LOOKS - 1:
            time.sleep(stackevents.pause(planned.target))
    return left
