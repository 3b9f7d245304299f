"""Which service and which operation a request is for: by its target, by what it was signed for, and by its address.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from botocore.model import OperationModel, ServiceModel

from slipway.engine import wire
from slipway.engine.caller import service_model
from slipway.engine.signature import Scope

# Services that the engine lacks and whose requests are signed as one that it has, by the beginning of their paths.
_UNDER_ANOTHER_NAME = {("apigateway", "/v2/"): "apigatewayv2"}


@dataclass(frozen=True)
class Address:
    """What a request is for; no model of a service that the engine lacks, no operation of one that AWS lacks."""

    service: str
    name: str
    model: ServiceModel | None = None
    operation: OperationModel | None = None


class Directory:
    """The services of one engine, by the names that requests use."""

    def __init__(self, services: Iterable[str], region: str) -> None:
        self._by_prefix: dict[str, ServiceModel] = {}
        self._by_signing_name: dict[str, list[ServiceModel]] = {}
        for service in services:
            model = service_model(service, region)
            if "targetPrefix" in model.metadata:
                self._by_prefix[model.metadata["targetPrefix"]] = model
            self._by_signing_name.setdefault(model.signing_name, []).append(model)

    def find(self, request: wire.WireRequest, scope: Scope) -> Address:
        """The address of a request."""
        prefix, name = wire.named(request)
        if prefix:
            model = self._by_prefix.get(prefix)
            found = wire.operation_of(model, request) if model else None
            return Address(model.service_name if model else scope.service or prefix, name, model, found)
        models = self._by_signing_name.get(scope.service, [])
        for model in models:
            found = wire.operation_of(model, request)
            if found is not None:
                return Address(model.service_name, found.name, model, found)
        name = name or f"{request.method} {request.path}"
        for (signed_as, path), service in _UNDER_ANOTHER_NAME.items():
            if scope.service == signed_as and request.path.startswith(path):
                return Address(service, name)
        return Address(models[0].service_name, name, models[0]) if models else Address(scope.service, name)
