from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from slipway import gitlogin
from slipway.errors import BadInput
from slipway.gitlogin import Keys
from slipway.gitsignature import sign

AT = datetime(2026, 11, 21, 0, 45, tzinfo=UTC)
REQUEST = {"protocol": "http", "host": "127.0.0.1:4566", "path": "v1/repos/churn"}


@pytest.mark.parametrize(("token", "user"), [(None, "AKIA"), ("session", "AKIA%session")])
def test_git_gets_user_and_signature(token: str | None, user: str) -> None:
    keys = Keys("AKIA", "secret", token, "us-east-1")
    password = sign("secret", "us-east-1", "127.0.0.1:4566", "/v1/repos/churn", AT)
    assert gitlogin.answer(keys, REQUEST, AT) == f"username={user}\npassword={password}\n"


def test_the_attributes_of_git_are_read_by_name() -> None:
    text = "".join(f"{name}={value}\n" for name, value in REQUEST.items())
    assert gitlogin.read_request(io.StringIO(text + "\n")) == REQUEST


def test_a_request_without_a_path_says_which_setting_is_missing() -> None:
    with pytest.raises(BadInput, match=r"set credential\.useHttpPath to true"):
        gitlogin.answer(Keys("AKIA", "secret", None, "us-east-1"), {"host": "h"}, AT)


@pytest.mark.parametrize("operation", ["store", "erase"])
def test_nothing_is_stored_or_erased(operation: str, tmp_path: Path) -> None:
    assert gitlogin.main(["--home", str(tmp_path), operation]) == 0


def test_without_an_engine_it_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("host=h\npath=p\n"))
    assert gitlogin.main(["--home", str(tmp_path), "get"]) == 3
    assert capsys.readouterr().err == (
        f"slipway: no engine runs on {tmp_path}; start it with `slipway up --home {tmp_path}`\n"
    )


def test_it_loads_neither_the_engine_nor_boto3() -> None:
    """Every push waits for it."""
    command = (
        "import sys, slipway.gitlogin; print([m for m in sys.modules if m in ('boto3', 'slipway.engine', 'typer')])"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
