"""Script mode of AutoGluon's training image: the script's arguments, environment and end, with any Python."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.aws_images.autogluon import FOLDER
from slipway.engine.aws_images.autogluon.autogluon_container.environment import decoded, to_variables

pytestmark = pytest.mark.specification("github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md")

SCRIPT = """
import json, os, pathlib, sys
seen = {"arguments": sys.argv[1:], "here": os.getcwd()}
seen["environment"] = {name: value for name, value in os.environ.items() if name.startswith("SM_")}
pathlib.Path(os.environ["SM_MODEL_DIR"], "seen.json").write_text(json.dumps(seen))
"""


class Container:
    """The image's /opt/ml of one job, below `base`."""

    def __init__(self, base: Path) -> None:
        self.base = base
        for name in ("input/config", "input/data/training", "model", "output/data"):
            (base / name).mkdir(parents=True)
        self.config("inputdataconfig", {"training": {"TrainingInputMode": "File"}})
        group = {"instance_group_name": "homogeneousCluster", "hosts": ["algo-1"], "instance_type": "ml.m5.large"}
        resources = {
            "current_host": "algo-1",
            "current_instance_type": "ml.m5.large",
            "current_group_name": "homogeneousCluster",
            "hosts": ["algo-1"],
            "instance_groups": [group],
            "network_interface_name": "lo",
        }
        self.config("resourceconfig", resources)

    def config(self, name: str, content: object) -> None:
        (self.base / "input" / "config" / f"{name}.json").write_text(json.dumps(content))

    def archive(self, **files: str) -> str:
        """A sourcedir.tar.gz in a channel; its path as a person gives it."""
        target = self.base / "input" / "data" / "training" / "sourcedir.tar.gz"
        with tarfile.open(target, "w:gz") as opened:
            for name, text in files.items():
                info = tarfile.TarInfo(name.replace("__", "."))
                info.size = len(text.encode())
                opened.addfile(info, io.BytesIO(text.encode()))
        return "/opt/ml/input/data/training/sourcedir.tar.gz"

    def train(self, **hyperparameters: str) -> subprocess.CompletedProcess[str]:
        self.config("hyperparameters", hyperparameters)
        env = {"SAGEMAKER_BASE_DIR": str(self.base), "PYTHONPATH": str(FOLDER), "TRAINING_JOB_NAME": "job"}
        command = [sys.executable, "-m", "autogluon_container", "train"]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)

    @property
    def failure(self) -> str:
        return (self.base / "output" / "failure").read_text()


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(tmp_path)


def test_a_script_gets_hyperparameters_as_arguments_and_the_job_as_variables(container: Container) -> None:
    source = container.archive(train__py=SCRIPT)
    done = container.train(
        sagemaker_program='"train.py"',
        sagemaker_submit_directory=json.dumps(source),
        sagemaker_region='"us-east-1"',
        presets='"medium_quality"',
        n="3",
        seconds="1.5",
        flags='{"a": 1, "b": 2}',
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Reporting training SUCCESS" in done.stdout
    seen = json.loads((container.base / "model" / "seen.json").read_text())
    assert seen["arguments"] == ["--flags", "a=1,b=2", "-n", "3", "--presets", "medium_quality", "--seconds", "1.5"]
    assert seen["here"] == str(container.base / "code")
    environment = seen["environment"]
    assert environment["SM_CHANNEL_TRAINING"] == str(container.base / "input" / "data" / "training")
    assert environment["SM_MODEL_DIR"] == str(container.base / "model")
    assert environment["SM_OUTPUT_DATA_DIR"] == str(container.base / "output" / "data")
    assert environment["SM_CHANNELS"] == '["training"]'
    assert environment["SM_HOSTS"] == '["algo-1"]'
    assert environment["SM_HP_N"] == "3"
    assert json.loads(environment["SM_HPS"]) == {
        "presets": "medium_quality",
        "n": 3,
        "seconds": 1.5,
        "flags": {"a": 1, "b": 2},
    }
    assert json.loads(environment["SM_TRAINING_ENV"])["job_name"] == "job"
    assert environment["SM_NUM_GPUS"] == "0"


def test_the_code_may_be_a_folder_of_a_channel_and_the_script_a_shell_script(container: Container) -> None:
    (container.base / "input" / "data" / "training" / "run.sh").write_text('echo "$@" > "$SM_MODEL_DIR/said"\n')
    done = container.train(
        sagemaker_program="run.sh", sagemaker_submit_directory="/opt/ml/input/data/training", name="two words"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (container.base / "model" / "said").read_text() == "--name two words\n"


def test_a_script_that_fails_is_the_failure_with_its_last_lines_and_its_command(container: Container) -> None:
    source = container.archive(train__py="print('so far'); raise SystemExit(3)")
    done = container.train(sagemaker_program="train.py", sagemaker_submit_directory=source)
    assert done.returncode == 3
    assert container.failure.startswith('ExecuteUserScriptError:\nExitCode 3\nErrorMessage "so far"\nCommand "')
    assert container.failure.endswith('train.py"')


@pytest.mark.parametrize(
    ("hyperparameters", "says"),
    [
        ({}, "sagemaker_program names no script"),
        ({"sagemaker_program": "other.py"}, "there is no other.py in"),
        ({"sagemaker_submit_directory": "/opt/ml/nowhere"}, "neither a folder nor an archive at /opt/ml/nowhere"),
        ({"sagemaker_mpi_enabled": "true"}, "sagemaker_mpi_enabled is not executed by the local stand-in"),
        ({"sagemaker_s3_output": '"s3://a/b"'}, "sagemaker_s3_output is not executed by the local stand-in"),
    ],
    ids=["no program", "program not there", "code not there", "MPI", "intermediate output"],
)
def test_what_cannot_be_run_is_said_before_it_is_begun(
    container: Container, hyperparameters: dict[str, str], says: str
) -> None:
    source = container.archive(train__py=SCRIPT)
    program = {"sagemaker_program": "train.py"} if hyperparameters else {}
    done = container.train(**{"sagemaker_submit_directory": source, **program, **hyperparameters})
    assert done.returncode == 1
    assert container.failure.startswith("ClientError: ")
    assert says in container.failure


def test_requirements_beside_the_script_are_refused_since_the_environment_is_shared(container: Container) -> None:
    source = container.archive(train__py=SCRIPT, requirements__txt="# none\ncatboost==1.2\n")
    assert container.train(sagemaker_program="train.py", sagemaker_submit_directory=source).returncode == 1
    assert "requirements.txt beside the script is not installed by the local stand-in" in container.failure
    empty = container.archive(train__py=SCRIPT, requirements__txt="# none\n")
    assert container.train(sagemaker_program="train.py", sagemaker_submit_directory=empty).returncode == 0


def test_an_archive_that_is_none_is_a_client_error(container: Container) -> None:
    broken = container.base / "input" / "data" / "training" / "sourcedir.tar.gz"
    broken.write_bytes(b"no archive")
    container.train(
        sagemaker_program="train.py", sagemaker_submit_directory="/opt/ml/input/data/training/sourcedir.tar.gz"
    )
    assert "sourcedir.tar.gz is not a tar archive" in container.failure


def test_an_archive_that_leads_out_of_its_folder_is_refused(container: Container) -> None:
    source = container.archive(**{"../../stolen": "x"})
    container.train(sagemaker_program="train.py", sagemaker_submit_directory=source)
    assert "has ../../stolen, which is not a file in it" in container.failure


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.none() | st.booleans() | st.integers() | st.text()))
def test_a_value_comes_back_from_its_variable(values: dict[str, object]) -> None:
    for name, value in values.items():
        text = to_variables({name: value})[f"SM_{name.upper()}"]
        if isinstance(value, str):
            assert text == value
        elif value is not None:
            assert json.loads(text) == value


@given(st.text() | st.integers().map(str))
def test_a_hyperparameter_is_its_json_or_its_text(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = text
    assert decoded(text) == expected or expected != expected
