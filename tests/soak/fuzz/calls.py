"""Calls to every operation that the engine executes, their parameters from botocore's models, signed, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import urllib3
from botocore.credentials import Credentials
from botocore.model import OperationModel
from botocore.parsers import ResponseParser, ResponseParserFactory

from slipway.engine.caller import service_model
from slipway.engine.operation_reference import executed
from slipway.local import LocalEngine
from tests.engine.generated import Unfit, Values
from tests.soak.fuzz import spoiling
from tests.soak.fuzz.message import Message, signed, written
from tests.soak.fuzz.names import Names
from tests.soak.fuzz.seeds import seeds

# Longer than any call waits: a long poll of twenty seconds of the engine's clock.
LONGEST_SECONDS = 60.0
# Refused by name (docs/local-engine.md), or by S3's own 501 for a header that it has no meaning for
# (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html); 500 and above are faults otherwise.
_REFUSALS = ("UnsupportedOperation", "UnsupportedService", "NotImplemented")
# Keys may hold what XML cannot, and lists of S3 hold keys as they are for whoever does not ask for an EncodingType
# (docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#x?[01]?[0-9a-f];")


class Answered:
    """What came of a request; `problem` is empty when that may be."""

    def __init__(self, status: int, problem: str = "", document: dict[str, Any] | None = None) -> None:
        self.status = status
        self.problem = problem
        self.document = document or {}


class Calls:
    """The operations of one engine."""

    def __init__(self, engine: LocalEngine, random: Random) -> None:
        self._engine = engine
        self._random = random
        self._names = Names(random)
        self._keys = Credentials(*engine.keys())
        self._pool = urllib3.PoolManager(maxsize=1, retries=False)
        self._parsers = ResponseParserFactory()
        self.operations = [(service, name) for service, names in executed().items() for name in sorted(names)]

    def message(self) -> tuple[OperationModel, str, Message, dict[str, Any]]:
        """An operation by chance, the protocol, its message and the parameters that it was made of."""
        while True:
            operation = self._operation(*self._random.choice(self.operations))
            protocol = self._random.choice(operation.service_model.metadata["protocols"])
            try:
                parameters = self.parameters(operation)
                return operation, protocol, written(operation, protocol, parameters), parameters
            except Unfit:
                continue

    def parameters(self, operation: OperationModel) -> dict[str, Any]:
        """Parameters that fit the model; Unfit."""
        values = Values(self._random, lambda member, fitting: self._names.text(operation.name, member, fitting))
        made: dict[str, Any] = values.of(operation.input_shape, optional=self._random.choice((0.0, 0.3, 0.8)))
        return made

    def call(self) -> tuple[tuple[str, str], Message, Answered]:
        """Make one call; the operation, what was sent and what came of it."""
        operation, protocol, message, parameters = self.message()
        fits = self._random.random() < 0.6
        sent = message if fits else spoiling.message(self._random, message)
        answered = self.send(operation, protocol if fits else "", sent)
        if answered.status < 300:
            self._names.told(operation.name, answered.document, parameters)
        return (operation.service_model.service_name, operation.name), sent, answered

    def begin(self) -> Iterator[tuple[tuple[str, str], Message, Answered]]:
        """Make something of each kind, then gather the names of what is there by all that needs no parameters."""
        for service, name, parameters in seeds():
            yield self._made((service, name), parameters)
        for service, name in self.operations:
            shape = self._operation(service, name).input_shape
            if name.startswith(("List", "Describe", "Get")) and not (shape and shape.required_members):
                yield self._made((service, name), {})

    def _made(self, called: tuple[str, str], parameters: dict[str, Any]) -> tuple[tuple[str, str], Message, Answered]:
        operation = self._operation(*called)
        protocol = operation.service_model.metadata["protocols"][0]
        message = written(operation, protocol, parameters)
        answered = self.send(operation, protocol, message)
        if answered.status < 300:
            self._names.told(operation.name, answered.document, parameters)
        return called, message, answered

    def send(self, operation: OperationModel, protocol: str, message: Message) -> Answered:
        """Sign and send a message, and look whether the answer may be."""
        model = operation.service_model
        presigned = message.method == "GET" and not message.body and self._random.random() < 0.2
        request = signed(
            message, self._engine.url, model.signing_name, self._keys, self._engine.region, presigned=presigned
        )
        try:
            response = self._pool.request(
                request.method,
                f"{self._engine.url}{request.target}",
                body=request.body,
                headers={name: text.encode() for name, text in request.headers.items()},
                timeout=LONGEST_SECONDS,
            )
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            return Answered(0, f"no answer: {type(error).__name__}: {error}")
        return self.judged(operation, protocol, response)

    def judged(self, operation: OperationModel, protocol: str, response: Any) -> Answered:
        """Whether a status, and a content in the shape of the protocol, are there.

        One that was spoilt may be of another protocol, which the answer then has.
        """
        model = operation.service_model
        protocol = protocol or _spoken(model.metadata["protocols"], response.headers.get("Content-Type", ""))
        parser: ResponseParser = self._parsers.create_parser(protocol)
        headers = {name.lower(): text for name, text in response.headers.items()}
        answer = {"status_code": response.status, "headers": headers, "body": response.data, "context": {}}
        if operation.has_streaming_output and response.status < 300:
            return Answered(response.status)
        try:
            document = parser.parse(answer, operation.output_shape)
        except Exception as error:  # noqa: BLE001 - whatever a client's parser makes of it is the finding
            if protocol == "rest-xml" and _NO_XML.search(response.data):
                return Answered(response.status)
            told = f"{response.status} is not in {protocol}: {error!r}: {response.data[:300]!r}"
            return Answered(response.status, told)
        code = document.get("Error", {}).get("Code", "")
        if response.status >= 500 and not (response.status == 501 and code in _REFUSALS):
            return Answered(response.status, f"{response.status} {response.data[:600]!r}")
        if response.status >= 400 and not code:
            return Answered(response.status, f"{response.status} without a code: {response.data[:300]!r}")
        return Answered(response.status, "", document)

    def _operation(self, service: str, name: str) -> OperationModel:
        return service_model(service, self._engine.region).operation_model(name)


def _spoken(protocols: list[str], content_type: str) -> str:
    """The protocol of an answer, by its type."""
    if "cbor" in content_type:
        return "smithy-rpc-v2-cbor"
    kinds = ("query", "rest-xml") if "xml" in content_type else ("json", "rest-json")
    return next((protocol for protocol in protocols if protocol in kinds), kinds[0])
