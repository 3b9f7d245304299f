"""One instance of a variant: its containers, each a server process with a port of its own.

The containers of an inference pipeline answer one after the other: each gets the answer of the one before it. What a
container in between is to answer with, it decides by itself (`Accept: */*`, for which AWS's containers take their
variable SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT); what the caller accepts is for the last one.

docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html
docs.aws.amazon.com/sagemaker/latest/dg/inference-pipeline-real-time.html
docs.aws.amazon.com/sagemaker/latest/dg/inference-pipeline-troubleshoot.html
docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine.services.sagemaker.hosting.connections import Answer
from slipway.engine.services.sagemaker.hosting.server import Container, NotHealthy, Server, new_instance_id

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_MOST_BETWEEN = 5 * 1024 * 1024


class NoAnswer(Exception):
    """A container did not answer; `container` is its name, the cause is a TimeoutError, an OSError or an HTTP one."""

    def __init__(self, container: str) -> None:
        super().__init__(container)
        self.container = container


class TooLarge(Exception):
    """What one container answered is more than the next may get; the text is SageMaker's."""


class BadTarget(Exception):
    """The request names a container or model where it may not, or none where it must; "Endpoint X" and the text."""


@dataclass(frozen=True)
class Request:
    """One invocation; `container` is its TargetContainerHostname, `model` its TargetModel.

    `seconds` are what each container may take, when that is not the minute of a real-time one.
    """

    body: bytes
    headers: dict[str, str]
    container: str | None = None
    model: str | None = None
    seconds: float | None = None


@dataclass
class Answered:
    """The last answer of an instance, which container gave it, how many seconds each took, what else was observed."""

    answer: Answer
    container: str
    seconds: dict[str, float]
    observed: dict[str, float]


class Instance:
    """The containers of one instance, which come into service, take requests and end together."""

    def __init__(
        self,
        engine: Engine,
        containers: Sequence[Container],
        folder: Path,
        log: Callable[[str, str], None],
        name: str,
        *,
        direct: bool = False,
    ) -> None:
        self._direct = direct
        self._notes: dict[str, float] = {}
        instance_id = new_instance_id()
        several = len(containers) > 1
        self._servers = [
            Server(engine, container, folder, log, name, f"{instance_id}/{container.name}" if several else instance_id)
            for container in containers
        ]

    @property
    def outstanding(self) -> int:
        """Requests under way."""
        return self._servers[0].outstanding

    def note(self, name: str, value: float) -> None:
        """Something that was observed before the next request, and is told with its answer."""
        self._notes[name] = value

    def start(self) -> None:
        """Start every container and return once all are healthy; NotHealthy names those that are not."""
        with ThreadPoolExecutor(len(self._servers), thread_name_prefix="start-container") as pool:
            starts = [pool.submit(server.start) for server in self._servers]
        failures = {
            server: error for server, start in zip(self._servers, starts, strict=True) if (error := start.exception())
        }
        other = next((error for error in failures.values() if not isinstance(error, NotHealthy)), None)
        if other is not None:
            raise other
        if failures:
            names = ", ".join(server.container for server in failures)
            raise NotHealthy("; ".join(str(error) for error in failures.values()), names)

    def try_take(self) -> bool:
        """Take every container for one request, unless one is not ready or on its way out."""
        taken: list[Server] = []
        for server in self._servers:
            if not server.try_take():
                for other in taken:
                    other.give_back()
                return False
            taken.append(server)
        return True

    def give_back(self) -> None:
        """The request is answered."""
        for server in self._servers:
            server.give_back()

    def invoke(self, request: Request) -> Answered:
        """The answer of the last container, or of the first that did not succeed.

        NoAnswer when one does not answer; ConnectionRefusedError when it had ended already.
        """
        servers = self._chosen(request.container)
        _check_model(servers, request.model)
        body, headers = request.body, request.headers
        seconds: dict[str, float] = {}
        observed, self._notes = self._notes, {}
        for server, following in zip(servers, [*servers[1:], None], strict=True):
            began = time.perf_counter()
            sent = headers if following is None else {**headers, "Accept": "*/*"}
            answer = _ask(server, replace(request, body=body, headers=sent))
            observed |= answer.observed
            seconds[server.container] = time.perf_counter() - began
            if following is None or answer.status != http.client.OK:
                break
            _check_size(server, following, len(answer.body))
            body = answer.body
            headers = {**headers, "Content-Type": answer.headers.get("Content-Type", "application/octet-stream")}
        return Answered(answer, server.container, seconds, observed)

    def _chosen(self, target: str | None) -> list[Server]:
        if not self._direct:
            if target is not None:
                raise BadTarget("is not configured for direct invocation: give no TargetContainerHostname")
            return self._servers
        if target is None:
            raise BadTarget("is configured for direct invocation: a TargetContainerHostname is required")
        found = [server for server in self._servers if server.container == target]
        if not found:
            raise BadTarget(f"has no container with the TargetContainerHostname {target}")
        return found

    def has(self, target_model: str) -> bool:
        """Whether the target model is loaded here."""
        return any(server.models is not None and server.models.has(target_model) for server in self._servers)

    def retire(self) -> None:
        """Take no more requests, answer those under way, end."""
        self._all(Server.retire)

    def end(self) -> None:
        """End at once."""
        self._all(Server.end)

    def _all(self, action: Callable[[Server], None]) -> None:
        with ThreadPoolExecutor(len(self._servers)) as pool:
            for done in [pool.submit(action, server) for server in self._servers]:
                done.result()


def _check_model(servers: list[Server], target: str | None) -> None:
    several = any(server.models is not None for server in servers)
    if several and target is None:
        raise BadTarget("is a multi-model endpoint: a target model header is required")
    if target is not None and not several:
        raise BadTarget("is not a multi-model endpoint and does not support target model header.")


def _ask(server: Server, request: Request) -> Answer:
    try:
        return server.invoke(request.body, request.headers, request.model or "", request.seconds)
    except ConnectionRefusedError:
        raise
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(server.container) from error


def _check_size(server: Server, following: Server, size: int) -> None:
    if size > _MOST_BETWEEN:
        raise TooLarge(
            f"Received response from {server.container} with status code 200. However, the request payload from "
            f"{server.container} to {following.container} is {size} bytes, which has exceeded the maximum limit of "
            "5 MB."
        )
