"""config.spark: the Spark job's modules, packed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from config import spark

WITHOUT_PACKAGES = """
import sys
for name in ("polars", "xgboost", "sklearn", "orjson", "pandas"):
    sys.modules[name] = None
import jobs.spark.preparation, jobs.spark.objects
print(jobs.spark.preparation.__file__)
"""


def test_the_same_content_is_the_same_archive_under_the_same_name() -> None:
    put: list[dict[str, Any]] = []
    s3: Any = SimpleNamespace(put_object=lambda **arguments: put.append(arguments))
    first, second = (spark.upload(s3, "artifacts", "key") for _ in range(2))
    assert first == second
    assert first.startswith("s3://artifacts/packages/jobs-")
    assert put[0] == put[1]
    assert (put[0]["ServerSideEncryption"], put[0]["SSEKMSKeyId"]) == ("aws:kms", "key")


def test_the_archive_holds_all_that_the_script_imports_but_for_what_glue_has(tmp_path: Path) -> None:
    archive = tmp_path / "jobs.zip"
    archive.write_bytes(spark.archive())
    environment = os.environ | {"PYTHONPATH": str(archive)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PACKAGES], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.strip() == f"{archive}/jobs/spark/preparation.py", done.stderr
