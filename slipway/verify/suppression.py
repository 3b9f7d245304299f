"""Findings that stay: a comment next to the line names the rule and says why.

| written | for |
| --- | --- |
| `# verify:skip=RULE: reason` above the line that is found | our own checks and the IAM linter |
| `# checkov:skip=RULE: reason` in the resource | checkov, which reads it itself; in JSON its `Metadata` does the same |
| `ignore_checks: [RULE]` under `Metadata`, below a comment or before one | cfn-lint, which reads it itself |

A suppression without a reason is a finding, and so is one that suppresses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from slipway.verify.finding import Finding
from slipway.verify.source import Source

_COMMENT = re.compile(r"^\s*#\s*(?P<by>verify|checkov):skip=(?P<rule>[\w-]+)\s*(?::\s*(?P<reason>.*\S))?\s*$")
_METADATA = re.compile(r'"id":\s*"(?P<rule>CKV\w+)",\s*"comment":\s*"(?P<reason>[^"]*)"')
_IGNORED = re.compile(r"^[^#]*\bignore_checks:\s*\[(?P<rules>[^\]]*)\][^#]*(?:#\s*(?P<reason>.*\S))?")


@dataclass(frozen=True, order=True)
class Suppression:
    """A rule that is not held on the line `covers`; `by` reads the comment: verify, checkov or cfn-lint."""

    path: str
    line: int
    rule: str
    reason: str
    by: str
    covers: int = 0


def suppressions(sources: Iterable[Source]) -> list[Suppression]:
    """Everything that the files suppress."""
    return [found for source in sources for found in _of(source)]


def _of(source: Source) -> Iterator[Suppression]:
    for number, line in enumerate(source.lines, 1):
        for found in _COMMENT.finditer(line):
            reason = " ".join([found["reason"] or "", *_continued(source.lines, number)]).strip()
            yield Suppression(source.path, number, found["rule"], reason, found["by"], _next(source.lines, number))
        for found in _METADATA.finditer(line):
            yield Suppression(source.path, number, found["rule"], found["reason"], "checkov")
        for found in _IGNORED.finditer(line):
            for rule in found["rules"].split(","):
                reason = found["reason"] or _comment_around(source, number)
                yield Suppression(source.path, number, rule.strip(), reason, "cfn-lint")


def _continued(lines: list[str], number: int) -> Iterator[str]:
    """The lines of a comment that go on after a suppression's first."""
    for line in lines[number:]:
        if not line.lstrip().startswith("#") or _COMMENT.match(line):
            return
        yield line.strip().lstrip("# ")


def _next(lines: list[str], number: int) -> int:
    """The first line after a comment's that is none."""
    while number < len(lines) and lines[number].lstrip().startswith("#"):
        number += 1
    return number + 1


def _comment_around(source: Source, number: int) -> str:
    """The comment above the block of metadata that a line is in."""
    lines = [line.strip() for line in source.lines[: number - 1]]
    while lines and lines[-1] in ("cfn-lint:", "config:"):
        lines.pop()
    comment: list[str] = []
    while lines and lines[-1].startswith("#"):
        comment.insert(0, lines.pop().lstrip("# "))
    return " ".join(comment)


def judge(findings: Iterable[Finding], allowed: Sequence[Suppression]) -> tuple[list[Finding], set[Suppression]]:
    """What is left of the findings, and the suppressions that took the rest away."""
    left: list[Finding] = []
    used: set[Suppression] = set()
    for finding in findings:
        place = (finding.path, finding.line, finding.rule)
        taken = {each for each in allowed if (each.path, each.covers, each.rule) == place}
        used |= taken
        if not taken:
            left.append(finding)
    return left, used


def unsound(known: Iterable[Suppression], used: Iterable[Suppression]) -> Iterator[Finding]:
    """Suppressions that say no reason; those of verify and checkov also when nothing needs them."""
    spent = set(used)
    for each in known:
        if not each.reason:
            yield Finding(each.path, each.line, each.rule, "is suppressed without a reason")
        elif each.by != "cfn-lint" and each not in spent:
            yield Finding(each.path, each.line, each.rule, "is suppressed, and nothing here breaks it")
