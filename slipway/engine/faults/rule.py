"""A rule: what it hits, how often, and what then happens."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Final

from slipway.engine.errors import ValidationFailed

# What happens to a call, and what to a job or an endpoint.
CALLS: Final = ("throttle", "error", "slow", "limit")
JOBS: Final = ("capacity", "kill")
_ABOUT_CALLS: Final = ("service", "operation", "caller")
_WITH_SECONDS: Final = ("slow", "kill")
# SageMaker's training, processing and transform jobs.
_ANY_JOB: Final = "*-job/*"
_LONGEST_SECONDS: Final = 3600.0
_DRAWN_BITS: Final = 64


@dataclass(frozen=True)
class Rule:
    """One rule; `service`, `operation`, `caller` and `job` are patterns with `*` and `?`.

    `times` is how often it hits at most, `seconds` what a slow call waits and how old a job gets that is killed; both
    are real. The same `seed` decides the same for the first, second, … call of an operation.
    """

    what: str
    service: str = "*"
    operation: str = "*"
    caller: str = "*"
    job: str = _ANY_JOB
    probability: float = 1.0
    times: int | None = None
    seconds: float = 1.0
    seed: str = field(default="")

    def meets_call(self, service: str, operation: str, caller: str) -> bool:
        """Whether a call is one that it may hit."""
        told = ((service, self.service), (operation, self.operation), (caller, self.caller))
        return self.what in CALLS and all(fnmatchcase(name, pattern) for name, pattern in told)

    def meets_job(self, what: str, job: str) -> bool:
        """Whether a job is one that it may hit so."""
        return self.what == what and fnmatchcase(job, self.job)

    def draws(self, kind: str, number: int) -> bool:
        """Whether the call or job of this number, of all of its kind, is hit."""
        text = f"{self.seed}/{kind}/{number}".encode()
        drawn = int.from_bytes(hashlib.blake2b(text, digest_size=_DRAWN_BITS // 8).digest(), "big")
        return drawn < int(self.probability * 2**_DRAWN_BITS)


def parse(members: object) -> Rule:
    """The rule that somebody asks for; ValidationFailed says what is wrong with it."""
    if not isinstance(members, dict):
        raise ValidationFailed("a rule is a JSON object")
    known = {member.name for member in fields(Rule)}
    unknown = sorted(set(members) - known)
    if unknown:
        raise ValidationFailed(f"a rule has no member {unknown[0]}; its members are {', '.join(sorted(known))}")
    _check_types(members)
    rule = Rule(**{"what": "", **members})
    _check(rule, set(members))
    return rule


def as_json(rule: Rule) -> dict[str, Any]:
    """What of the rule acts: of calls or of jobs, and without what it has nothing to do with."""
    others = ("job",) if rule.what in CALLS else _ABOUT_CALLS
    silent = others if rule.what in _WITH_SECONDS else (*others, "seconds")
    return {name: value for name, value in asdict(rule).items() if name not in silent}


def _check_types(members: dict[str, Any]) -> None:
    for name, value in members.items():
        if name in ("probability", "seconds"):
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        elif name == "times":
            fits = value is None or (isinstance(value, int) and not isinstance(value, bool))
        else:
            fits = isinstance(value, str)
        if not fits:
            raise ValidationFailed(f"{name} of a rule cannot be {value!r}")


def _check(rule: Rule, given: set[str]) -> None:
    if rule.what not in (*CALLS, *JOBS):
        raise ValidationFailed(f"what happens is one of {', '.join((*CALLS, *JOBS))}, not {rule.what!r}")
    alien = sorted(given & set(("job",) if rule.what in CALLS else _ABOUT_CALLS))
    if alien:
        hits = "calls, not jobs" if rule.what in CALLS else "jobs and endpoints, not calls"
        raise ValidationFailed(f"{rule.what} hits {hits}: {alien[0]} says nothing about them")
    if "seconds" in given and rule.what not in _WITH_SECONDS:
        raise ValidationFailed(f"seconds go with {' and '.join(_WITH_SECONDS)}, not with {rule.what}")
    if not 0 < rule.probability <= 1:
        raise ValidationFailed(f"a probability is above 0 and at most 1, not {rule.probability:g}")
    if not 0 <= rule.seconds <= _LONGEST_SECONDS:
        raise ValidationFailed(f"seconds are between 0 and {_LONGEST_SECONDS:g}, not {rule.seconds:g}")
    if rule.times is not None and rule.times < 1:
        raise ValidationFailed(f"times is at least 1, not {rule.times}")
