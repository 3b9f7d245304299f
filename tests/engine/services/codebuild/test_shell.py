"""The shell's state from one phase to the next."""

import subprocess
from pathlib import Path

import pytest

from slipway.engine.services.codebuild.shell import Outcome, Shell

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-versions"
)


@pytest.fixture(params=["sh", "bash"])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    (tmp_path / "src").mkdir()
    return Shell(tmp_path / "shell", request.param, tmp_path / "src", ["RESULT"])


def run(shell: Shell, *commands: str, succeeding: bool = True) -> tuple[str, Outcome]:
    argv = shell.argv(commands, succeeding)
    environment = {"PATH": "/usr/bin:/bin", "GIVEN": "from outside"}
    ran = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in (ran.stdout + ran.stderr).splitlines() if not line.startswith("[Container]")]
    return "\n".join(lines), shell.outcome(ran.returncode)


def test_variables_of_any_text_and_the_directory_are_kept(shell: Shell, tmp_path: Path) -> None:
    run(shell, "mkdir a && cd a", """LOCAL='two\n"lines" $HOME'""", "export SHARED='x  y'")
    output, outcome = run(shell, 'echo "$LOCAL|$SHARED|$GIVEN"', "sh -c 'echo \"$SHARED\"'", "pwd")
    assert outcome == Outcome(2, 0)
    assert output == f'two\n"lines" $HOME|x  y|from outside\nx  y\n{tmp_path}/src/a'


def test_the_first_failing_command_ends_the_phase(shell: Shell) -> None:
    output, outcome = run(shell, "echo one", "(exit 3)", "echo never")
    assert (output, outcome) == ("one", Outcome(1, 3))


def test_exit_and_errexit_end_the_phase_with_their_status(shell: Shell) -> None:
    assert run(shell, "exit 7", "true")[1] == Outcome(0, 7)
    assert run(shell, "true", "set -e\nfalse\ntrue")[1] == Outcome(1, 1)
    assert run(shell, "false; true")[1] == Outcome(0, 0)


def test_exported_variables_are_those_of_the_last_phase(shell: Shell) -> None:
    run(shell, "RESULT=first")
    run(shell, 'RESULT="$RESULT second"')
    assert shell.exported() == {"RESULT": "first second"}


def test_commands_can_ask_whether_the_build_succeeds(shell: Shell) -> None:
    assert run(shell, "echo $CODEBUILD_BUILD_SUCCEEDING")[0] == "1"
    assert run(shell, "echo $CODEBUILD_BUILD_SUCCEEDING", succeeding=False)[0] == "0"


def test_a_killed_shell_has_failed(shell: Shell) -> None:
    assert run(shell, "kill -9 $$")[1] == Outcome(0, 137)
