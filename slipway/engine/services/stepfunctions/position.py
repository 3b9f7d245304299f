"""How far an execution has come: where a redrive begins, and where the next engine goes on.

A position is one walk through one machine: the state that it is in, with its input and the variables that it found;
or, at its end, its output. A Parallel or a Map has a position for each branch or iteration. Every step is written
through, one record a position.

docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.stepfunctions import records
from slipway.engine.store import Record, Table


class Position:
    """One walk's place; `key` is empty for the execution's own, `/2` for its third branch, `/2/0` further in."""

    def __init__(self, table: Table, known: dict[str, Record], key: str = "") -> None:
        self._table = table
        self._known = known
        self._key = key

    @classmethod
    def load(cls, table: Table) -> Position:
        """What an earlier attempt or engine left; nothing for a new execution."""
        return cls(table, dict(table.records()))

    @property
    def place(self) -> Mapping[str, Any]:
        """`state`, `input`, `variables`, `entered`; or `output`; empty before the first state."""
        return self._known.get(self._key, {})

    def enter(self, state: str, state_input: Any, variables: Mapping[str, Any]) -> None:
        """Come to a state."""
        self.restart_branches()
        self._write(
            {"state": state, "input": state_input, "variables": copy.deepcopy(variables), "entered": records.now()}
        )

    def note(self, **facts: Any) -> None:
        """Remember something of the present state until it is left: how its call goes, which retries were used."""
        self._write({**self.place, **facts})

    def finish(self, output: Any) -> None:
        """Come to the end."""
        self.restart_branches()
        self._write({"output": output})

    def branch(self, index: int) -> Position:
        """The position of one branch or iteration of the present state."""
        return Position(self._table, self._known, f"{self._key}/{index}")

    def restart_branches(self) -> None:
        """Forget the branches of the present state: another attempt begins them anew."""
        if f"{self._key}/0" not in self._known:
            return
        for key in [key for key in list(self._known) if key.startswith(f"{self._key}/")]:
            del self._known[key]
            del self._table[key]

    def forget_calls(self) -> None:
        """Forget how calls went and which retries were used, here and in the branches: a redrive begins them anew."""
        for key, place in list(self._known.items()):
            if "call" in place or "retries" in place:
                kept = {name: value for name, value in place.items() if name not in ("call", "retries")}
                Position(self._table, self._known, key)._write(kept)

    def _write(self, place: Record) -> None:
        self._known[self._key] = place
        self._table[self._key] = place
