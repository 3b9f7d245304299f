"""One job run, from its environment to its end, in a thread of its own.

docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine import machine
from slipway.engine.docker.packages import PackagesRefused
from slipway.engine.errors import AwsError
from slipway.engine.services.glue import arguments, environment, files, spark
from slipway.engine.services.glue.definition import SPARK
from slipway.engine.services.glue.failures import RunFailed, RunStopped, RunTimedOut
from slipway.engine.services.glue.output import Output
from slipway.engine.services.glue.service import PRINCIPAL
from slipway.engine.services.sts import containers

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine
    from slipway.engine.processes import Child

_RUNTIME = Path(__file__).parent / "runtime"
_SECONDS_IN_MINUTE = 60
_GRACE_SECONDS = 2.0
# The role's session as Glue names it.
_SESSION = "GlueJobRunnerSession"


class JobRun:
    """A run that is under way. `record` has everything that it needs."""

    def __init__(self, engine: Engine, record: dict[str, Any]) -> None:
        self._engine = engine
        self._record = record
        self._command: str = record["_command"]["Name"]
        self._folder: Path = engine.home / "glue" / record["Id"]
        self._stopped = threading.Event()
        self._child: Child | None = None
        self._output = Output(self._as_role, self._command, record["Id"])

    def stop(self) -> None:
        """End the run as STOPPED; returns when its process is gone."""
        self._stopped.set()
        if self._child is not None:
            self._child.stop(_GRACE_SECONDS)

    def execute(self, started: threading.Event) -> None:
        """Everything, to the end; raises RunEnded unless the script succeeded. `started` is set when it begins."""
        try:
            self._execute(started)
        except (AwsError, PackagesRefused) as error:
            raise RunFailed(str(error)) from error
        finally:
            self._output.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _as_role(self) -> Caller:
        """A session of the job's role, asked for anew each time: it may end before a long run does.

        docs.aws.amazon.com/glue/latest/dg/cross-service-confused-deputy-prevention.html
        """
        job = self._engine.arn("glue", f"job/{self._record['JobName']}")
        return self._engine.as_role(self._record["_role"], PRINCIPAL, _SESSION, job)

    def _execute(self, started: threading.Event) -> None:
        caller = self._as_role()
        given = self._record["_arguments"]
        self._tell(given)
        python = environment.python(
            self._engine.home / "environments", self._command, arguments.modules(given), self._output.say
        )
        script = files.fetch(caller, self._record["_command"]["ScriptLocation"], self._folder / "script")
        extra = [files.fetch(caller, uri, self._folder / "extra") for uri in arguments.files(given)]
        if self._stopped.is_set():
            raise RunStopped
        variables = self._variables(caller, python, files.on_path([script, *extra]))
        words = [str(python / "bin" / "python"), str(_RUNTIME / "launch.py"), str(self._reason), str(script)]
        started.set()
        self._finish(self._run([*words, *arguments.argv(self._record, self._command)], variables))

    @property
    def _reason(self) -> Path:
        """Where the launcher writes why the script failed."""
        return self._folder / "reason"

    def _tell(self, given: dict[str, str]) -> None:
        """What differs from AWS, for who reads the log."""
        python, worker = self._record["_command"].get("PythonVersion", "3"), self._record.get("WorkerType")
        self._output.say(f"This {self._command} job (Python {python}) runs as a process of this machine")
        if self._command == SPARK:
            version = self._record["GlueVersion"]
            workers = f"{self._record.get('NumberOfWorkers')} {worker} workers" if worker else "the workers"
            self._output.say(f"PySpark {spark.VERSION} in local mode stands for GlueVersion {version} and {workers}")
        for name in arguments.idle(given):
            self._output.say(f"The argument {name} has no effect here")

    def _variables(self, caller: Caller, python: Path, path: list[str]) -> dict[str, str]:
        for name in ("home", "tmp"):
            (self._folder / name).mkdir(parents=True)
        variables = {
            "PATH": os.pathsep.join((str(python / "bin"), machine.system_path())),
            "HOME": str(self._folder / "home"),
            "TMPDIR": str(self._folder / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join((*path, str(_RUNTIME))),
            **containers.environment(caller),
        }
        return {**variables, **spark.variables(python, self._folder)} if self._command == SPARK else variables

    def _run(self, words: list[str], variables: dict[str, str]) -> int:
        with self._output.errors(self._folder / "stderr") as redirected:
            self._child = self._engine.processes.start(
                [*redirected, *words],
                env=variables,
                cwd=self._folder / "tmp",
                name=f"glue-job/{self._record['JobName']}/{self._record['Id']}",
                log=self._output.write,
            )
            return self._wait(self._child)

    def _wait(self, child: Child) -> int:
        limit = self._record["Timeout"] * _SECONDS_IN_MINUTE
        if self._stopped.is_set():
            child.stop(_GRACE_SECONDS)
        begun = time.monotonic()
        try:
            return child.wait(limit)
        except subprocess.TimeoutExpired as expired:
            child.stop(_GRACE_SECONDS)
            spent = round(time.monotonic() - begun)
            raise RunTimedOut(f"Job run exceeded its Timeout of {self._record['Timeout']} min ({spent} s)") from expired

    def _finish(self, status: int) -> None:
        if self._stopped.is_set():
            raise RunStopped
        if status:
            said = self._reason.read_text(encoding="utf-8") if self._reason.exists() else ""
            raise RunFailed(said or f"Command failed with exit code {status}")
