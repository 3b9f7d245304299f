"""The engine's process: `python -m slipway.engine.server HOME --port N`.

Order at start: settings, MiniStack, corrections, serving, state, services. At the end: services, children, state.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import logging
import os
import pkgutil
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from slipway.engine import adapter, edge, settings
from slipway.engine import engine as engines
from slipway.engine.clock import Clock
from slipway.engine.dispatcher import Dispatcher, find_services
from slipway.engine.engine import ACCOUNT, Engine
from slipway.engine.home import HomeInUse, HomeLock
from slipway.engine.person import person
from slipway.engine.saving import Saver
from slipway.engine.service import Service

logger = logging.getLogger("slipway")

HOST = "127.0.0.1"
# As long as SDKs keep a connection that they do not use.
_KEEP_ALIVE_SECONDS = 75
_HEAD_BYTES = 64 * 1024


class PortInUse(Exception):
    """Somebody else listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on {HOST} is in use; stop what listens there or choose another with --port")


def main(arguments: list[str] | None = None) -> int:
    """Run the engine until SIGTERM or SIGINT; exit code 3 when the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m slipway.engine.server", description="Run the local engine.")
    parser.add_argument("home", type=Path, help="folder for everything that the engine keeps")
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--clock-factor", type=float, default=1.0, help="AWS seconds in one real second")
    parser.add_argument("--strict", action="store_true", help="refuse templates with properties that have no effect")
    options = parser.parse_args(arguments)
    try:
        check_port(options.port)
        run(options.home.resolve(), options.port, options.region, options.clock_factor, strict=options.strict)
    except (HomeInUse, PortInUse) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def check_port(port: int) -> None:
    """Refuse a port that is taken: PortInUse."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortInUse(port) from error


def run(home: Path, port: int, region: str, clock_factor: float, *, strict: bool = False) -> None:
    """Serve until a signal; everything is below `home`, which is the person's alone: it holds keys and data."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    lock = HomeLock(home)
    settings.write(home, settings.EngineSettings(port, region, clock_factor, strict))
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    adapter.prepare(home, port, region, ACCOUNT, clock_factor)
    engine = Engine(home, port, region, Clock(clock_factor), strict=strict)
    engines.set_current(engine)
    engine.snapshots.restore(adapter.state_folder(home))
    for name in engine.processes.end_leftovers():
        logger.warning("ended %s, left behind by an engine that was killed", name)
    services = find_services()
    apply_corrections()
    application = edge.Edge(engine, services, Dispatcher(engine, services))
    # Not asyncio.run: in the end it would wait for every task and thread, so for a WaitCondition of hours.
    loop = uvloop.new_event_loop()
    try:
        loop.run_until_complete(_serve(application, engine, services, lock))
    finally:
        engine.close()


def apply_corrections() -> None:
    """Apply every correction of MiniStack, found by its module's name."""
    from slipway.engine import mend

    for module in sorted(pkgutil.iter_modules(mend.__path__), key=lambda m: m.name):
        importlib.import_module(f"slipway.engine.mend.{module.name}").apply()


class _Connection(HttpToolsProtocol):
    """One connection. A client that has sent its request and says no more still gets its answer."""

    _head_bytes = 0

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of a head; ValueError, which is answered with 400, when it has become too long."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > _HEAD_BYTES:
            raise ValueError(f"the head of a request is longer than {_HEAD_BYTES} bytes")
        super().on_header(name, value)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Whether to keep the connection: for the answer to a request that is complete."""
        waits = self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete
        if waits:
            self.cycle.keep_alive = False
        return waits


class _Server(uvicorn.Server):
    """Serves until the engine has stopped in its own order; a signal only asks for that."""

    def __init__(self, application: edge.Edge, port: int) -> None:
        config = uvicorn.Config(
            application,
            HOST,
            port,
            http=_Connection,
            ws="none",
            lifespan="on",
            log_config=None,
            log_level=logging.ERROR,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self.asked_to_stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn calls it with these
        """A signal has come."""
        self._loop.call_soon_threadsafe(self.asked_to_stop.set)


async def _serve(application: edge.Edge, engine: Engine, services: list[Service], lock: HomeLock) -> None:
    server = _Server(application, engine.port)
    starter = asyncio.create_task(_start_when_served(server, engine, services, lock))
    starter.add_done_callback(
        lambda done: None if done.cancelled() or done.exception() is None else server.asked_to_stop.set()
    )
    stopper = asyncio.create_task(_stop_when_asked(server, engine, services))
    try:
        await server.serve()
    finally:
        starter.cancel()
        stopper.cancel()
        await asyncio.to_thread(_stop, engine)
    with contextlib.suppress(asyncio.CancelledError):
        await starter  # an engine that could not start says why, at the end of its log


async def _stop_when_asked(server: _Server, engine: Engine, services: list[Service]) -> None:
    """Services stop while the port still answers: they write the last of their logs, metrics and captured data."""
    await server.asked_to_stop.wait()
    engine.stopping.set()
    engine.processes.hurry()
    await asyncio.to_thread(_stop_services, engine, services)
    server.should_exit = True


async def _start_when_served(server: _Server, engine: Engine, services: list[Service], lock: HomeLock) -> None:
    """Once the port answers, so that state is loaded: the person, the services, the record of this engine."""
    while not server.started:
        await asyncio.sleep(0.005)
    await asyncio.to_thread(_start, engine, services, lock)


def _start(engine: Engine, services: list[Service], lock: HomeLock) -> None:
    # Like every correction of MiniStack not before its settings are made, which it reads when it is imported.
    from slipway.engine.mend import lambda_

    with adapter.request_scope(engine.account, engine.region):
        keyholder = person(engine)
        adapter.register_person(keyholder.credentials)
        for service in services:
            for starter in service.starters:
                starter(engine)
        engine.deliveries.resume()
        lambda_.events(engine).resume()
    engine.spawn("save-state", _save_while_running, engine, lock)
    facts = {
        "pid": os.getpid(),
        "url": engine.url,
        "port": engine.port,
        "region": engine.region,
        "account": engine.account,
        "clockFactor": engine.clock.factor,
        "strict": engine.strict,
    }
    written = engine.home / "engine.json.new"
    written.write_text(json.dumps(facts))
    written.replace(engine.home / "engine.json")


def _stop_services(engine: Engine, services: list[Service]) -> None:
    """All at once: some of them wait for processes."""
    stoppers = [stopper for service in services for stopper in service.stoppers]
    with ThreadPoolExecutor(len(stoppers)) as pool:
        list(pool.map(lambda stopper: stopper(engine), stoppers))


def _stop(engine: Engine) -> None:
    engine.stopping.set()
    engine.processes.stop_all()
    Saver(engine).save()
    (engine.home / "engine.json").unlink(missing_ok=True)


def _save_while_running(engine: Engine, lock: HomeLock) -> None:
    saver = Saver(engine)
    while not engine.stopping.is_set():
        saver.look()
        if not lock.is_current():
            # Somebody removed the home: there is nothing to keep, and its children must not outlive it.
            engine.processes.stop_all()
            os._exit(1)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # All is saved and closed. Python would spend seconds on taking its own memory to pieces.
    os._exit(code)
