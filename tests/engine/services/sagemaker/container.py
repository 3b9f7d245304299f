"""The program in the tests' image: a SageMaker container that does what its hyperparameters or variables tell it.

Its entry point takes `train`, `serve` or a processing job's arguments, as any SageMaker image's does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# The models of a multi-model container: where they are, by the name that the platform gave them.
LOADED: dict[str, str] = {}
BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def train() -> int:
    """Copy what was given into the model, so that tests can look at it."""
    config = BASE / "input" / "config"
    hyperparameters = json.loads((config / "hyperparameters.json").read_text())
    resources = json.loads((config / "resourceconfig.json").read_text())
    print(f"training as {os.environ['TRAINING_JOB_NAME']} on {resources['current_host']}", flush=True)
    print("validation-auc=0.5", flush=True)
    if hyperparameters.get("sleep"):
        return _sleep(float(hyperparameters["sleep"]))
    if hyperparameters.get("fail"):
        (BASE / "output" / "failure").write_text(hyperparameters["fail"])
        return 1
    if hyperparameters.get("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    print("validation-auc=0.75", flush=True)
    _write_model(config, resources["current_host"])
    return 0


def _sleep(seconds: float) -> int:
    """Sleep, and on SIGTERM leave a model behind, as a job that can be stopped does."""

    def leave(*_: Any) -> None:
        (BASE / "model" / "partial.txt").write_text("stopped")
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    time.sleep(seconds)
    return 0


def _write_model(config: Path, host: str) -> None:
    data = BASE / "input" / "data"
    seen = {
        "files": sorted(path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()),
        "config": {path.stem: json.loads(path.read_text()) for path in config.glob("*.json")},
        "greeting": os.environ.get("GREETING", ""),
        "hasCredentials": not {"AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_FULL_URI"}.isdisjoint(os.environ),
    }
    (BASE / "model" / f"{host}.json").write_text(json.dumps(seen))
    (BASE / "output" / "data" / "notes.txt").write_text("done")
    checkpoints = BASE / "checkpoints"
    if checkpoints.is_dir():
        count = len(list(checkpoints.iterdir()))
        (checkpoints / f"epoch-{count}").write_text("weights")


def process(arguments: list[str]) -> int:
    """Upper-case the inputs into the output; arguments: input folder, output folder."""
    source, target = Path(arguments[0]), Path(arguments[1])
    for path in sorted(source.rglob("*")):
        if path.is_file():
            (target / path.name).write_text(path.read_text().upper())
    (BASE / "output" / "message").write_text("all upper case")
    return int(os.environ.get("EXIT", "0"))


def _wait_for(file: Path) -> None:
    file.with_suffix(".awaited").touch()
    while not file.exists():
        time.sleep(0.02)


class Handler(BaseHTTPRequestHandler):
    """/ping and /invocations."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for headers and body: two would wait for each other's acknowledgement

    def do_GET(self) -> None:
        """Healthy unless told otherwise; and which models are loaded."""
        if self.path.startswith("/models") and "SAGEMAKER_MULTI_MODEL" in os.environ:
            if os.environ.get("DEAF"):
                self._answer(404, b"")
                return
            listed = [{"modelName": name, "modelUrl": url} for name, url in LOADED.items()]
            self._answer(200, json.dumps({"models": listed}).encode())
            return
        self._answer(int(os.environ.get("PING", "200")), b"")

    def do_DELETE(self) -> None:
        """Unload a model."""
        print(f"unloading {self.path}", flush=True)
        self._answer(200 if LOADED.pop(self.path.rsplit("/", 1)[-1], None) else 404, b"")

    def _load(self, told: dict[str, str]) -> None:
        """Load a model unless MOST of them are loaded."""
        print(f"loading {self.headers['X-Amzn-SageMaker-Target-Model']}", flush=True)
        text = (Path(told["url"]) / "name.txt").read_text()
        if text == "broken":
            self._answer(500, b"this model is broken")
        elif len(LOADED) >= int(os.environ.get("MOST", "100")):
            self._answer(507, b"no room")
        else:
            LOADED[told["model_name"]] = told["url"]
            self._answer(200, b"")

    def _model(self) -> Path:
        """The folder of the model that the request is for."""
        if self.path.startswith("/models/"):
            return Path(LOADED[self.path.split("/")[2]])
        return BASE / "model"

    def do_POST(self) -> None:
        """Answer with the model's text and the body.

        One that begins with `status=` gives the status, with `until=` the file that is waited for, once there is one
        beside it that says so.
        """
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/models":
            self._load(json.loads(body))
            return
        if body == b"die":
            os._exit(9)
        if os.environ.get("FAIL"):
            self._answer(int(os.environ["FAIL"]), b"told to fail")
            return
        if os.environ.get("ANSWER_BYTES"):
            self._answer(200, bytes(int(os.environ["ANSWER_BYTES"])))
            return
        if body.startswith(b"status="):
            self._answer(int(body[7:]), b'{"error": "as you wished"}')
            return
        if body.startswith(b"sleep="):
            time.sleep(float(body[6:]))
        if body.startswith(b"until="):
            _wait_for(Path(body[6:].decode()))
        model = self._model() / "name.txt"
        told = {
            "model": model.read_text() if model.exists() else "",
            "body": body.decode(),
            "type": self.headers["Content-Type"],
            "accept": self.headers["Accept"],
            "attributes": self.headers["X-Amzn-SageMaker-Custom-Attributes"],
            "greeting": os.environ.get("GREETING", ""),
            "target": self.headers["X-Amzn-SageMaker-Target-Model"],
            "pid": os.getpid(),
        }
        self._answer(200, json.dumps(told).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing for each request."""


class Server(ThreadingHTTPServer):
    """Many requests at once."""

    daemon_threads = True
    request_queue_size = 128


def serve() -> int:
    """Serve until SIGTERM."""
    if os.environ.get("CRASH"):
        print("cannot load the model", flush=True)
        return 7
    print("serving", flush=True)
    address = (os.environ["SAGEMAKER_BIND_TO_HOST"], int(os.environ["SAGEMAKER_BIND_TO_PORT"]))
    Server(address, Handler).serve_forever()
    return 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["train"]:
            sys.exit(train())
        case ["serve"]:
            sys.exit(serve())
        case arguments:
            sys.exit(process(arguments))
