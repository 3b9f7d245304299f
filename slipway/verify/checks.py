"""The checks of `make verify`: each is a tool of its own environment, or our own code."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from slipway.verify import page, places, quotas
from slipway.verify.bundle import Bundle
from slipway.verify.finding import CheckFailed, Finding
from slipway.verify.pipelines import check as pipelines
from slipway.verify.states import check as states
from slipway.verify.suppression import Suppression, judge, suppressions, unsound
from slipway.verify.tools import cfn_lint, checkov, iam, sam
from slipway.verify.tools.environment import Environment

# So many at once as the smallest machine that this is meant for has cores.
_SIDE_BY_SIDE = 2
Result = tuple[list[Finding], set[Suppression]]


@dataclass(frozen=True)
class Check:
    """A row of the table: what runs, in which version, and what it gives: findings, and the suppressions it heeded."""

    name: str
    version: Callable[[], str]
    run: Callable[[Bundle, Sequence[Suppression]], Result]


@dataclass(frozen=True)
class Outcome:
    """What came of a check; `failure` says why it came to no result."""

    check: str
    version: str
    findings: tuple[Finding, ...]
    suppressed: int
    seconds: float
    failure: str = ""


def checks(environments: Path) -> list[Check]:
    """All of them, those that take longest first; `environments` is the folder of the Makefile's environments."""
    return [
        _tool("sam validate --lint", sam.findings, Environment(environments / "sam", "aws-sam-cli")),
        _tool("cfn-lint, config/rules", cfn_lint.findings, Environment(environments / "bundle", "cfn-lint")),
        _checkov(Environment(environments / "checkov", "checkov")),
        _ours("state machines", states.findings),
        _ours("quotas", quotas.findings),
        _tool("IAM policies: parliament", iam.findings, Environment(environments / "parliament", "parliament")),
        _ours("pipelines", pipelines.findings),
        _ours("partitions and regions", places.findings),
        _ours(page.PAGE, page.findings),
    ]


def _tool(name: str, find: Callable[[Bundle, Environment], list[Finding]], environment: Environment) -> Check:
    return Check(name, environment.version, lambda bundle, known: _judged(find(bundle, environment), known))


def _ours(name: str, find: Callable[[Bundle], list[Finding]]) -> Check:
    return Check(name, lambda: version("slipway"), lambda bundle, known: _judged(find(bundle), known))


def _judged(found: list[Finding], known: Sequence[Suppression]) -> Result:
    return judge(found, [each for each in known if each.by == "verify"])


def _checkov(environment: Environment) -> Check:
    """It reads its comments itself, and says where it heeded one."""

    def run(bundle: Bundle, known: Sequence[Suppression]) -> Result:
        found, passed_over = checkov.findings(bundle, environment)
        return found, checkov.spent([each for each in known if each.by == "checkov"], passed_over)

    return Check("checkov", environment.version, run)


def run(bundle: Bundle, chosen: Sequence[Check], say: Callable[[str], None]) -> list[Outcome]:
    """The outcomes in the order of the checks, and last what is wrong with the suppressions themselves.

    Each check is said as it begins, since the longest take minutes.
    """
    known = suppressions(bundle.suppressible)

    def begin(numbered: tuple[int, Check]) -> tuple[Outcome, set[Suppression]]:
        number, check = numbered
        say(f"check {number} of {len(chosen)}: {check.name}")
        return _run(check, bundle, known)

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        ran = list(pool.map(begin, enumerate(chosen, 1)))
    outcomes = [outcome for outcome, _ in ran]
    if any(outcome.failure for outcome in outcomes):
        return outcomes
    spent = {each for _, used in ran for each in used}
    return [*outcomes, Outcome("suppressions", version("slipway"), tuple(unsound(known, spent)), 0, 0.0)]


def _run(check: Check, bundle: Bundle, known: Sequence[Suppression]) -> tuple[Outcome, set[Suppression]]:
    began = time.monotonic()
    try:
        which = check.version()
        left, used = check.run(bundle, known)
    except CheckFailed as failure:
        return Outcome(check.name, "", (), 0, time.monotonic() - began, str(failure)), set()
    return Outcome(check.name, which, tuple(sorted(left)), len(used), time.monotonic() - began), used
