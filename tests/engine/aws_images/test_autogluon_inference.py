"""AutoGluon's inference image: a script of the model's behind /ping and /invocations, with any Python."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway import local
from slipway.engine.aws_images.autogluon import FOLDER

pytestmark = pytest.mark.specification("github.com/aws/sagemaker-inference-toolkit")

TRANSFORM = """
import pathlib
from sagemaker_inference.errors import GenericInferenceToolkitError

def model_fn(model_dir):
    return pathlib.Path(model_dir, "name.txt").read_text()

def transform_fn(model, data, content_type, accept):
    if content_type == "image/png":
        raise GenericInferenceToolkitError(415, "no pictures")
    if data == "broken":
        raise RuntimeError("it is broken")
    return f"{model} {type(data).__name__} {content_type}", accept
"""
THREE = """
def model_fn(model_dir, context):
    return 2

def input_fn(data, content_type):
    return [int(value) for value in data.split(",")]

def predict_fn(data, model):
    return [model * value for value in data]

def output_fn(prediction, accept):
    return ",".join(str(value) for value in prediction)
"""


class Container:
    """The image's /opt/ml of one instance."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.port = local.free_port()
        self.process: subprocess.Popen[str] | None = None
        (base / "model" / "code").mkdir(parents=True)
        (base / "model" / "name.txt").write_text("ours")

    def serve(self, script: str, name: str = "inference.py", **variables: str) -> subprocess.Popen[str]:
        (self.base / "model" / "code" / name).write_text(script)
        env = {
            "SAGEMAKER_BASE_DIR": str(self.base),
            "SAGEMAKER_BIND_TO_PORT": str(self.port),
            "PYTHONPATH": str(FOLDER),
            **variables,
        }
        command = [sys.executable, "-m", "autogluon_container", "serve"]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self.process

    def up(self) -> None:
        for _ in range(1200):
            try:
                assert self.get("/ping") == 200
                return
            except urllib.error.URLError:
                time.sleep(0.05)
        pytest.fail("it never answered /ping")

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            status: int = answer.status
        return status

    def invoke(self, body: str, content_type: str = "text/csv", accept: str = "*/*") -> tuple[int, str, str]:
        """Status, content type, body."""
        headers = {"Content-Type": content_type, "Accept": accept}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/invocations", body.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    made = Container(tmp_path)
    yield made
    if made.process is not None:
        made.process.kill()
        made.process.communicate()


def test_transform_fn_gets_text_or_bytes_and_chooses_the_content_type(container: Container) -> None:
    container.serve(TRANSFORM)
    container.up()
    assert container.invoke("1,2") == (200, "application/json", "ours str text/csv")
    assert container.invoke("1,2", accept="text/csv") == (200, "text/csv", "ours str text/csv")
    assert container.invoke("1", "application/x-npy")[2] == "ours bytes application/x-npy"


def test_the_three_functions_do_as_well_and_a_function_may_take_a_context(container: Container) -> None:
    container.serve(THREE, "other.py", SAGEMAKER_PROGRAM="other.py", SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/csv")
    container.up()
    assert container.invoke("1,2,3") == (200, "text/csv", "2,4,6")


def test_an_exception_is_a_500_with_its_trace_or_the_status_that_it_has(container: Container) -> None:
    container.serve(TRANSFORM, SAGEMAKER_SUBMIT_DIRECTORY="/opt/ml/model/code")
    container.up()
    status, _, body = container.invoke("broken")
    assert status == 500
    assert body.startswith("it is broken\nTraceback")
    assert container.invoke("x", "image/png")[0] == 415
    assert container.invoke("1")[0] == 200


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("def predict_fn(data, model): pass", "inference.py lacks model_fn, input_fn, output_fn"),
        (
            f"{TRANSFORM}\n{THREE}",
            "inference.py has transform_fn and input_fn, predict_fn, output_fn: one or the other",
        ),
    ],
    ids=["too few", "both"],
)
def test_a_script_without_the_functions_ends_the_server_and_says_why(
    container: Container, script: str, says: str
) -> None:
    said, _ = container.serve(script).communicate(timeout=60)
    assert says in said
    assert container.process is not None
    assert container.process.returncode == 1


def test_a_model_without_its_script_ends_the_server(container: Container) -> None:
    said, _ = container.serve(THREE, "other.py").communicate(timeout=60)
    assert "there is no inference.py in code/ of the model (SAGEMAKER_PROGRAM)" in said


def test_another_argument_is_refused() -> None:
    command = [sys.executable, "-m", "autogluon_container", "predict"]
    done = subprocess.run(command, env={"PYTHONPATH": str(FOLDER)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == "this image is started with train or serve, found predict\n"
