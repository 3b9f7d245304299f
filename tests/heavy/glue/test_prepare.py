"""The Spark job against the processing job, on generated tables: polars and Spark leave the same bytes or sentence."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis

from slipway.engine.services.glue import environment, spark
from tests.jobs.spark.tables import Files, joined, tables

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/release-notes.html")
ROOT = Path(__file__).parents[3]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


class Worker:
    """A process that answers each line with a line."""

    def __init__(self, python: Path, module: str, variables: dict[str, str], log: Path) -> None:
        words = [str(python), "-m", module]
        environ = os.environ | variables | {"PYTHONPATH": str(ROOT)}
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                words,
                env=environ,
                cwd=log.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._log = log

    def ask(self, question: Any) -> Any:
        """The answer; a process that ended without one shows its log."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self._log.read_text()[-4000:]
        return json.loads(answer)

    def end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)


class Engines:
    """Both engines, with a bucket of the engine's S3."""

    def __init__(self, glue: Any, processing: Worker, by_spark: Worker, key_arn: str) -> None:
        self._glue, self._processing, self._spark, self._key_arn = glue, processing, by_spark, key_arn

    def processing(self, files: list[bytes], changes: dict[str, Any]) -> tuple[dict[str, Any], Files | str]:
        """The table's configuration, and what the processing job leaves."""
        asked = {"files": [base64.b64encode(file).decode() for file in files], "changes": changes}
        answer = self._processing.ask(asked)
        left = answer["left"]
        found = left if isinstance(left, str) else {name: base64.b64decode(text) for name, text in left.items()}
        return answer["execution"], found

    def spark(self, files: list[bytes], execution: dict[str, Any]) -> Files | str:
        """What the Spark job leaves."""
        s3, name = self._glue.engine.client("s3"), uuid.uuid4().hex
        for number, content in enumerate(files):
            s3.put_object(Bucket=self._glue.bucket, Key=f"data/{name}/table-{number}.csv", Body=content)
        self._glue.put(f"runs/{name}/execution.json", json.dumps(execution))
        base = f"s3://{self._glue.bucket}"
        refused = self._spark.ask(
            ["--data", f"{base}/data/{name}/", "--run", f"{base}/runs/{name}", "--key", self._key_arn]
        )
        if refused:
            return str(refused)
        prefix = f"runs/{name}/prepare/"
        return {
            key.removeprefix(prefix): s3.get_object(Bucket=self._glue.bucket, Key=key)["Body"].read()
            for key in self._glue.keys(prefix)
        }


@pytest.fixture(scope="session")
def engines(engine: Any, glue: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    folder = tmp_path_factory.mktemp("workers")
    python = environment.python(engine.home / "environments", "glueetl", [], print)
    session = engine.client("s3")._request_signer._credentials
    variables = spark.variables(python, folder) | {
        "AWS_ENDPOINT_URL": engine.url,
        "AWS_ACCESS_KEY_ID": session.access_key,
        "AWS_SECRET_ACCESS_KEY": session.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    by_spark = Worker(python / "bin" / "python", "tests.heavy.glue.by_spark", variables, folder / "spark.log")
    one_thread = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    bundle = ROOT / ".venv" / "bundle" / "bin" / "python"
    processing = Worker(bundle, "tests.heavy.glue.by_processing", one_thread, folder / "processing.log")
    key_arn = engine.client("kms").create_key()["KeyMetadata"]["Arn"]
    yield Engines(glue, processing, by_spark, key_arn)
    by_spark.end()
    processing.end()


@hypothesis(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(table=tables())
def test_polars_and_spark_leave_the_same_bytes_or_the_same_sentence(
    engines: Engines, table: tuple[list[bytes], dict[str, Any]]
) -> None:
    files, changes = table
    execution, expected = engines.processing(files, changes)
    assert joined(engines.spark(files, execution)) == expected
