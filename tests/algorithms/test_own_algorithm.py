"""docs/algorithms.md, "Bring your own", step by step in a copy of the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "algorithms.md").read_text(encoding="utf-8")
COPIED = (
    "config",
    "jobs",
    "docs",
    "cf",
    "functions",
    "tests/sample.py",
    "tests/config",
    "tests/jobs",
    "tests/cf/templates.py",
    "pyproject.toml",
    "Makefile",
)
CUSTOMER = {
    "state": "TX",
    "account_length": 100,
    "contract": "month-to-month",
    "payment_method": "cheque",
    "paperless_billing": True,
    "international_plan": "yes",
    "voicemail_plan": False,
    "voicemail_messages": 0,
    "day_minutes": 280,
    "day_calls": 100,
    "evening_minutes": 200,
    "evening_calls": 100,
    "night_minutes": 200,
    "international_minutes": 9,
    "international_calls": 4,
    "monthly_charge": 85,
    "service_calls": 5,
}


def block(language: str) -> str:
    """The page's one block in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


class Copy:
    """A copy of the repository in which the steps are taken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = folder / "ml"
        for name in COPIED:
            source, target = REPOSITORY / name, folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)

    def run(self, *arguments: str) -> str:
        """Run Python in the copy."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a container."""
        return {**os.environ, "SAGEMAKER_BASE_DIR": str(self.base), "PYTHONDONTWRITEBYTECODE": "1"}

    def configure(self) -> dict[str, Any]:
        """Choose the algorithm in the configuration; what Build resolves of it."""
        file = self.folder / "config" / "ml-pipeline.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | json.loads(block("json"))))
        self.run("-m", "config.validate")
        resolved: dict[str, Any] = json.loads((self.folder / "build" / "configuration.json").read_text())["config"]
        return resolved

    def put(self, place: str, document: dict[str, Any]) -> None:
        """Write a JSON file of the container."""
        file = self.base / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document))

    def train(self, resolved: dict[str, Any]) -> str:
        """Run Prepare and Train as the pipeline does; the log of Train."""
        code = "import json, sys; from config.training import training; r = json.loads(sys.argv[1]);"
        code += "print(json.dumps(training(r, 'r/image@sha256:1', 'eu-west-1')))"
        training = json.loads(self.run("-c", code, json.dumps(resolved)))
        execution = {"commit": "c0ffee", "dataVersion": "feedface", "training": training, "config": resolved}
        self.put("processing/input/config/execution.json", execution)
        dataset = self.base / "processing" / "input" / "dataset"
        dataset.mkdir()
        shutil.copy(self.folder / resolved["dataset"]["uri"], dataset)
        self.run("-m", "jobs", "prepare")
        outputs = self.base / "processing" / "output"
        for channel in ("train", "validation", "encoder"):
            shutil.copytree(outputs / channel, self.base / "input" / "data" / channel)
        self.put("input/config/hyperparameters.json", training["hyperParameters"])
        return self.run("-m", "jobs", "train")

    def evaluate(self) -> dict[str, Any]:
        """Run Evaluate; evaluation.json."""
        inputs, outputs = self.base / "processing" / "input", self.base / "processing" / "output"
        shutil.copytree(outputs / "holdout", inputs / "holdout")
        (inputs / "model").mkdir()
        with tarfile.open(inputs / "model" / "model.tar.gz", "w:gz") as archive:
            archive.add(self.base / "model", ".")
        self.run("-m", "jobs", "evaluate")
        document: dict[str, Any] = json.loads((outputs / "report" / "evaluation.json").read_text())
        return document

    def predict(self, row: dict[str, Any]) -> dict[str, Any]:
        """Serve, and ask once."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "jobs", "serve"],
            cwd=self.folder,
            env={**self.environment, "SAGEMAKER_BIND_TO_PORT": str(port), "SAGEMAKER_BIND_TO_HOST": "127.0.0.1"},
        )
        try:
            _await(port)
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/invocations",
                json.dumps({"instances": [row]}).encode(),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (this machine)
                (prediction,) = json.load(answer)["predictions"]
        finally:
            server.terminate()
            server.wait(60)
        assert isinstance(prediction, dict)
        return prediction


def _await(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy with the page's module and what `make schema` writes."""
    made = Copy(tmp_path)
    (tmp_path / "jobs" / "algorithms" / "nearest_mean.py").write_text(block("python"), encoding="utf-8")
    made.run("-m", "config.schema")
    made.run("-m", "config.reference")
    return made


def test_a_new_file_and_a_line_are_a_new_algorithm(copy: Copy) -> None:
    resolved = copy.configure()
    assert resolved["train"]["hyperparameters"] == {"sharpness": 2}
    log = copy.train(resolved)
    assert re.search(r"\[0\] .*validation-roc_auc=0\.[0-9]+ validation-log_loss=", log)
    assert copy.evaluate()["metrics"]["roc_auc"] > 0.6
    assert copy.predict(CUSTOMER)["label"] in ("yes", "no")


def test_builds_own_tests_pass_with_the_new_algorithm(copy: Copy) -> None:
    copy.configure()
    tested = ["tests/jobs/test_algorithms.py", "tests/jobs/test_hyperparameters.py", "tests/jobs/test_train.py"]
    assert "passed" in copy.run("-m", "pytest", "-q", "tests/config", *tested)


def test_the_new_algorithms_values_are_checked_as_the_others_are(copy: Copy) -> None:
    file = copy.folder / "config" / "wrong.json"
    written = json.loads((copy.folder / "config" / "ml-pipeline.json").read_text())
    train = {"algorithm": "nearest_mean", "instanceCount": 2, "hyperparameters": {"sharpness": 1}}
    file.write_text(json.dumps(written | {"train": train, "prepare": {"imputation": "none"}}))
    done = subprocess.run(
        [sys.executable, "-m", "config.validate", str(file)],
        cwd=copy.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "since nearest_mean needs a value in every column" in done.stderr
    assert "since nearest_mean trains on one instance; xgboost can on more" in done.stderr


def test_make_schema_runs_the_two_commands_that_these_tests_run() -> None:
    recipe = (REPOSITORY / "Makefile").read_text().partition("\nschema:")[2].partition("\n\n")[0]
    assert re.findall(r"-m (\S+)", recipe) == ["config.schema", "config.reference"]
