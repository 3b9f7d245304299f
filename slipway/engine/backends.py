"""Who serves a call: a service of ours, or one of MiniStack's. The dispatcher hands both the same kind of call.

A backend says what must be allowed; `allow`, the dispatcher's third step, decides, and only then the backend serves.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from slipway.engine import adapter, dependent_actions, encryption, handover, policy_documents, shapes, wire
from slipway.engine.acknowledge import Acknowledgement
from slipway.engine.exchange import Check, Exchange, Handover
from slipway.engine.executed import Served
from slipway.engine.mend import edge
from slipway.engine.service import Call, Service

Allow = Callable[[Exchange, Sequence[Check], Sequence[Handover]], None]


class Backend(Protocol):
    """What serves the calls to one service."""

    def executes(self, operation: str) -> bool:
        """Whether it really does what the operation says."""
        ...

    async def serve(self, exchange: Exchange, allow: Allow) -> adapter.Response:
        """Ask `allow`, then serve."""
        ...


class OwnService:
    """A service of ours: its handlers may block, so each call has a thread."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def executes(self, operation: str) -> bool:
        """Whether the service declares the operation."""
        return operation in self._service.operations

    async def serve(self, exchange: Exchange, allow: Allow) -> adapter.Response:
        """Ask `allow`, then serve."""
        run = partial(contextvars.copy_context().run, self._serve, exchange, allow)
        return await asyncio.get_running_loop().run_in_executor(None, run)

    def _serve(self, exchange: Exchange, allow: Allow) -> adapter.Response:
        operation = exchange.operation
        declared = self._service.operations[operation.name]
        call = Call(
            exchange.engine,
            exchange.caller,
            self._service.iam,
            operation.name,
            exchange.params,
            exchange.request_id,
        )
        resources = declared.resource(call) if declared.resource else "*"
        context = declared.context(call) if declared.context else {}
        named = [resources] if isinstance(resources, str) else resources
        allow(
            exchange,
            [Check(declared.action, resource, context) for resource in named],
            [
                Handover(role, principal)
                for path, principal in declared.passes.items()
                for role in handover.passed_roles(exchange.params, path)
            ],
        )
        protocol = wire.protocol_of(operation.service_model, exchange.request)
        answer = wire.render(operation, declared.handler(call), exchange.request_id, protocol)
        return answer.status, answer.headers, answer.body


class MiniStackService:
    """A service that MiniStack serves, on the event loop."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._acknowledgement = Acknowledgement(served.ministack)

    def executes(self, operation: str) -> bool:
        """Whether the engine answers for what MiniStack does with the operation."""
        return operation in self._served.operations

    async def serve(self, exchange: Exchange, allow: Allow) -> adapter.Response:
        """Ask `allow`, then serve."""
        service, name = self._served.ministack, exchange.operation.name
        public = exchange.operation.service_model.service_name
        asked = edge.checks(service, name, exchange.params, exchange.request)
        own = [Check(*check) for check in asked] or [Check(f"{service}:{name}", "*")]
        allow(
            exchange,
            [*own, *dependent_actions.checks(public, name, exchange.params, own)],
            handover.handed(public, name, exchange.params, exchange.engine.account),
        )
        policy_documents.refuse_malformed(exchange.caller, public, name, exchange.params)
        encryption.check(exchange.caller, public, name, exchange.params)
        try:
            response = await edge.serve(service, _read(exchange), exchange.caller, exchange.request_id)
        except KeyError as error:
            # MiniStack looks for a member that the model leaves open: the service needs it.
            path = shapes.lacking(exchange.operation.input_shape, exchange.params, str(error.args[0]))
            if path is None:
                raise
            raise shapes.missing(path) from error
        await self._acknowledgement.of(exchange.engine, name, response)
        return response


def _read(exchange: Exchange) -> wire.WireRequest:
    """The request as its service reads it: MiniStack takes a null for a value, and reads bodies that mean nothing."""
    request, operation = exchange.request, exchange.operation
    if not request.body or wire.protocol_of(operation.service_model, request) not in ("json", "rest-json"):
        return request
    if not wire.has_body(operation):
        # An operation by target has a body that says nothing, too.
        return request if "x-amz-target" in request.headers else replace(request, body=b"")
    if wire.is_payload(operation):
        return request
    return replace(request, body=wire.without_nulls(bytes(request.body)))
