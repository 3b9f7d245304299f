from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from slipway.engine.archives import extract


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> tarfile.TarFile:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        for info, content in members:
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    buffer.seek(0)
    return tarfile.open(fileobj=buffer)


def member(name: str, kind: bytes = tarfile.REGTYPE, mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode = kind, mode
    return info


def test_files_keep_content_and_executable_bit(tmp_path: Path) -> None:
    extract(archive((member("code/run.sh", mode=0o755), b"#!/bin/sh\n"), (member("model"), b"m")), tmp_path / "out")
    assert (tmp_path / "out/code/run.sh").read_bytes() == b"#!/bin/sh\n"
    assert (tmp_path / "out/code/run.sh").stat().st_mode & 0o111
    assert not (tmp_path / "out/model").stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "a/../../outside"])
def test_a_member_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(tarfile.TarError, match="leads out of the folder"):
        extract(archive((member(name), b"x")), tmp_path / "out")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    info = member("odd", kind)
    info.linkname = "/etc/passwd"
    with pytest.raises(tarfile.TarError, match=r"odd is neither a file nor a folder|linkname"):
        extract(archive((info, b"")), tmp_path / "out")
