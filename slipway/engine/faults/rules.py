"""The rules of one engine, and which of its calls and jobs they hit.

A rule is kept with the engine's state, and with it how often it has hit. Which call is hit depends on the rule's seed,
the operation and how many such calls this engine has had: not on what else goes on at the same time.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.model import OperationModel

from slipway.engine import journal
from slipway.engine.errors import AwsError, ValidationFailed
from slipway.engine.faults import refusals
from slipway.engine.faults.rule import Rule, as_json, parse

if TYPE_CHECKING:
    from slipway.engine.store import Store

# What a hit is under in the journal, where it is no call.
SERVICE = "slipway-fault"


@dataclass(frozen=True)
class Hit:
    """A call or a job that a rule has hit."""

    number: str
    rule: Rule


class Rules:
    """Kept in `store`; `journal` is told of the jobs that are hit."""

    def __init__(self, store: Store, written: journal.Journal) -> None:
        self._table = store.table("rules")
        self._numbers = store.table("numbers")
        self._journal = written
        self._lock = threading.Lock()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._rules = {number: parse(record["rule"]) for number, record in self._table.items()}

    def add(self, members: object) -> dict[str, Any]:
        """Take up a rule; with its number and its seed, which is drawn where there is none. ValidationFailed."""
        rule = parse(members)
        rule = rule if rule.seed else replace(rule, seed=secrets.token_hex(4))
        with self._lock:
            number = str(self._next())
            self._table[number] = {"rule": as_json(rule), "hits": 0}
            self._rules[number] = rule
        return self._told(number)

    def _next(self) -> int:
        """Numbers are not given twice: the journal names rules by them."""
        self._numbers.setdefault("last", {"number": 0})
        last = self._numbers.change("last", lambda record: record.update(number=record["number"] + 1))
        return int(last["number"])

    def all(self) -> list[dict[str, Any]]:
        """Every rule, with how often it has hit."""
        with self._lock:
            return [self._told(number) for number in self._rules]

    def clear(self, numbers: list[str]) -> list[str]:
        """Forget these rules, all when none is named; the numbers of those that are gone. ValidationFailed."""
        with self._lock:
            missing = [number for number in numbers if number not in self._rules]
            if missing:
                raise ValidationFailed(f"there is no rule {missing[0]}; there are {', '.join(self._rules) or 'none'}")
            gone = numbers or list(self._rules)
            for number in gone:
                del self._rules[number], self._table[number]
        return gone

    def of_call(self, operation: OperationModel, caller: str) -> Hit | None:
        """The rule that hits this call, and has hit it now; the entry of the journal names it."""
        if not self._rules:
            return None
        service = operation.service_model.service_name

        def meets(rule: Rule) -> bool:
            limits = rule.what != "limit" or refusals.has_limit(operation)
            return limits and rule.meets_call(service, operation.name, caller)

        return self._drawn(f"{service}:{operation.name}", meets)

    def of_job(self, what: str, job: str) -> Hit | None:
        """The rule that hits this job so, and has hit it now."""
        if not self._rules:
            return None
        return self._drawn(f"{what} {job.partition('/')[0]}", lambda rule: rule.meets_job(what, job))

    def lacks_capacity(self, name: str) -> bool:
        """Whether a rule takes the instances of this job or variant away; the journal is told."""
        hit = self.of_job("capacity", name)
        if hit is not None:
            self.note(hit, name)
        return hit is not None

    def _drawn(self, kind: str, meets: Callable[[Rule], bool]) -> Hit | None:
        with self._lock:
            for number, rule in self._rules.items():
                if not meets(rule) or self._is_used_up(number, rule):
                    continue
                seen = self._seen[number, kind]
                self._seen[number, kind] += 1
                if rule.draws(kind, seen):
                    self._count(number, 1)
                    return Hit(number, rule)
        return None

    def _is_used_up(self, number: str, rule: Rule) -> bool:
        return rule.times is not None and int(self._table[number]["hits"]) >= rule.times

    def missed(self, hit: Hit) -> None:
        """The job that was to be hit had ended by itself."""
        with self._lock:
            if hit.number in self._rules:
                self._count(hit.number, -1)

    def note(self, hit: Hit, job: str) -> None:
        """Write to the journal that a job was hit."""
        entry = journal.Entry(secrets.token_hex(8), SERVICE, hit.rule.what, status=200, fault=hit.number, job=job)
        self._journal.write(entry)

    def _count(self, number: str, by: int) -> None:
        self._table.change(number, lambda record: record.update(hits=record["hits"] + by))

    def _told(self, number: str) -> dict[str, Any]:
        return {"id": number, **as_json(self._rules[number]), "hits": self._table[number]["hits"]}


def refusal(hit: Hit, operation: OperationModel) -> AwsError | None:
    """The error that answers a call; None for one that is only slow."""
    model = operation.service_model
    if hit.rule.what == "throttle":
        return refusals.throttled(model)
    if hit.rule.what == "error":
        return refusals.failed(model)
    return refusals.limited(operation) if hit.rule.what == "limit" else None
