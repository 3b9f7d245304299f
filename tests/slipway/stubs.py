"""AWS that answers what a test says, in shapes that botocore checks; nothing leaves the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.session import Session
from botocore.stub import Stubber

from slipway.install import Install
from slipway.local import LocalEngine, models
from slipway.target import Target

OUTPUTS = {"PipelineName": "churn", "Branch": "master", "CloneUrl": "http://127.0.0.1:1/v1/repos/churn"}


class Aws:
    """A target whose clients are stubbed: `answer` queues one answer, `refuse` one error."""

    def __init__(self, home: Path = Path(".slipway"), *, local: bool = True) -> None:
        engine = LocalEngine(home, os.getpid(), "http://127.0.0.1:1", 1, "us-east-1", "111122223333", 30.0)
        self._stubs: dict[str, Stubber] = {}
        self._clients: dict[str, Any] = {}
        core = Session()
        core.register_component("data_loader", models())
        session = boto3.Session("AKIATEST", "secret", region_name="us-east-1", botocore_session=core)
        self.target = Target(session, engine if local else None, self._clients)

    def _stub(self, service: str) -> Stubber:
        if service not in self._stubs:
            client = self.target.session.client(service, endpoint_url="http://127.0.0.1:1")
            self._clients[service] = client
            self._stubs[service] = Stubber(client)
            self._stubs[service].activate()
        return self._stubs[service]

    def answer(self, call: str, response: Mapping[str, Any], expected: Mapping[str, Any] | None = None) -> None:
        """`call` is `service.method`."""
        service, _, method = call.partition(".")
        self._stub(service).add_response(method, dict(response), expected)

    def refuse(self, call: str, code: str, message: str) -> None:
        """An error answer."""
        service, _, method = call.partition(".")
        self._stub(service).add_client_error(method, code, message)

    def install(self, **outputs: str) -> Install:
        """An install called churn."""
        return Install(self.target, "churn", {**OUTPUTS, **outputs})

    def done(self) -> None:
        """Every queued answer was asked for."""
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()
