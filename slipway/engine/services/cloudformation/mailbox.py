"""The two addresses that AWS presigns: a custom resource's response, and a wait condition's signal.

Nobody signs a request to them. What lets it in is the token at the end of the address, which is random and which only
those have that were told it; any other is answered like an expired signature.
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html (ResponseURL)
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slipway.engine import journal
from slipway.engine.engine import Engine
from slipway.engine.service import HttpRequest, HttpResponse
from slipway.engine.services.cloudformation.service import SERVICE, handles

RESPONSES = "/_aws/cloudformation/cfn-response/"
SIGNALS = "/_aws/cloudformation/cfn-signal/"
_SIGNAL_MEMBERS = frozenset({"Status", "UniqueId", "Data", "Reason"})
_DENIED = HttpResponse(403, {"Content-Type": "application/xml"})


class Letter:
    """A response that is waited for."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self._content: Mapping[str, Any] = {}

    def put(self, content: Mapping[str, Any]) -> None:
        """Deliver it; the first one counts."""
        if not self._came.is_set():
            self._content = content
            self._came.set()

    def wait(self, seconds: float) -> Mapping[str, Any] | None:
        """The response, None when it did not come in time."""
        return self._content if self._came.wait(seconds) else None


_letters: dict[str, Letter] = {}


@contextmanager
def opened(token: str) -> Iterator[Letter]:
    """Take a response at the address that ends in `token`."""
    letter = _letters[token] = Letter()
    try:
        yield letter
    finally:
        del _letters[token]


@SERVICE.http(RESPONSES)
def receive_response(engine: Engine, request: HttpRequest) -> HttpResponse:
    """A provider's answer to a request."""
    with _journalled(engine, request, "cfn-response") as entry:
        letter = _letters.get(request.path.removeprefix(RESPONSES))
        content = _object(request)
        answer = _DENIED if letter is None or request.method != "PUT" else HttpResponse(200, {})
        if letter is not None and answer.status == 200:
            letter.put(content if content is not None else {"Status": "FAILED", "Reason": "The response is not JSON."})
        entry.status = answer.status
        return answer


@SERVICE.http(SIGNALS)
def receive_signal(engine: Engine, request: HttpRequest) -> HttpResponse:
    """A signal to a wait condition, which is one per `UniqueId`."""
    with _journalled(engine, request, "cfn-signal") as entry:
        answer = _signalled(engine, request)
        entry.status = answer.status
        return answer


def _signalled(engine: Engine, request: HttpRequest) -> HttpResponse:
    token, signal = request.path.removeprefix(SIGNALS), _object(request)
    if token not in handles(engine) or request.method != "PUT" or request.headers.get("content-type"):
        return _DENIED
    if signal is None or not set(signal) <= _SIGNAL_MEMBERS or signal.get("Status") not in ("SUCCESS", "FAILURE"):
        return HttpResponse(400, {})
    handles(engine).change(token, lambda handle: handle["signals"].update({str(signal.get("UniqueId", "")): signal}))
    return HttpResponse(200, {})


@contextmanager
def _journalled(engine: Engine, request: HttpRequest, kind: str) -> Iterator[journal.Entry]:
    """The journal's line; never the token."""
    entry = journal.Entry(secrets.token_hex(8), "cloudformation", f"{request.method} {kind}", caller="presigned")
    with engine.journal.call(entry):
        yield entry


def _object(request: HttpRequest) -> dict[str, Any] | None:
    try:
        found = json.loads(b"".join(request.body) or b"null")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
