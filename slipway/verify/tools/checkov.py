"""checkov's checks of CloudFormation templates, without its service: nothing is sent, nothing is fetched.

www.checkov.io/2.Basics/CLI%20Command%20Reference.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slipway.verify.bundle import Bundle
from slipway.verify.finding import CheckFailed, Finding
from slipway.verify.suppression import Suppression
from slipway.verify.tools.environment import Environment

_OPTIONS = ["--framework", "cloudformation", "--skip-download", "--compact", "--output", "json"]


def findings(bundle: Bundle, environment: Environment) -> tuple[list[Finding], list[tuple[str, int, int, str]]]:
    """What checkov finds, and where it passed over something: file, first line, last line, rule."""
    files = [option for template in bundle.templates for option in ("--file", template.path)]
    variables = {"OPENBLAS_NUM_THREADS": "1", "LOG_LEVEL": "ERROR"}
    said = environment.run(["checkov", *files, *_OPTIONS], bundle.root, variables=variables, ends=(0, 1))
    report = json.loads(said)
    results = report["results"]
    if results.get("parsing_errors"):
        raise CheckFailed(f"checkov could not read {', '.join(results['parsing_errors'])}")
    return list(_findings(results["failed_checks"])), [_place(each) for each in results.get("skipped_checks", [])]


def _findings(failed: list[dict[str, Any]]) -> Iterator[Finding]:
    for each in failed:
        path, first, _, rule = _place(each)
        yield Finding(path, first, rule, f"{each['check_name']} ({each['resource'].rpartition('.')[2]})")


def _place(each: dict[str, Any]) -> tuple[str, int, int, str]:
    first, last = each["file_line_range"]
    return each["file_path"].lstrip("/"), first, last, each["check_id"]


def spent(known: list[Suppression], passed_over: list[tuple[str, int, int, str]]) -> set[Suppression]:
    """The comments for checkov that it heeded."""
    return {
        each
        for each in known
        for path, first, last, rule in passed_over
        if (each.path, each.rule) == (path, rule) and first <= each.line <= last
    }
