"""The program in the batch tests' image: adds up every record's numbers, and misbehaves when a record says so."""

from __future__ import annotations

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


class Misbehave(Exception):
    """Answer with this status."""


def predict(record: str, content_type: str) -> str:
    """A record's prediction in the format that it came in."""
    if record.startswith("status="):
        raise Misbehave(record.removeprefix("status="))
    if record.startswith("die"):
        os._exit(9)
    if record.startswith("sleep="):
        time.sleep(float(record.removeprefix("sleep=")))
        return "slept"
    if content_type == "text/csv":
        return f"{sum(float(value) for value in record.split(',')):g}"
    document = json.loads(record)
    return json.dumps({"label": sum(document["features"] if isinstance(document, dict) else document)})


class Handler(BaseHTTPRequestHandler):
    """/ping, /execution-parameters and /invocations."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        """The variable PARAMETERS, if it is there, is what the container wants."""
        parameters = os.environ.get("PARAMETERS")
        wanted = self.path == "/execution-parameters"
        self._answer(404 if wanted and parameters is None else 200, (parameters or "") if wanted else "")

    def do_POST(self) -> None:
        """A line for each line; with ECHO one line for each request that tells what came."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        content_type = self.headers.get("Content-Type", "")
        if os.environ.get("ECHO"):
            self._answer(200, json.dumps(told(body, content_type, self.headers.get("Accept", ""))))
            return
        try:
            self._answer(200, "\n".join(predict(line, content_type) for line in body.split("\n")))
        except Misbehave as status:
            self._answer(int(str(status)), "as the record wished")
        except ValueError as error:
            self._answer(400, f"bad record: {error}")

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", self.headers.get("Accept", "text/csv"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing for each request."""


def told(body: str, content_type: str, accept: str) -> dict[str, Any]:
    """What a request was."""
    model = BASE / "model" / "name.txt"
    return {
        "body": body,
        "contentType": content_type,
        "accept": accept,
        "model": model.read_text() if model.exists() else "",
        "pid": os.getpid(),
        "variables": {name: value for name, value in os.environ.items() if name.startswith(("SAGEMAKER_", "MY_"))},
    }


if __name__ == "__main__":
    if sys.argv[1:] != ["serve"] or os.environ.get("CRASH"):
        print("cannot load the model", flush=True)
        sys.exit(7)
    print("serving a batch", flush=True)
    address = (os.environ["SAGEMAKER_BIND_TO_HOST"], int(os.environ["SAGEMAKER_BIND_TO_PORT"]))
    ThreadingHTTPServer(address, Handler).serve_forever()
