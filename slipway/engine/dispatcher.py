"""The one way in: every request passes the same four steps, whoever sends it and whoever serves it.

1. Who calls: the signature is verified and the identity resolved.
2. Is the request valid: an operation that the engine executes, and botocore's model of it.
3. Is it allowed: identity, boundary, session and resource policies, and the roles that it hands over.
4. The journal.

Services of ours and MiniStack's differ only in who serves the call in the end (`slipway.engine.backends`).
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
import traceback
from collections.abc import Sequence

from botocore.exceptions import ClientError
from botocore.model import OperationModel

from slipway.engine import adapter, identity, journal, refusals, request_context, wire
from slipway.engine.backends import Backend, MiniStackService, OwnService
from slipway.engine.directory import Address, Directory
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.exchange import Check, Exchange, Handover
from slipway.engine.executed import SERVED
from slipway.engine.faults import rules as faults
from slipway.engine.service import Service
from slipway.engine.signature import scope_of

logger = logging.getLogger("slipway")


def find_services() -> list[Service]:
    """Every service of ours, found by its module's name."""
    from slipway.engine import services

    names = sorted(module.name for module in pkgutil.iter_modules(services.__path__))
    return [importlib.import_module(f"slipway.engine.services.{name}").SERVICE for name in names]


class Dispatcher:
    """Takes requests for one engine."""

    def __init__(self, engine: Engine, services: list[Service]) -> None:
        self._engine = engine
        own = {service.name: OwnService(service) for service in services}
        ministack = {name: MiniStackService(served) for name, served in SERVED.items() if name not in own}
        self._backends: dict[str, Backend] = {**own, **ministack}
        self._directory = Directory(self._backends, engine.region)

    async def dispatch(self, sent: wire.WireRequest, request_id: str) -> adapter.Response:
        """Answer one request."""
        scope = scope_of(sent)
        request = sent if scope.service == "s3" else wire.inflated(sent)
        address = self._directory.find(request, scope)
        entry = journal.Entry(request_id, address.service, address.name)
        with self._engine.journal.call(entry):
            response = await self._answer(sent, request, request_id, address, entry)
            entry.caller = entry.caller or identity.claimed(self._engine, scope.access_key_id)
            entry.status = response[0]
        return response

    def not_received(self, sent: wire.WireRequest, request_id: str, error: OSError) -> adapter.Response:
        """Answer a request whose body found no room on the disk."""
        scope = scope_of(sent)
        address = self._directory.find(sent, scope)
        reason = f"We encountered an internal error. Please try again. ({error.strerror})"
        failure = AwsError("InternalError", reason, status=500)
        entry = journal.Entry(request_id, address.service, address.name, status=500, error=failure.code)
        entry.caller = identity.claimed(self._engine, scope.access_key_id)
        self._engine.journal.write(entry)
        return refusals.render(address, failure, sent, request_id)

    async def _answer(
        self,
        sent: wire.WireRequest,
        request: wire.WireRequest,
        request_id: str,
        address: Address,
        entry: journal.Entry,
    ) -> adapter.Response:
        try:
            caller = identity.of(self._engine, sent, address)
            entry.caller = caller.arn
            operation, backend = self._executed(address)
            request = wire.joined(request)
            params = wire.parse(operation, request)
            await self._suffer(operation, entry)
            exchange = Exchange(self._engine, request, request_id, operation, caller, params)
            response = await backend.serve(exchange, allow)
        except AwsError as error:
            entry.error = error.code
            return refusals.render(address, error, request, request_id)
        except asyncio.CancelledError:
            # The engine stops, and the call would wait for longer than that may take.
            entry.error = "ServiceUnavailable"
            stopping = AwsError(entry.error, "The local engine is being stopped.", status=503)
            return refusals.render(address, stopping, request, request_id)
        except ClientError as error:
            # A call that the service made in turn was refused: its caller sees that error.
            details = error.response["Error"]
            entry.error = details["Code"]
            return refusals.render(address, AwsError(details["Code"], details["Message"]), request, request_id)
        except Exception as error:  # noqa: BLE001 - the server's edge: a fault of ours is a logged 500, never a lost request
            logger.error("%s:%s failed\n%s", address.service, address.name, traceback.format_exc())
            entry.error = "InternalFailure"
            failure = AwsError("InternalFailure", f"{type(error).__name__}: {error}", status=500)
            return refusals.render(address, failure, request, request_id)
        if response[0] >= 400:
            entry.error = str(response[1].get("x-amzn-errortype", ""))
        return response

    async def _suffer(self, operation: OperationModel, entry: journal.Entry) -> None:
        """Wait or fail, if a rule hits the call; nothing was done then."""
        hit = self._engine.faults.of_call(operation, entry.caller)
        if hit is None:
            return
        entry.fault = hit.number
        refusal = faults.refusal(hit, operation)
        if refusal is not None:
            raise refusal
        await asyncio.sleep(hit.rule.seconds)

    def _executed(self, address: Address) -> tuple[OperationModel, Backend]:
        """The operation's model and who serves it; refused by name when nobody does."""
        if address.model is None:
            raise refusals.no_service(address)
        if address.operation is None:
            raise refusals.no_operation(address)
        backend = self._backends[address.service]
        if not backend.executes(address.name):
            raise refusals.not_executed(address)
        return address.operation, backend


def allow(exchange: Exchange, checks: Sequence[Check], handovers: Sequence[Handover]) -> None:
    """The third step. AccessDenied."""
    brought = request_context.of(exchange)
    for check in checks:
        exchange.caller.check(check.action, check.resource, {**brought, **check.context})
    for handed in handovers:
        exchange.caller.check_pass_role(handed.role_arn, handed.principal, assumed_now=handed.assumed_now)
