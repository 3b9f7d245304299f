"""An HTTP message of an operation's, as botocore makes it: serialised, spoilt on demand, signed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.model import OperationModel
from botocore.serialize import Serializer, create_serializer

_SHOWN = 2000
_NAME = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True)
class Message:
    """A request before it is signed: path and query as they are sent."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def __str__(self) -> str:
        """The request without what a signature adds, to be sent again."""
        body = repr(self.body[:_SHOWN]) + ("…" if len(self.body) > _SHOWN else "")
        return f"{self.method} {self.target[:_SHOWN]} {self.headers} {body}"


@cache
def _serializer(protocol: str) -> Serializer:
    return create_serializer(protocol, include_validation=False)


def written(operation: OperationModel, protocol: str, parameters: dict[str, Any]) -> Message:
    """What botocore sends for an operation."""
    made = _serializer(protocol).serialize_to_request(parameters, operation)
    path, _, literals = made["url_path"].partition("?")
    query = "&".join(filter(None, (literals, urlencode(made["query_string"], doseq=True, quote_via=quote))))
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body, quote_via=quote)
    # How long the body is the client says by itself; a name that HTTP has no place for is left out.
    held = {str(name): _line(value) for name, value in made["headers"].items() if _NAME.fullmatch(str(name))}
    headers = {name: value for name, value in held.items() if name != "Content-Length"}
    return Message(made["method"], path, query, headers, body if isinstance(body, bytes) else body.encode())


def _line(value: object) -> str:
    """A header's value, which has no room for characters that control."""
    return "".join(character for character in str(value) if character.isprintable())


def signed(message: Message, url: str, service: str, keys: Credentials, region: str, *, presigned: bool) -> Message:
    """The message with a signature in its headers, or in its query."""
    headers = {**message.headers, "Host": urlsplit(url).netloc}
    request = AWSRequest(message.method, f"{url}{message.target}", headers=headers, data=message.body)
    kinds = (S3SigV4Auth, S3SigV4QueryAuth) if service == "s3" else (SigV4Auth, SigV4QueryAuth)
    kinds[presigned](keys, service, region).add_auth(request)
    parts = urlsplit(request.url)
    return replace(message, path=parts.path, query=parts.query, headers=dict(request.headers.items()))
