"""Launches whose engine is killed: the stack then says so, can be deleted without a trace, and launched again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway import install
from slipway.errors import SlipwayError
from tests.end_to_end.inventory import inventory
from tests.end_to_end.plant import STACK, Plant, eventually
from tests.soak.entries import NAMED

# Once its stack is there, a launch takes about this long.
_LAUNCH_SECONDS = 6.0


def interrupt(plant: Plant, random: Random, say: Callable[[str], None], times: int) -> None:
    """Kill the engine so often in the middle of a launch; in the end there is no stack."""
    for number in range(1, times + 1):
        life = random.uniform(0.0, _LAUNCH_SECONDS)
        status = _interrupted(plant, threading.Event(), life)
        say(f"launch {number}/{times}: killed after {life:.1f} s; the stack is in {status}")
        _delete(plant)
        assert not (left := _left_behind(plant)), f"left behind: {left}"


def _left_behind(plant: Plant) -> list[str]:
    """What is there and not meant to stay: data, and the account's own role for logs."""
    found = inventory(plant.engine)
    left = [(kind, name) for kind, names in found.items() for name in names if STACK in name]
    return [f"{kind}: {name}" for kind, name in left if kind != "buckets" and "ApiGatewayLogRole" not in name]


def _interrupted(plant: Plant, gone: threading.Event, life: float) -> str:
    """Launch, kill, revive; the status that the stack came to."""

    def launch() -> None:
        try:
            plant.launch()
        except (BotoCoreError, ClientError, SlipwayError):
            gone.set()

    launching = threading.Thread(target=launch, daemon=True)
    launching.start()
    eventually(lambda: gone.is_set() or _stack(plant), "the launch has made a stack")
    gone.wait(life)
    plant.kill()
    launching.join()
    plant.revive()
    return _ended(plant)


def _ended(plant: Plant) -> str:
    eventually(lambda: not _stack(plant).get("StackStatus", "").endswith("_IN_PROGRESS"), "the launch has ended")
    stack = _stack(plant)
    status = str(stack["StackStatus"])
    assert status == "CREATE_COMPLETE" or NAMED.search(stack["StackStatusReason"]), f"failed of something else: {stack}"
    return status


def _delete(plant: Plant) -> None:
    cloudformation = plant.client("cloudformation")
    stack_id = _stack(plant)["StackId"]
    cloudformation.delete_stack(StackName=STACK)

    def status() -> str:
        return str(cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"])

    eventually(lambda: status() != "DELETE_IN_PROGRESS", "the stack is deleted")
    assert status() == "DELETE_COMPLETE", cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]


def _stack(plant: Plant) -> dict[str, Any]:
    return install.describe(plant.target, STACK) or {}
