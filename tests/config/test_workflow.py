"""config.workflow: what the Python shell jobs import, as a wheel."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from config import workflow


def test_the_same_content_is_the_same_wheel_under_the_same_name() -> None:
    put: list[dict[str, Any]] = []
    s3: Any = SimpleNamespace(put_object=lambda **arguments: put.append(arguments))
    first, second = (workflow.upload(s3, "artifacts", "key") for _ in range(2))
    assert first == second
    assert first.startswith("s3://artifacts/packages/workflow/")
    assert first.endswith("/workflow-1-py3-none-any.whl")
    assert put[0] == put[1]
    assert (put[0]["ServerSideEncryption"], put[0]["SSEKMSKeyId"]) == ("aws:kms", "key")


def test_the_wheel_can_be_imported_from(tmp_path: Path) -> None:
    wheel = tmp_path / workflow.NAME
    wheel.write_bytes(workflow.wheel())
    done = subprocess.run(
        [sys.executable, "-c", "import workflow.check, workflow.run; print(workflow.check.__file__)"],
        env={"PYTHONPATH": str(wheel)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{wheel}/workflow/check.py"


def test_the_wheels_record_has_each_of_its_files_as_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(workflow.wheel())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    lines = members["workflow-1.dist-info/RECORD"].decode().splitlines()
    recorded = {name: (digest, size) for name, digest, size in (line.rsplit(",", 2) for line in lines)}
    assert recorded.keys() == members.keys()
    for name in recorded.keys() - {"workflow-1.dist-info/RECORD"}:
        digest = base64.urlsafe_b64encode(hashlib.sha256(members[name]).digest()).decode().rstrip("=")
        assert recorded[name] == (f"sha256={digest}", str(len(members[name])))
