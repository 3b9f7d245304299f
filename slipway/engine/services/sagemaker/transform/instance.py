"""One instance of a transform job: a server for each container of the model, each asked with what the one before said.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine.services.sagemaker.failures import JobFailed
from slipway.engine.services.sagemaker.hosting.connections import HOST, Answer, Connections
from slipway.engine.services.sagemaker.hosting.server import free_port, new_instance_id, ping
from slipway.engine.services.sagemaker.launch import Command

if TYPE_CHECKING:
    from slipway.engine.aws_images import StandIn
    from slipway.engine.engine import Engine
    from slipway.engine.images import Image
    from slipway.engine.processes import Child

HEALTHY_SECONDS = 1800
_PING_EVERY = 0.05
_PARAMETERS_SECONDS = 2


class NotHealthy(JobFailed):
    """A container ended, or never answered 200 to /ping."""

    def __init__(self) -> None:
        super().__init__(
            "AlgorithmError: Model container failed to respond to ping. Please ensure /ping endpoint is implemented "
            "and responds with an HTTP 200 status code"
        )


@dataclass(frozen=True)
class Program:
    """What a container runs: `model` is the unpacked model that all instances share, `log` takes its lines."""

    image: Image | StandIn
    model: Path
    env: dict[str, str]
    log: Callable[[str], None]


class Server:
    """One container's process."""

    def __init__(self, engine: Engine, program: Program, base: Path, name: str, timeout: float) -> None:
        self._port = free_port()
        self._connections = Connections(self._port, timeout)
        self._program = program
        base.mkdir(parents=True, exist_ok=True)
        (base / "model").symlink_to(program.model, target_is_directory=True)
        env = {**program.env, "SAGEMAKER_BIND_TO_PORT": str(self._port), "SAGEMAKER_BIND_TO_HOST": HOST}
        process = Command(["serve"]).container(program.image, name, base, env, program.log)
        self._child: Child = engine.processes.start(
            process.argv, env=process.env, cwd=process.cwd, name=name, log=process.log
        )

    def is_healthy(self) -> bool:
        """Whether it answers 200 to /ping; NotHealthy when it has ended."""
        if self._child.returncode is not None:
            self._program.log(f"[sagemaker] the container ended with exit code {self._child.wait()}")
            raise NotHealthy
        return ping(self._port)

    def post(self, body: bytes, headers: dict[str, str]) -> Answer:
        """POST /invocations; OSError or http.client.HTTPException when it does not answer."""
        return self._connections.post("/invocations", body, headers)

    def execution_parameters(self) -> bytes:
        """What it answers to GET /execution-parameters; nothing when it does not have it."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=_PARAMETERS_SECONDS)
        try:
            connection.request("GET", "/execution-parameters")
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return b""
        finally:
            connection.close()
        return body if answer.status == http.client.OK else b""

    def end(self) -> None:
        """End the process at once."""
        self._connections.close()
        self._child.stop()


class Instance:
    """The servers of one instance, and a folder for each."""

    def __init__(self, engine: Engine, folder: Path, job: str, timeout: float) -> None:
        self.id = new_instance_id()
        self._engine = engine
        self._folder = folder / self.id
        self._name = f"transform-job/{job}/{self.id}"
        self._timeout = timeout
        self._servers: list[Server] = []

    def start(self, programs: list[Program], pause: Callable[[float], bool]) -> bool:
        """Start every container; whether all are healthy, or no longer wanted since `pause` says so. NotHealthy."""
        for number, program in enumerate(programs, 1):
            base = self._folder / f"container-{number}"
            self._servers.append(Server(self._engine, program, base, f"{self._name}/{number}", self._timeout))
        deadline = time.monotonic() + HEALTHY_SECONDS
        while not all(server.is_healthy() for server in self._servers):
            if time.monotonic() >= deadline:
                raise NotHealthy
            if pause(_PING_EVERY):
                return False
        return True

    def execution_parameters(self) -> bytes:
        """What the first container wants to be asked with."""
        return self._servers[0].execution_parameters()

    def invoke(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Through the containers one after the other; the first answer that is not 200 is the instance's.

        docs.aws.amazon.com/sagemaker/latest/dg/inference-pipeline-batch.html: what the job accepts is for the last one.
        """
        *before, last = self._servers
        for server in before:
            answer = server.post(body, {**headers, "Accept": "*/*"})
            if answer.status != http.client.OK:
                return answer
            body = answer.body
            headers = {**headers, "Content-Type": answer.headers.get("Content-Type", "application/octet-stream")}
        return last.post(body, headers)

    def end(self) -> None:
        """End every process."""
        for server in self._servers:
            server.end()
