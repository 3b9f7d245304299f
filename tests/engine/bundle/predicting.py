"""The program in an image that serves in the bundle's form: it predicts its model's name, and counts its requests."""

from __future__ import annotations

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

REQUESTS = count(1)
NAME = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")) / "model" / "name.txt"


class Handler(BaseHTTPRequestHandler):
    """/ping and /invocations."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for headers and body

    def do_GET(self) -> None:
        """Healthy."""
        self._answer({})

    def do_POST(self) -> None:
        """The model's name for each row; the score is the number of the request."""
        instances = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["instances"]
        prediction = {"label": NAME.read_text(), "score": next(REQUESTS)}
        self._answer({"predictions": [prediction for _ in instances]})

    def _answer(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing for each request."""


if __name__ == "__main__":
    address = (os.environ["SAGEMAKER_BIND_TO_HOST"], int(os.environ["SAGEMAKER_BIND_TO_PORT"]))
    ThreadingHTTPServer(address, Handler).serve_forever()
