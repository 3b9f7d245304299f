"""The one way in: every request passes the same four steps, whoever sends it.

1. Who calls: the signature is verified and the identity resolved.
2. Is the request valid: botocore's model of the operation.
3. Is it allowed: identity, boundary, session and resource policies, and the roles that it hands over.
4. The journal.

Requests for MiniStack's services take the same steps; MiniStack's own edge does the first and the third through our
check (`adapter.install`), and serves them.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import pkgutil
import re
import traceback
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from botocore.exceptions import ClientError
from botocore.model import OperationModel, ServiceModel

from slipway.engine import adapter, handover, journal, wire
from slipway.engine.actions import documented
from slipway.engine.authorization import passed_roles
from slipway.engine.caller import Caller, service_model
from slipway.engine.changes import EVERYTHING
from slipway.engine.credentials import Credentials
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Operation, Service

logger = logging.getLogger("slipway")

# After these MiniStack's state need not be saved: a message that was received and is not deleted comes again.
_READS = re.compile(r"(BatchGet|Describe|Filter|Get(?!SessionToken|FederationToken)|GET |HEAD |List|Receive)")

# Operations by which a caller waits for an end: the service to save, and what the answer holds before the end.
_ENDS = {"DescribeStacks": (EVERYTHING, "_IN_PROGRESS")}
_LONGEST_SAVE_SECONDS = 2.0


def find_services() -> list[Service]:
    """Every service of ours, found by its module's name."""
    from slipway.engine import services

    names = sorted(module.name for module in pkgutil.iter_modules(services.__path__))
    return [importlib.import_module(f"slipway.engine.services.{name}").SERVICE for name in names]


class Dispatcher:
    """Takes requests for one engine."""

    def __init__(self, engine: Engine, services: list[Service]) -> None:
        self._engine = engine
        self.services = services
        self._by_target: dict[str, Service] = {}
        self._rest: list[Service] = []
        for service in services:
            prefix = self._model(service).metadata.get("targetPrefix")
            if prefix:
                self._by_target[prefix] = service
            else:
                self._rest.append(service)

    def wrap(self, serve_ministack: adapter.Dispatch) -> adapter.Dispatch:
        """Our dispatch around MiniStack's."""

        async def dispatch(
            method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]], request_id: str
        ) -> adapter.Response:
            request = wire.WireRequest(method, path, query, headers, body)
            service, operation = self._find(request)
            if service is None:
                return await self._serve_ministack(serve_ministack, request, request_id)
            identified = adapter.identify(headers, query)
            return await asyncio.to_thread(self._serve, service, operation, request, identified, request_id)

        return dispatch

    def enforce(self, original: Any, access_key_id: str, action: str, service: str, region: str, **kwargs: Any) -> Any:
        """MiniStack's policy check with AWS's own services as callers, and journalled."""
        action, resource = documented(action, str(kwargs.get("resource_arn") or "*"))
        kwargs["resource_arn"] = resource
        principal = self._engine.authorization.service_principal(access_key_id)
        if principal is None:
            result = original(access_key_id, action, service, region, **kwargs)
            decision = "Allow" if result is None else getattr(result, "decision", None) or result.code
            journal.note_check(adapter.arn_of(access_key_id), action, resource, decision)
            return result
        try:
            self._engine.authorization.check(access_key_id, action, resource, kwargs.get("service_context") or {})
        except AwsError:
            return adapter.denial(principal.name)
        return None

    def _find(self, request: wire.WireRequest) -> tuple[Service | None, OperationModel | None]:
        target = request.headers.get("x-amz-target", "").rpartition(".")[0]
        if target:
            service = self._by_target.get(target)
            return service, wire.operation_of(self._model(service), request) if service else None
        for service in self._rest:
            operation = wire.operation_of(self._model(service), request)
            if operation is not None:
                return service, operation
        return None, None

    def _serve(
        self,
        service: Service,
        operation: OperationModel | None,
        request: wire.WireRequest,
        identified: adapter.Identified,
        request_id: str,
    ) -> adapter.Response:
        name = operation.name if operation else request.headers.get("x-amz-target", request.path).rpartition(".")[2]
        entry = journal.Entry(request_id, service.name, name, caller=identified.arn)
        with self._engine.journal.call(entry):
            response = self._answer(service, operation, name, request, identified, request_id, entry)
            entry.status = response.status
        return response.status, response.headers, response.body

    def _answer(
        self,
        service: Service,
        operation: OperationModel | None,
        name: str,
        request: wire.WireRequest,
        identified: adapter.Identified,
        request_id: str,
        entry: journal.Entry,
    ) -> wire.WireResponse:
        model = self._model(service)
        try:
            if identified.code:
                raise AwsError(identified.code, identified.message, status=403)
            if _signed_for(request) != model.signing_name:
                scope = f"Credential should be scoped to correct service: '{model.signing_name}'."
                raise AwsError("InvalidSignatureException", scope, status=403)
            declared = service.operations.get(name)
            if operation is None:
                raise AwsError("UnknownOperationException", f"{service.name} has no operation {name}", status=400)
            if declared is None:
                raise AwsError(
                    "UnsupportedOperation",
                    f"The local engine does not execute {service.name}:{name}; docs/local-engine.md lists what it does",
                    status=501,
                )
            params = wire.parse(operation, request)
            caller = self._caller(identified)
            call = Call(self._engine, caller, service.iam, name, params, request_id)
            self._allow(declared, call)
            return wire.render(operation, declared.handler(call))
        except AwsError as error:
            entry.error = error.code
            return wire.render_error(model, error, request_id)
        except ClientError as error:
            # A call that the service made in turn was refused: its caller sees that error.
            details = error.response["Error"]
            entry.error = details["Code"]
            return wire.render_error(model, AwsError(details["Code"], details["Message"]), request_id)
        except Exception as error:  # noqa: BLE001 - the server's edge: a fault of ours is a logged 500, never a lost request
            logger.error("%s:%s failed\n%s", service.name, name, traceback.format_exc())
            entry.error = "InternalFailure"
            failure = AwsError("InternalFailure", f"{type(error).__name__}: {error}", status=500)
            return wire.render_error(model, failure, request_id)

    def _allow(self, declared: Operation, call: Call) -> None:
        resources = declared.resource(call) if declared.resource else "*"
        context: Mapping[str, Any] = declared.context(call) if declared.context else {}
        for resource in [resources] if isinstance(resources, str) else resources:
            call.caller.check(declared.action, resource, context)
        for path, principal in declared.passes.items():
            for role_arn in passed_roles(call.params, path):
                call.caller.check_pass_role(role_arn, principal)

    def _caller(self, identified: adapter.Identified) -> Caller:
        secret, token = adapter.secret_of(identified.access_key_id) or ("", None)
        return Caller(self._engine, identified.arn, Credentials(identified.access_key_id, secret, token))

    async def _serve_ministack(
        self, serve: adapter.Dispatch, request: wire.WireRequest, request_id: str
    ) -> adapter.Response:
        query = dict(request.query)
        routing = adapter.routing_query(request.method, request.path, dict(request.headers), request.body, query)
        name = adapter.service_of(request.method, request.path, dict(request.headers), routing)
        signer = adapter.signer(dict(request.headers), query)
        entry = journal.Entry(request_id, name, _operation_name(request, routing), caller=self._name(signer))
        if name not in adapter.services():
            return self._refuse_service(entry, name, speaks_xml=_speaks_xml(name, request))
        with self._engine.journal.call(entry):
            arguments = (request.method, request.path, dict(request.headers), request.body, query, request_id)
            refusal = None
            if name in handover.SERVICES:
                refusal = await asyncio.to_thread(handover.refusal, self._engine, name, request, routing, request_id)
            response = refusal or await serve(*arguments)
            await self._tell_once_saved(entry.operation, response)
            entry.status = response[0]
            entry.error = str(response[1].get("x-amzn-errortype", "")) if response[0] >= 400 else ""
        if response[0] < 400 and not _READS.match(entry.operation):
            self._engine.changes.note(name)
        return response

    async def _tell_once_saved(self, operation: str, response: adapter.Response) -> None:
        """Keep back that something has ended until that is on disk: whoever acts on it writes that down at once."""
        service, going_on = _ENDS.get(operation, ("", ""))
        if going_on and going_on not in str(response[2]):
            await asyncio.to_thread(self._engine.changes.wait_until_saved, service, _LONGEST_SAVE_SECONDS)

    def _name(self, access_key_id: str) -> str:
        """Who a key belongs to, verified or not; the journal says by its status whether the call was let in."""
        service = self._engine.authorization.service_principal(access_key_id)
        return service.name if service else adapter.arn_of(access_key_id)

    def _refuse_service(self, entry: journal.Entry, name: str, *, speaks_xml: bool) -> adapter.Response:
        """Neither ours nor MiniStack's."""
        message = f"The local engine has no service {name} ({entry.operation}); docs/local-engine.md lists what it has"
        entry.status, entry.error = 501, "UnsupportedService"
        self._engine.journal.write(entry)
        if speaks_xml:
            error = f"<Error><Code>{entry.error}</Code><Message>{escape(message)}</Message></Error>"
            within = (
                "<Response><Errors>{}</Errors></Response>" if name == "ec2" else "<ErrorResponse>{}</ErrorResponse>"
            )
            return 501, {"Content-Type": "text/xml"}, within.format(error).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": "UnsupportedService"}
        return 501, headers, json.dumps({"__type": "UnsupportedService", "message": message}).encode()

    def _model(self, service: Service) -> ServiceModel:
        return service_model(service.name, self._engine.region)


def _signed_for(request: wire.WireRequest) -> str:
    """The service in the signature's scope, `<key>/<date>/<region>/<service>/aws4_request`.

    docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
    """
    presigned = (request.query.get("X-Amz-Credential") or [""])[0]
    header = re.search(r"Credential=([^,\s]+)", request.headers.get("authorization", ""))
    scope = (header[1] if header else presigned).split("/")
    return scope[-2] if len(scope) > 1 else ""


def _speaks_xml(name: str, request: wire.WireRequest) -> bool:
    """Whether a service's clients read XML: those of the Query protocol, and two that are REST."""
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return form or name in ("cloudfront", "route53")


def _operation_name(request: wire.WireRequest, routing: Mapping[str, list[str]]) -> str:
    target = request.headers.get("x-amz-target", "")
    if target:
        return target.rpartition(".")[2]
    if routing.get("Action"):
        return routing["Action"][0]
    if "/operation/" in request.path:
        return request.path.rpartition("/")[2]
    return f"{request.method} {request.path}"
