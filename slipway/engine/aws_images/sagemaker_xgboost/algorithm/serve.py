"""A server: GET /ping, GET /execution-parameters, POST /invocations.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

import json
import os
import signal
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from . import answers
from .answers import NotAcceptable, Selection
from .errors import UserError
from .log import say
from .model import Model, Unreadable

_MEGABYTE = 1024 * 1024
_LIMIT = 20 * _MEGABYTE


def main(base: Path) -> int:
    """Serve until SIGTERM; the exit code."""
    try:
        model = Model(base / "model")
    except (RuntimeError, OSError) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    # Without a host the server listens on all addresses, as a container's does.
    address = os.environ.get("SAGEMAKER_BIND_TO_HOST", ""), int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
    server = Server(address, model)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    say(f"Model loaded: {model.objective}, {model.width} features; listening on port {server.server_port}")
    server.serve_forever()
    return 0


class Server(ThreadingHTTPServer):
    """The model, its settings, and the socket."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], model: Model) -> None:
        self.model = model
        self.batch = os.environ.get("SAGEMAKER_BATCH", "").lower() == "true"
        self.default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", answers.CSV)
        self.most_bytes = min(int(os.environ.get("MAX_CONTENT_LENGTH", 6 * _MEGABYTE)), _LIMIT)
        selected = os.environ.get("SAGEMAKER_INFERENCE_OUTPUT")
        keys = selected.replace(" ", "").lower().split(",") if selected else []
        self.selection = Selection(keys, model.objective, model.classes) if keys else None
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """Health, and how a batch transform job may call."""
        if self.path == "/ping":
            self._answer(HTTPStatus.OK, "")
        elif self.path == "/execution-parameters":
            parameters = {
                "MaxConcurrentTransforms": os.cpu_count() or 1,
                "BatchStrategy": "MULTI_RECORD",
                "MaxPayloadInMB": self.server.most_bytes // _MEGABYTE,
            }
            self._answer(HTTPStatus.OK, json.dumps(parameters), answers.JSON)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "")

    def do_POST(self) -> None:
        """Predictions for the rows of the body."""
        length = int(self.headers.get("Content-Length", 0))
        if length > self.server.most_bytes:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is larger than {self.server.most_bytes} bytes")
            return
        body = self.rfile.read(length)
        if self.path != "/invocations":
            self._answer(HTTPStatus.NOT_FOUND, "")
        elif not body.strip():
            self._answer(HTTPStatus.NO_CONTENT, "")
        else:
            self._invoke(body, self.headers.get("Content-Type", ""))

    def _invoke(self, body: bytes, content_type: str) -> None:
        model = self.server.model
        try:
            features = model.features(body, content_type)
        except (Unreadable, UserError) as error:
            self._answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))
            return
        try:
            numbers = model.predict(model.fitted(features, content_type))
        except ValueError as error:
            self._answer(HTTPStatus.BAD_REQUEST, f"Unable to evaluate payload provided: {error}")
            return
        self._predictions(numbers)

    def _predictions(self, numbers: object) -> None:
        try:
            accept = answers.accepted(self.headers.get("Accept", ""), self.server.default_accept)
        except NotAcceptable as error:
            self._answer(HTTPStatus.NOT_ACCEPTABLE, str(error))
            return
        selection, batch = self.server.selection, self.server.batch
        if selection is None:
            self._answer(HTTPStatus.OK, answers.plain(numbers, accept, batch=batch), accept)
            return
        try:
            selection.check()
        except ValueError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
            return
        self._answer(HTTPStatus.OK, selection.render(numbers, accept, batch=batch), accept)

    def _answer(self, status: HTTPStatus, text: str, content_type: str = "text/html; charset=utf-8") -> None:
        content = text.encode()
        self.send_response(status)
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status is not HTTPStatus.NO_CONTENT:
            self.wfile.write(content)
        if status >= HTTPStatus.BAD_REQUEST:
            say(f"{self.path}: {status.value}: {text}")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Successful requests are not logged, as on AWS's endpoints nobody reads them."""
