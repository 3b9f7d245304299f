"""The findings of every state machine's definition."""

from __future__ import annotations

import json
from collections.abc import Iterator

from slipway.engine.services.stepfunctions import definition
from slipway.verify.bundle import Bundle
from slipway.verify.finding import Finding
from slipway.verify.states.machines import Machine, machines
from slipway.verify.states.written import missing


def findings(bundle: Bundle) -> list[Finding]:
    """What is wrong with the definitions, each as its template expands it."""
    return [found for machine in machines(bundle) for found in _of(machine)]


def _of(machine: Machine | Finding) -> Iterator[Finding]:
    if isinstance(machine, Finding):
        yield machine
        return
    source = machine.expanded
    refused = definition.findings(source.text)
    for each in refused:
        place = [int(step) if step.isdigit() else step for step in each.location.split("/") if step]
        yield Finding(source.path, source.line(place), f"states-{each.code}", each.text)
    if any(each.severity == "ERROR" for each in refused):
        return
    for read in missing(json.loads(source.text)):
        message = f"{read.place[1]} reads {read.name}, which no state before it wrote"
        yield Finding(source.path, source.line(read.place), "states-unwritten", message)
