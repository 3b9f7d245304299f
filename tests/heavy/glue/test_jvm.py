"""Spark where the machine has no Java that it runs on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engine.conftest import start
from tests.engine.services.glue.conftest import Glue

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/release-notes.html")
SCRIPT = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print("java", spark._jvm.System.getProperty("java.version"), spark.range(5).count())
"""


def test_a_jvm_is_installed_with_pyspark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"25\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{java.parent}{os.pathsep}{os.environ['PATH']}")
    engine = start(tmp_path / ".slipway")
    try:
        glue = Glue(engine)
        run = glue.run(glue.spark(SCRIPT))
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
        assert glue.log(run)[-1] == "java 17.0.9 5"
        assert any(line.startswith("[slipway] Installing what a glueetl job runs on") for line in glue.log(run))
    finally:
        engine.engine.stop()
