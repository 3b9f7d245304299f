"""Which operation of a service's model a request names, and in which protocol.

docs: smithy.io/2.0/spec/http-bindings.html (URI patterns and their query literals)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from botocore.model import OperationModel, ServiceModel

from slipway.engine.wire import query
from slipway.engine.wire.message import WireRequest

_RPC_PATH = re.compile(r"/service/(?P<service>[^/]+)/operation/(?P<operation>[^/]+)")


@dataclass(frozen=True)
class Route:
    """Where an operation of a REST service is found."""

    name: str
    method: str
    pattern: re.Pattern[str]
    literals: tuple[tuple[str, str], ...]
    query: tuple[str, ...]
    headers: tuple[str, ...]
    deprecated: bool

    def fits(self, request: WireRequest) -> bool:
        """Whether method, path and the query's literals are those of the request."""
        return (
            self.method == request.method
            and all(request.query.get(name, [])[:1] == [value] for name, value in self.literals)
            and self.pattern.fullmatch(request.path) is not None
        )

    def rank(self, request: WireRequest) -> tuple[int, int, int, int]:
        """How well the request fits, beside other operations at the same address."""
        missing = sum(name not in request.query for name in self.query)
        missing += sum(name not in request.headers for name in self.headers)
        required = len(self.query) + len(self.headers)
        return -missing, len(self.literals) + required, -self.pattern.pattern.count("(?P"), -self.deprecated


def protocol_of(model: ServiceModel, request: WireRequest) -> str:
    """The protocol that the request is written in."""
    if "x-amz-target" in request.headers:
        return "json"
    if _RPC_PATH.fullmatch(request.path):
        return "smithy-rpc-v2-cbor"
    spoken = {model.metadata["protocol"], *model.metadata.get("protocols", ())}
    if request.is_form:
        return "query"
    return next((name for name in ("rest-json", "rest-xml", "query") if name in spoken), "json")


def operation_of(model: ServiceModel, request: WireRequest) -> OperationModel | None:
    """The operation of the model that the request names, by its target header, its `Action` or its path."""
    protocol = protocol_of(model, request)
    if protocol.startswith("rest-"):
        found = [route for route in routes(model) if route.fits(request)]
        return model.operation_model(max(found, key=lambda route: route.rank(request)).name) if found else None
    prefix, name = named(request)
    known = name in model.operation_names and (not prefix or prefix == model.metadata.get("targetPrefix"))
    return model.operation_model(name) if known else None


def named(request: WireRequest) -> tuple[str, str]:
    """The target prefix and the operation that a request of an RPC protocol names; empty where it names none."""
    target = request.headers.get("x-amz-target", "")
    if target:
        prefix, _, name = target.rpartition(".")
        return prefix, name
    path = _RPC_PATH.fullmatch(request.path)
    return (path["service"], path["operation"]) if path else ("", query.action(request))


@lru_cache
def routes(model: ServiceModel) -> list[Route]:
    """Every operation of a REST service."""
    return [_route(model.operation_model(name)) for name in model.operation_names]


def _route(operation: OperationModel) -> Route:
    uri, _, literals = operation.http.get("requestUri", "/").partition("?")
    return Route(
        operation.name,
        operation.http.get("method", "POST"),
        uri_pattern(uri),
        tuple(parse_qsl(literals, keep_blank_values=True)),
        _required(operation, "querystring"),
        tuple(name.lower() for name in _required(operation, "header")),
        bool(operation.deprecated),
    )


def _required(operation: OperationModel, location: str) -> tuple[str, ...]:
    """The wire names of the members that must be at a location."""
    shape = operation.input_shape
    named = [(name, shape.members[name].serialization) for name in shape.required_members] if shape else []
    return tuple(at.get("name", name) for name, at in named if at.get("location") == location)


@lru_cache(maxsize=4096)
def uri_pattern(uri: str) -> re.Pattern[str]:
    """A URI template as a pattern with a group for each label; `label` gives a group's name."""
    return re.compile("".join(_uri_part(part) for part in re.split(r"(\{[^}]+\})", uri)), re.DOTALL)


def label(name: str) -> str:
    """The name of the group that holds a label's text."""
    return re.sub(r"\W", "_", name)


def _uri_part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part.strip("{}")
    return f"(?P<{label(name.rstrip('+'))}>{'.+' if name.endswith('+') else '[^/]+'})"
