from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slipway import local
from slipway.engine.processes import Processes, ProcessFailed, exit_code
from tests.engine.mend.account import eventually

PATH = {"PATH": os.environ["PATH"]}


@pytest.mark.parametrize(("returncode", "code"), [(0, 0), (3, 3), (-9, 137), (-15, 143)])
def test_a_signal_is_reported_as_docker_does(returncode: int, code: int) -> None:
    assert exit_code(returncode) == code


def test_every_line_of_the_output_is_logged(tmp_path: Path) -> None:
    lines: list[str] = []
    child = Processes(tmp_path / "p").start(
        ["sh", "-c", "echo one; echo two >&2"], env=PATH, cwd=tmp_path, name="echo", log=lines.append
    )
    assert child.wait(60) == 0
    assert lines == ["one", "two"]


def test_a_child_has_only_the_environment_that_it_is_given(tmp_path: Path) -> None:
    lines: list[str] = []
    child = Processes(tmp_path / "p").start(
        ["env"], env={**PATH, "ONLY": "this"}, cwd=tmp_path, name="env", log=lines.append
    )
    child.wait(60)
    assert sorted(line.partition("=")[0] for line in lines) == ["ONLY", "PATH"]


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed, match=r"job could not be started: .*no-such-program"):
        Processes(tmp_path / "p").start(["no-such-program"], env=PATH, cwd=tmp_path, name="job")


def test_stopping_ends_the_children_of_the_child_too(tmp_path: Path) -> None:
    lines: list[str] = []
    child = Processes(tmp_path / "p").start(
        ["sh", "-c", "sleep 60 & echo $!; wait"], env=PATH, cwd=tmp_path, name="sleeper", log=lines.append
    )
    eventually(lambda: lines)
    child.stop(grace=2)
    eventually(lambda: not local.is_running(int(lines[0])))


def test_a_killed_engine_s_children_are_ended_by_the_next_one(tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path; from slipway.engine.processes import Processes\n"
        "child = Processes(Path(sys.argv[1])).start(['sleep', '60'], env=dict(os.environ), cwd=Path(), name='orphan')\n"
        "print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path / "p")], capture_output=True, text=True)
    assert Processes(tmp_path / "p").end_leftovers() == ["orphan"]
    pid = int(killed.stdout.strip())
    eventually(lambda: not local.is_running(pid))


def test_a_child_whose_engine_is_killed_before_it_is_on_record_never_runs(tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path; from slipway.engine import processes\n"
        "def kill(pid):\n    print(pid, flush=True); os.kill(os.getpid(), 9)\n"
        "processes.started_at = kill\n"
        "processes.Processes(Path(sys.argv[1])).start(['sleep', '60'], env=dict(os.environ), cwd=Path(), name='orphan')"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path / "p")], capture_output=True, text=True)
    pid = killed.stdout.strip()
    eventually(lambda: subprocess.run(["ps", "-p", pid], capture_output=True).returncode != 0)


def test_a_stranger_with_a_recorded_number_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    processes = Processes(folder)
    (folder / "1.json").write_text(f'{{"pid": {os.getpid()}, "name": "stranger", "started": "long ago"}}')
    assert processes.end_leftovers() == []


def test_a_child_that_does_not_want_to_end_is_not_waited_for_when_the_engine_ends(tmp_path: Path) -> None:
    processes, lines = Processes(tmp_path / "p"), list[str]()
    stubborn = ["sh", "-c", "trap '' TERM; echo deaf; while true; do sleep 1; done"]
    child = processes.start(stubborn, env=PATH, cwd=tmp_path, name="stubborn", log=lines.append)
    eventually(lambda: lines)
    processes.hurry()
    assert child.stop(grace=3600) == -signal.SIGKILL


def test_no_child_is_started_any_more_when_all_are_being_ended(tmp_path: Path) -> None:
    processes, written = Processes(tmp_path / "p"), tmp_path / "written"
    processes.stop_all()
    with pytest.raises(ProcessFailed, match="late could not be started: the engine is ending"):
        processes.start(["touch", str(written)], env=PATH, cwd=tmp_path, name="late")
    assert not written.exists()
