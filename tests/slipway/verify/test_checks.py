"""What runs the checks: one table, JSON, and tools that are not there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from slipway.verify import checks, page, table
from slipway.verify.__main__ import main
from slipway.verify.bundle import Bundle
from slipway.verify.checks import Check
from slipway.verify.finding import CheckFailed, Finding
from slipway.verify.suppression import judge
from slipway.verify.tools.environment import Environment
from tests.slipway.verify.conftest import Written

TEMPLATE = "Resources:\n  # verify:skip=rule: known\n  A: {Type: a}\n  B: {Type: b}\n"


def check(*findings: Finding) -> Check:
    return Check("a check", lambda: "1.2", lambda _, known: judge(findings, known))


def ran(bundle: Bundle, *chosen: Check) -> list[checks.Outcome]:
    return checks.run(bundle, chosen, lambda _: None)


def test_findings_are_counted_without_those_that_are_suppressed(bundle: Written) -> None:
    written = bundle({"cf/a.yaml": TEMPLATE})
    first, last = ran(written, check(Finding("cf/a.yaml", 3, "rule", "x"), Finding("cf/a.yaml", 4, "rule", "y")))
    assert (first.version, len(first.findings), first.suppressed) == ("1.2", 1, 1)
    assert (last.check, last.findings) == ("suppressions", ())


def test_the_table_has_a_row_for_each_check_and_names_file_and_line(
    bundle: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    written = bundle({"cf/a.yaml": TEMPLATE})
    outcomes = ran(written, check(Finding("cf/a.yaml", 3, "rule", "x"), Finding("cf/a.yaml", 4, "rule", "too [b]long")))
    table.show(outcomes, Console(width=100))
    said = capsys.readouterr().out
    assert [word for word in said.splitlines()[1].split() if word.isalpha()] == [
        "check",
        "version",
        "findings",
        "suppressed",
        "seconds",
    ]
    assert "cf/a.yaml:4: rule too [b]long" in said
    assert not table.is_clean(outcomes)


def test_json_has_the_same(bundle: Written) -> None:
    outcomes = ran(bundle({"cf/a.yaml": TEMPLATE}), check(Finding("cf/a.yaml", 3, "rule", "x")))
    first = json.loads(table.as_json(outcomes))[0]
    assert {name: first[name] for name in ("check", "version", "findings", "suppressed", "failure")} == {
        "check": "a check",
        "version": "1.2",
        "findings": [],
        "suppressed": 1,
        "failure": "",
    }
    assert table.is_clean(outcomes)


def test_a_suppression_that_no_check_needed_is_a_finding(bundle: Written) -> None:
    _, last = ran(bundle({"cf/a.yaml": TEMPLATE}), check())
    assert [str(each) for each in last.findings] == ["cf/a.yaml:2: rule is suppressed, and nothing here breaks it"]


def test_a_tool_that_is_not_installed_fails_its_row_and_says_how_to_install_it(
    bundle: Written, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = Environment(tmp_path / "nowhere", "aws-sam-cli")
    missing = Check("sam", environment.version, lambda _, __: ([], set()))
    outcomes = ran(bundle({"cf/a.yaml": TEMPLATE}), missing)
    table.show(outcomes, Console(width=100))
    assert "aws-sam-cli is not installed in" in capsys.readouterr().out
    assert "`make verify` installs it" in outcomes[0].failure
    assert not table.is_clean(outcomes)


def test_a_tool_that_ends_otherwise_than_it_should_fails_with_what_it_said(tmp_path: Path) -> None:
    (tmp_path / "lib" / "python3" / "site-packages" / "a_tool-1.5.dist-info").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    environment = Environment(tmp_path, "a-tool")
    assert environment.version() == "1.5"
    with pytest.raises(CheckFailed, match=r"`python` of a-tool ended with 1:\nno account"):
        environment.run(["python", "-c", "import sys; sys.exit('no account')"], tmp_path, variables={})


def test_every_tool_and_every_check_of_ours_is_run(tmp_path: Path) -> None:
    assert [each.name for each in checks.checks(tmp_path)] == [
        "sam validate --lint",
        "cfn-lint, config/rules",
        "checkov",
        "state machines",
        "quotas",
        "IAM policies: parliament",
        "pipelines",
        "partitions and regions",
        "docs/security.md",
    ]


@pytest.mark.parametrize(("findings", "ends"), [((Finding("cf/a.yaml", 4, "rule", "y"),), 1), ((), 0)])
def test_the_command_ends_with_1_when_there_is_a_finding(
    bundle: Written,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    findings: tuple[Finding, ...],
    ends: int,
) -> None:
    monkeypatch.chdir(bundle({"cf/a.yaml": "Resources: {}\n"}).root)
    monkeypatch.setattr(checks, "checks", lambda _: [check(*findings)])
    assert main(["--json"]) == ends
    told = capsys.readouterr()
    assert [len(each["findings"]) for each in json.loads(told.out)] == [len(findings), 0]
    assert told.err == "check 1 of 1: a check\n"
    assert main([]) == ends
    told = capsys.readouterr()
    assert "a check" in told.out
    assert told.err == "check 1 of 1: a check\n"


def test_the_command_writes_the_list_of_suppressed_findings(bundle: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    written = bundle({"cf/a.yaml": TEMPLATE, page.PAGE: f"{page._BEGIN}\n{page._END}\n"})
    monkeypatch.chdir(written.root)
    assert main(["--page"]) == 0
    assert "| rule | cf/a.yaml | known |" in (written.root / page.PAGE).read_text("utf-8")
