from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from slipway.engine import settings as engine_settings
from slipway.engine.processes import started_at
from slipway.engine.settings import EngineSettings
from slipway.errors import BadInput
from slipway.local import EngineFailed

_PARENT_THAT_DOES_NOT_REAP = """
import os, sys
child = os.fork()
if child == 0:
    os._exit(0)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
print(child, flush=True)
sys.stdin.read()
"""
# Its first thread ends, as it may do first in a process that is killed; the other one ends with the standard input.
_FIRST_THREAD_ENDS = """
import ctypes, os, sys, threading, time
def last():
    time.sleep(0.3)
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=last).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def test_a_process_that_lives_is_running() -> None:
    assert local.is_running(os.getpid())


def test_a_process_that_has_ended_is_not_running_while_its_parent_has_not_noticed() -> None:
    command = [sys.executable, "-c", _PARENT_THAT_DOES_NOT_REAP]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        ended = int(parent.stdout.readline())
        os.kill(ended, 0)  # its number is still taken
        assert not local.is_running(ended)
        parent.communicate("")


def test_a_process_is_running_until_its_last_thread_has_ended() -> None:
    command = [sys.executable, "-c", _FIRST_THREAD_ENDS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert local.is_running(process.pid)
        process.communicate("")
        assert not local.is_running(process.pid)


def engine_json(home: Path, pid: int, port: int = 1) -> None:
    home.mkdir(exist_ok=True)
    engine_settings.write(home, EngineSettings(port, "us-east-1", 1.0, strict=False))
    facts = {"pid": pid, "url": f"http://127.0.0.1:{port}", "port": port, "region": "us-east-1"}
    (home / "engine.json").write_text(json.dumps({**facts, "account": "111122223333", "clockFactor": 1.0}))


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like an engine on port 1."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", "--port", "1"]
    with subprocess.Popen(command) as process:
        yield process
        process.kill()


def test_no_engine_is_found_where_none_was_started(tmp_path: Path) -> None:
    assert local.find(tmp_path) is None


def test_the_engine_that_runs_is_found(tmp_path: Path, stand_in: subprocess.Popen[bytes]) -> None:
    engine_json(tmp_path, stand_in.pid)
    found = local.find(tmp_path)
    assert found is not None
    assert found.port == 1


def test_a_stranger_with_a_killed_engines_number_is_not_taken_for_it(tmp_path: Path) -> None:
    engine_json(tmp_path, os.getpid(), port=65534)
    assert local.find(tmp_path) is None


def test_a_damaged_record_says_what_clears_up(tmp_path: Path) -> None:
    engine_json(tmp_path, 1)
    (tmp_path / "engine.json").write_text("{")
    with pytest.raises(EngineFailed, match=f"is damaged .*`slipway down --home {tmp_path}` clears up"):
        local.find(tmp_path)
    assert local.remove(tmp_path)
    assert not tmp_path.exists()


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"port": 2}, "an engine already runs on .* with port 1, not 2; `slipway down` ends it"),
        ({"region": "eu-west-1"}, "with region us-east-1, not eu-west-1"),
        ({"clock_factor": 30.0}, "with clock factor 1.0, not 30.0"),
    ],
    ids=["port", "region", "clock factor"],
)
def test_a_running_engine_is_not_what_was_asked_for(
    wish: dict[str, Any], message: str, tmp_path: Path, stand_in: subprocess.Popen[bytes]
) -> None:
    engine_json(tmp_path, stand_in.pid)
    with pytest.raises(BadInput, match=message):
        local.start(tmp_path, **wish)
    assert local.start(tmp_path).port == 1


def test_a_file_in_the_homes_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(BadInput, match="home is a file; expected a folder, which may be new"):
        local.start(tmp_path / "home")


def test_a_folder_with_somebodys_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("")
    with pytest.raises(BadInput, match=r"holds what is no engine's \(precious\); expected a new or empty folder"):
        local.start(tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize(
    ("region", "message"),
    [("us-east-9", "--region us-east-9: expected a region of AWS; did you mean us-east-"), ("mars", "af-south-1, ap-")],
)
def test_a_region_that_aws_lacks_is_refused(region: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message):
        local.start(tmp_path / "home", region=region)
    assert not (tmp_path / "home").exists()


def test_an_engine_is_not_started_in_another_region_than_its_state_is_of(tmp_path: Path) -> None:
    engine_json(tmp_path, 2**22 - 1)
    with pytest.raises(BadInput, match="what is in this folder is in region us-east-1, not eu-west-1; `slipway down`"):
        local.start(tmp_path, region="eu-west-1")


def test_damaged_settings_say_what_clears_up(tmp_path: Path) -> None:
    (tmp_path / "engine-settings.json").write_text("{}")
    with pytest.raises(EngineFailed, match=f"is damaged .*`slipway down --home {tmp_path}` clears up"):
        local.start(tmp_path)
    assert local.remove(tmp_path)


def test_an_engine_that_was_killed_starts_again_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    try:
        first = local.start(home, port=local.free_port(), region="eu-west-1", clock_factor=30.0, strict=True)
        os.kill(first.pid, signal.SIGKILL)
        while local.is_running(first.pid):
            time.sleep(0.02)
        again = local.start(home)
        assert replace(again, pid=first.pid) == first
    finally:
        local.remove(home)


def test_a_port_in_use_is_told_with_the_log(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            EngineFailed, match=rf"port {port} on 127\.0\.0\.1 is in use.*--port \(log: .*engine\.log\)"
        ):
            local.start(tmp_path / "home", port=port)


def test_a_folder_that_is_no_engines_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("")
    with pytest.raises(BadInput, match=r"is no engine's folder .*; nothing was removed"):
        local.remove(tmp_path)
    assert (tmp_path / "precious").exists()


def test_nothing_is_removed_where_nothing_is(tmp_path: Path) -> None:
    assert not local.remove(tmp_path / "nowhere")


def test_what_a_killed_engine_left_running_is_ended_and_removed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    engine_json(home, 2**22 - 1)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True) as child:
        (home / "processes").mkdir()
        record = {"pid": child.pid, "name": "endpoint", "started": started_at(child.pid)}
        (home / "processes" / f"{child.pid}.json").write_text(json.dumps(record))
        assert local.remove(home)
        assert child.wait(60) == -9
    assert not home.exists()


def test_an_engine_that_does_not_heed_is_killed_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_STOP_SECONDS", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    command = [sys.executable, "-c", deaf, "--port", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        engine_json(tmp_path / "home", process.pid)
        assert local.remove(tmp_path / "home")
    assert not local.is_running(process.pid)


def test_the_persons_keys_are_the_homes_whatever_profile_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nope")
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n")
    engine = local.LocalEngine(tmp_path, 1, "http://127.0.0.1:1", 1, "us-east-1", "111122223333", 1.0)
    assert engine.keys() == ("AKIA", "secret")
    assert engine.client("s3").meta.endpoint_url == "http://127.0.0.1:1"
    assert engine.session().get_credentials().access_key == "AKIA"
