"""`serve`: GET /ping and POST /invocations, one at a time, as one worker of AWS's model server does.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

import os
import threading
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sagemaker_inference.errors import BaseInferenceToolkitError

from . import handler
from .handler import Handler, Reply
from .source import CodeRefused


class Requests(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for headers and body: two would wait for each other's acknowledgement
    server: Server

    def do_GET(self) -> None:
        """200 to /ping: the model was loaded before the port was opened."""
        found = self.path == "/ping"
        self._reply(Reply(b"", "text/plain", HTTPStatus.OK if found else HTTPStatus.NOT_FOUND))

    def do_POST(self) -> None:
        """What the person's functions say."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path != "/invocations":
            self._reply(Reply(b"", "text/plain", HTTPStatus.NOT_FOUND))
            return
        content_type = self.headers.get("Content-Type", "application/json")
        self._reply(self.server.answer(body, content_type, self.headers.get("Accept", "")))

    def _reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing for each request."""


class Server(ThreadingHTTPServer):
    """Many connections, one invocation at a time: a script need not be safe for more."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], functions: Handler) -> None:
        super().__init__(address, Requests)
        self._functions = functions
        self._one = threading.Lock()

    def answer(self, body: bytes, content_type: str, accept: str) -> Reply:
        """The reply. An exception is its text and its trace, as a 500 unless it is one of the toolkit's."""
        try:
            with self._one:
                return self._functions.answer(body, content_type, accept)
        except Exception as error:  # noqa: BLE001 - whatever a script raises is an answer, and no end of the server
            traceback.print_exc()
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            if isinstance(error, BaseInferenceToolkitError):
                status = HTTPStatus(error.status_code)
            return Reply(f"{error}\n{traceback.format_exc()}".encode(), "text/plain", status)


def main() -> int:
    """Load the model, then listen."""
    try:
        functions = handler.load()
    except CodeRefused as refused:
        print(f"[sagemaker] {refused}", flush=True)
        return 1
    host = os.environ.get("SAGEMAKER_BIND_TO_HOST", "127.0.0.1")
    address = (host, int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")))
    Server(address, functions).serve_forever()
    return 0
