"""One build, from its provisioning to its end, in a thread of its own.

docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html: a failed install or pre_build ends the
commands; post_build runs after a failed build unless that says `on-failure: ABORT`; artifacts are always attempted.
`on-failure: CONTINUE` goes on with the next phase, and the build still ends as FAILED: AWS's pages do not say
otherwise, and a green build should mean something.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.caller import Caller
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.logs import LogStream
from slipway.engine.processes import Child
from slipway.engine.services.codebuild import artifacts, buildspec, cache, source, variables
from slipway.engine.services.codebuild.buildspec import Artifacts, Buildspec, BuildspecInvalid, Phase
from slipway.engine.services.codebuild.failure import BuildStopped, BuildTimedOut, PhaseFailed
from slipway.engine.services.codebuild.progress import Progress
from slipway.engine.services.codebuild.service import builds
from slipway.engine.services.codebuild.shell import Shell
from slipway.engine.services.codebuild.variables import Variables
from slipway.engine.services.codebuild.workspace import Workspace
from slipway.engine.store import Record

_SECONDS_IN_MINUTE = 60
_GRACE_SECONDS = 2.0
_DEFAULT_BUILDSPEC = "buildspec.yml"


class BuildRun:
    """A build that runs. `request` holds what the record does not: the targets of its artifacts."""

    def __init__(self, engine: Engine, identifier: str, request: Record) -> None:
        self._engine = engine
        self._id = identifier
        self._request = request
        self._record: Record = builds(engine)[identifier]
        self._progress = Progress(engine, identifier)
        self._workspace = Workspace(engine.home / "builds" / identifier.rpartition(":")[2])
        self._deadline = time.monotonic() + self._record["timeoutInMinutes"] * _SECONDS_IN_MINUTE
        self._stopped = threading.Event()
        self._child: Child | None = None
        self._log: LogStream | None = None
        self._spec = Buildspec()
        self._variables = Variables()

    def stop(self) -> None:
        """End the build as STOPPED; returns at once."""
        self._stopped.set()
        if self._child is not None:
            self._child.stop(_GRACE_SECONDS)

    def run(self) -> None:
        """Everything, to the end."""
        for name in ("SUBMITTED", "QUEUED"):
            with self._progress.phase(name):
                self._progress.started() if name == "SUBMITTED" else None
        status = "FAULT"
        try:
            self._provision_and_build()
            status = "SUCCEEDED"
        finally:
            self._progress.fail(status)
            self._close()

    def _provision_and_build(self) -> None:
        with self._phase("PROVISIONING"):
            self._provision()
        if not self._progress.is_succeeding():
            return
        with self._phase("DOWNLOAD_SOURCE"):
            self._download(self._as_role())
        if not self._progress.is_succeeding():
            return
        self._run_phases(self._as_role())
        if not self._progress.has_ended():
            with self._phase("UPLOAD_ARTIFACTS"):
                self._upload(self._as_role())

    def _as_role(self) -> Caller:
        """A session of the project's service role, asked for anew each time: it may end before a long build does.

        docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html
        """
        session = f"AWSCodeBuild-{self._id.rpartition(':')[2]}"
        project = self._engine.arn("codebuild", f"project/{self._record['projectName']}")
        return self._engine.as_role(self._record["serviceRole"], "codebuild.amazonaws.com", session, project)

    def _provision(self) -> None:
        try:
            self._as_role()
        except AwsError as error:
            raise PhaseFailed(
                "ACCESS_DENIED", f"Service role {self._record['serviceRole']}: {error.message}"
            ) from error
        logs = self._record["logs"]
        if "groupName" in logs:
            self._log = LogStream(self._as_role, logs["groupName"], logs["streamName"])
        self._say("Waiting for agent ping")
        self._workspace.prepare(self._engine.home)

    def _download(self, caller: Caller) -> None:
        record = self._record
        resolved = source.fetch(caller, record["source"], record.get("sourceVersion", ""), self._workspace.source)
        versions = {
            item["sourceIdentifier"]: item["sourceVersion"] for item in record.get("secondarySourceVersions", [])
        }
        for item in record.get("secondarySources", []):
            identifier = item["sourceIdentifier"]
            source.fetch(caller, item, versions.get(identifier, ""), self._workspace.secondary(identifier))
        self._record = self._progress.change(**({"resolvedSourceVersion": resolved} if resolved else {}))
        self._spec = self._read_buildspec(caller)
        self._variables = variables.resolve(caller, self._spec, self._record)
        for item in record.get("secondarySources", []):
            name = f"CODEBUILD_SRC_DIR_{item['sourceIdentifier']}"
            self._variables.values[name] = str(self._workspace.secondary(item["sourceIdentifier"]))
        cache.restore(self._engine, self._record, self._spec, self._workspace)

    def _read_buildspec(self, caller: Caller) -> Buildspec:
        given = self._record["source"].get("buildspec", "") or _DEFAULT_BUILDSPEC
        try:
            return buildspec.parse(self._buildspec_text(caller, given))
        except BuildspecInvalid as error:
            place = "inline buildspec" if _is_inline(given) else given
            raise PhaseFailed("YAML_FILE_ERROR", f"{place}: {error}") from error

    def _buildspec_text(self, caller: Caller, given: str) -> str:
        if _is_inline(given):
            return given
        if given.startswith("arn:aws:s3:::"):
            bucket, _, key = given.removeprefix("arn:aws:s3:::").partition("/")
            try:
                return str(caller.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode())
            except ClientError as error:
                raise PhaseFailed("CLIENT_ERROR", f"buildspec {given}: {error}") from error
        path = self._workspace.source / given
        if not path.is_file():
            raise PhaseFailed("YAML_FILE_ERROR", f"stat {given}: no such file or directory in the source")
        return path.read_text()

    def _run_phases(self, caller: Caller) -> None:
        shell = Shell(self._workspace.shell, self._spec.shell, self._workspace.source, self._spec.exported)
        environment = self._workspace.environment(caller, self._variables.values)
        for name in buildspec.PHASES:
            with self._phase(name.upper()):
                self._run_phase(name, self._spec.phases.get(name, Phase()), shell, environment)
            if not self._goes_on_after(name):
                break
        exported = [{"name": name, "value": value} for name, value in shell.exported().items()]
        self._progress.change(exportedEnvironmentVariables=exported)
        if self._progress.is_succeeding():
            cache.save(self._engine, self._record, self._spec, self._workspace)

    def _goes_on_after(self, name: str) -> bool:
        if self._progress.is_succeeding():
            return True
        if self._progress.has_ended():
            return False
        on_failure = self._spec.phases.get(name, Phase()).on_failure
        return on_failure == "CONTINUE" or (name == "build" and on_failure != "ABORT")

    def _run_phase(self, name: str, phase: Phase, shell: Shell, environment: dict[str, str]) -> None:
        for runtime, version in phase.runtimes.items():
            self._say(f"Runtime {runtime} {version}: this machine's own {runtime} stands for it")
        try:
            self._run_commands(name, phase.commands, shell, environment)
        finally:
            if phase.lastly and not self._stopped.is_set():
                self._run_commands(name, phase.lastly, shell, environment)

    def _run_commands(self, name: str, commands: Sequence[str], shell: Shell, environment: dict[str, str]) -> None:
        if not commands:
            return
        argv = shell.argv(commands, self._progress.is_succeeding())
        self._child = self._engine.processes.start(
            argv, env=environment, cwd=self._workspace.source, name=f"build/{self._id}/{name.upper()}", log=self._write
        )
        status = self._wait(self._child)
        if self._stopped.is_set():
            raise BuildStopped
        if status:
            outcome = shell.outcome(status)
            command = commands[outcome.command]
            message = f"Error while executing command: {command}. Reason: exit status {outcome.status}"
            raise PhaseFailed("COMMAND_EXECUTION_ERROR", self._variables.masked(message))

    def _wait(self, child: Child) -> int:
        if self._stopped.is_set():
            child.stop(_GRACE_SECONDS)
        try:
            return child.wait(max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired as expired:
            child.stop(_GRACE_SECONDS)
            raise BuildTimedOut(self._record["timeoutInMinutes"]) from expired

    def _upload(self, caller: Caller) -> None:
        primary = self._request["artifacts"]
        if primary["type"] != "NO_ARTIFACTS" and self._spec.artifacts is not None:
            self._progress.change(artifacts=self._upload_one(caller, primary, self._spec.artifacts))
        uploaded = []
        for target in self._request.get("secondaryArtifacts", []):
            identifier = target["artifactIdentifier"]
            spec = self._spec.secondary_artifacts.get(identifier)
            if spec is None:
                raise PhaseFailed("CLIENT_ERROR", f"secondary artifact {identifier} is not defined in the buildspec")
            uploaded.append(self._upload_one(caller, target, spec))
        if uploaded:
            self._progress.change(secondaryArtifacts=uploaded)

    def _upload_one(self, caller: Caller, target: Record, spec: Artifacts) -> dict[str, Any]:
        files = artifacts.collect(spec, self._workspace.source)
        self._say(f"Uploading {len(files)} file(s) to s3://{target['location']}")
        key = {"encryptionKey": self._record["encryptionKey"]} if self._record.get("encryptionKey") else {}
        return artifacts.upload(caller, target | key, spec, files, self._id, self._variables.values)

    def _close(self) -> None:
        with self._progress.phase("FINALIZING"):
            self._say("Build complete")
            self._workspace.remove(self._engine.processes)
        if self._log is not None:
            self._log.close()
        self._progress.finish()

    @contextlib.contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        """A phase that is refused once the build was stopped, and that the log shows."""
        self._say(f"Entering phase {name}")
        failed: list[PhaseFailed] = []
        with self._progress.phase(name):
            try:
                if self._stopped.is_set():
                    raise BuildStopped
                yield
            except PhaseFailed as failure:
                failed.append(failure)
                raise
            except (AwsError, ClientError, OSError) as error:
                failed.append(PhaseFailed("CLIENT_ERROR", str(error)))
                raise failed[0] from error
        state = failed[0].status if failed else "SUCCEEDED"
        code, message = (failed[0].code, failed[0].message) if failed else ("", "")
        self._say(f"Phase complete: {name} State: {state}")
        self._say(f"Phase context status code: {code} Message: {message}")

    def _say(self, text: str) -> None:
        at = datetime.now(UTC)
        self._write(f"[Container] {at:%Y/%m/%d %H:%M:%S.%f} {text}")

    def _write(self, line: str) -> None:
        if self._log is not None:
            self._log.write(self._variables.masked(line))


def _is_inline(buildspec_given: str) -> bool:
    """Whether a project's buildspec is the text itself, YAML or JSON, and not the name of a file."""
    return "\n" in buildspec_given or buildspec_given.lstrip().startswith("{")
