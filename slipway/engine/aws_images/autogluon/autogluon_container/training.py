"""`train`: the person's script, its environment and arguments, and how it ends.

github.com/aws/sagemaker-training-toolkit
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from . import source
from .environment import Training
from .paths import BASE
from .source import CodeRefused

_LAST_LINES = 20
# A FailureReason has 1,024 characters; an exception is at the end of what a script said.
_LAST_CHARACTERS = 600
# What the toolkit would start the script with: other launchers, or more than one process.
_NOT_EXECUTED = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_torch_distributed_enabled",
    "sagemaker_s3_output",
)


class ScriptFailed(Exception):
    """The script ended with an exit code; the text is what the toolkit reports."""

    def __init__(self, code: int, last: str, command: list[str]) -> None:
        super().__init__(
            f'ExecuteUserScriptError:\nExitCode {code}\nErrorMessage "{last}"\nCommand "{shlex.join(command)}"'
        )
        self.code = code


def main() -> int:
    """Run the script; why it failed is in /opt/ml/output/failure, whose text becomes the job's FailureReason."""
    try:
        run(Training(BASE))
    except CodeRefused as refused:
        return _fail(f"ClientError: {refused}", 1)
    except ScriptFailed as failed:
        return _fail(str(failed), failed.code if failed.code > 0 else 1)
    print("Reporting training SUCCESS", flush=True)
    return 0


def _fail(text: str, code: int) -> int:
    print(f"Reporting training FAILURE\n{text}", flush=True)
    output = BASE / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "failure").write_text(text, encoding="utf-8")
    return code


def run(training: Training) -> None:
    """Bring the code, and run the script in it."""
    if not training.program:
        raise CodeRefused("the hyperparameter sagemaker_program names no script, and this image has no algorithm")
    for name in _NOT_EXECUTED:
        if training.given.get(name):
            raise CodeRefused(f"the hyperparameter {name} is not executed by the local stand-in of this image")
    source.fetch(training.submit_directory, training.code)
    source.refuse_requirements(training.code)
    variables = {**os.environ, **training.variables()}
    variables["PYTHONPATH"] = os.pathsep.join((str(training.code), os.environ.get("PYTHONPATH", ""))).rstrip(os.pathsep)
    _execute(command(training), training.code, variables)


def command(training: Training) -> list[str]:
    """How the script is started: by Python when it is Python's, else by a shell."""
    script = training.code / training.program
    if not script.is_file():
        raise CodeRefused(f"sagemaker_program: there is no {training.program} in {training.submit_directory}")
    if (training.code / "setup.py").is_file():
        raise CodeRefused("setup.py beside the script is not executed by the local stand-in of this image")
    if script.suffix == ".py":
        return [sys.executable, training.program, *training.arguments()]
    script.chmod(0o755)
    return ["/bin/sh", "-c", shlex.join([f"./{training.program}", *training.arguments()])]


def _execute(words: list[str], folder: Path, variables: dict[str, str]) -> None:
    print(f"Invoking script with the following command:\n\n{shlex.join(words)}\n", flush=True)
    last: list[str] = []
    with subprocess.Popen(
        words, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as child:
        for line in child.stdout or ():
            print(line, end="", flush=True)
            last = [*last, line][-_LAST_LINES:]
    if child.returncode:
        raise ScriptFailed(child.returncode, "".join(last).strip()[-_LAST_CHARACTERS:], words)
