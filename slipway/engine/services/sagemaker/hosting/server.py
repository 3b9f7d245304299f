"""One container of an instance: a server process that is pinged, invoked, restarted when it dies, drained at its end.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

import http.client
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine.services.sagemaker.hosting.connections import HOST, Answer, Connections
from slipway.engine.services.sagemaker.hosting.model_files import ModelSource
from slipway.engine.services.sagemaker.hosting.multi_model import Models, NoContract
from slipway.engine.services.sagemaker.launch import Command
from slipway.engine.services.sagemaker.model_containers import PRIMARY

if TYPE_CHECKING:
    from slipway.engine.aws_images import StandIn
    from slipway.engine.engine import Engine
    from slipway.engine.images import Image
    from slipway.engine.processes import Child

INVOCATION_SECONDS = 60
_PING_SECONDS = 2
_PING_EVERY = 0.05
_DRAIN_SECONDS = 60
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0


class NotHealthy(Exception):
    """The server ended, or never answered 200 to /ping, before it was ready; `containers` names whose it is."""

    def __init__(self, reason: str, containers: str = PRIMARY) -> None:
        super().__init__(reason)
        self.containers = containers


@dataclass(frozen=True)
class Container:
    """What every instance of a variant runs; `model` is the unpacked model that they share, read-only.

    `name` is what errors call it. `models` says where the models of a multi-model container come from.
    """

    image: Image | StandIn
    model: Path
    env: dict[str, str]
    startup_seconds: float
    name: str = PRIMARY
    models: ModelSource | None = None


def new_instance_id() -> str:
    """As EC2 names an instance."""
    return f"i-{secrets.token_hex(9)[:17]}"


class Server:
    """One server process and its way of life.

    `host` names it among the variant's: an instance's id, or that and the container's hostname below it.
    """

    def __init__(
        self,
        engine: Engine,
        container: Container,
        folder: Path,
        log: Callable[[str, str], None],
        name: str,
        host: str,
    ) -> None:
        self.host = host
        self.restarts = 0
        self._engine = engine
        self._container = container
        self._base = folder / self.host
        self._name = f"{name}/{self.host}"
        self._write = log
        self._child: Child | None = None
        self._port = 0
        self._connections = Connections(0, INVOCATION_SECONDS)
        self._change = threading.Condition()
        self._ready = False
        self._ended = False
        self._in_flight = 0
        self.models = Models(engine, container.models, self._base / "models") if container.models else None

    @property
    def container(self) -> str:
        """What errors call its container."""
        return self._container.name

    @property
    def outstanding(self) -> int:
        """Requests under way."""
        return self._in_flight

    @property
    def pid(self) -> int:
        """The process's id, 0 before it was started."""
        return self._child.pid if self._child else 0

    def start(self) -> None:
        """Start the process and return once it is healthy; NotHealthy otherwise."""
        self._base.mkdir(parents=True, exist_ok=True)
        if self.models is None:
            (self._base / "model").symlink_to(self._container.model, target_is_directory=True)
        self._launch()
        self._wait_until_healthy()
        self._engine.spawn(f"watch {self._name}", self._watch)

    def try_take(self) -> bool:
        """Take this server for one request, unless it is not ready or on its way out."""
        with self._change:
            if self._ready:
                self._in_flight += 1
            return self._ready

    def give_back(self) -> None:
        """The request is answered."""
        with self._change:
            self._in_flight -= 1
            self._change.notify_all()

    def invoke(
        self, body: bytes, headers: dict[str, str], target_model: str = "", seconds: float | None = None
    ) -> Answer:
        """POST /invocations, or to the target model; only between `try_take` and `give_back`.

        A server that nobody listens at has ended: it is taken no more until it was started again.
        """
        connections = self._connections
        try:
            if self.models is not None:
                return self.models.invoke(connections, target_model, body, headers)
            return connections.post("/invocations", body, headers, seconds)
        except ConnectionRefusedError:
            with self._change:
                self._ready = self._ready and connections is not self._connections
            raise

    def retire(self) -> None:
        """Take no more requests, answer those under way, end."""
        with self._change:
            self._ready = False
            self._change.wait_for(lambda: self._in_flight == 0, timeout=_DRAIN_SECONDS)
        self.end()

    def end(self) -> None:
        """End at once."""
        with self._change:
            self._ready, self._ended = False, True
        self._connections.close()
        if self._child is not None:
            self._child.stop()
        shutil.rmtree(self._base, ignore_errors=True)

    def _launch(self) -> None:
        port = free_port()
        env = {**self._container.env, "SAGEMAKER_BIND_TO_PORT": str(port), "SAGEMAKER_BIND_TO_HOST": HOST}
        if self.models is not None:
            env["SAGEMAKER_MULTI_MODEL"] = "true"
        process = Command(["serve"]).container(self._container.image, self.host, self._base, env, self._log)
        self._connections = Connections(port, INVOCATION_SECONDS)
        self._child = self._engine.processes.start(
            process.argv, env=process.env, cwd=process.cwd, name=self._name, log=process.log
        )
        self._port = port

    def _log(self, line: str) -> None:
        self._write(self.host, line)

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + self._container.startup_seconds
        while not ping(self._port):
            if self._ended or self._exited() is not None:
                raise NotHealthy(f"its process ended with exit code {self._exited()} before it answered /ping")
            if time.monotonic() >= deadline:
                raise NotHealthy(f"it did not answer 200 to /ping within {self._container.startup_seconds:.0f} seconds")
            time.sleep(_PING_EVERY)
        if self.models is not None:
            self._list_models(self.models)
        with self._change:
            self._ready = not self._ended

    def _list_models(self, models: Models) -> None:
        try:
            models.begin(self._port)
        except NoContract as reason:
            raise NotHealthy(str(reason)) from reason

    def _exited(self) -> int | None:
        return self._child.returncode if self._child else None

    def _watch(self) -> None:
        """Start the process again whenever it ends by itself."""
        pause = _FIRST_PAUSE
        while self._child is not None:
            code = self._child.wait()
            with self._change:
                if self._ended:
                    return
                self._ready = False
            self._log(f"[sagemaker] the server ended with exit code {code}; it is started again")
            time.sleep(pause)
            pause = _FIRST_PAUSE if self._restarted() else min(pause * 2, _LONGEST_PAUSE)

    def _restarted(self) -> bool:
        with self._change:
            if self._ended:
                return False
            self._connections.close()
            self._launch()
            self.restarts += 1
        try:
            self._wait_until_healthy()
        except NotHealthy as reason:
            self._log(f"[sagemaker] the server is not healthy: {reason}")
            return False
        return True


def ping(port: int) -> bool:
    """Whether the server answers 200 to GET /ping within two seconds."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_PING_SECONDS)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
