"""Run by parliament's own Python: reads policies, a list of JSON texts, from stdin; writes what it finds to stdout."""

import json
import sys

from parliament import analyze_policy_string, enhance_finding  # type: ignore[import-not-found]


def main() -> None:
    """By policy, the findings as (rule, sentence)."""
    found = []
    for text in json.load(sys.stdin):
        findings = [enhance_finding(each) for each in analyze_policy_string(text).findings]
        found.append([(each.issue, f"{each.title}: {each.detail}") for each in findings])
    json.dump(found, sys.stdout)


main()
