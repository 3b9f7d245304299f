"""The models of a container of Mode MultiModel, on one instance: fetched and loaded when they are first asked for.

When the container has no room for a model (507), the one that was not used for the longest time is unloaded, and it is
asked again. What is unloaded stays on disk, unless ModelCacheSetting is Disabled: then a model is unloaded and deleted
after its request.

docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html
docs.aws.amazon.com/sagemaker/latest/dg/invoke-multi-model-endpoint.html
"""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from slipway.engine.services.sagemaker.hosting.connections import Answer, Connections
from slipway.engine.services.sagemaker.hosting.model_files import ModelFiles, ModelNotThere, ModelSource

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

WAIT_SECONDS = 60
LOAD_SECONDS = 360
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_ALREADY_LOADED = http.client.CONFLICT
_NO_ROOM = http.client.INSUFFICIENT_STORAGE


class ModelNotReady(Exception):
    """The target model is still being loaded."""


class NoContract(Exception):
    """The container does not answer as one for several models has to."""


class Models:
    """Which models the container has, and what is under way with them. `folder` stands for /opt/ml/models."""

    def __init__(self, engine: Engine, source: ModelSource, folder: Path) -> None:
        self._engine = engine
        self._cached = source.cached
        self._files = ModelFiles(source, folder)
        self._connections = Connections(0, LOAD_SECONDS)
        self._lock = threading.RLock()
        # By name, the one used last at the end; the value is how many requests are using it.
        self._loaded: dict[str, int] = {}
        self._loading: dict[str, Future[Answer]] = {}

    def begin(self, port: int) -> None:
        """The container has started, or started again; NoContract when it does not list its models."""
        with self._lock:
            self._connections = Connections(port, LOAD_SECONDS)
            self._loaded = dict.fromkeys(self._listed(), 0)

    def _listed(self) -> list[str]:
        names: list[str] = []
        path = "/models"
        while path:
            page = self._page(path)
            names += [model["modelName"] for model in page["models"]]
            token = page.get("nextPageToken")
            path = f"/models?next_page_token={quote(token)}" if token else ""
        return names

    def _page(self, path: str) -> dict[str, Any]:
        try:
            answer = self._connections.send("GET", path, headers=_JSON)
        except (OSError, http.client.HTTPException) as error:
            raise NoContract(f"it does not answer GET /models: {error!r}") from error
        page = _json(answer.body) if answer.status == http.client.OK else None
        if not isinstance(page, dict) or "models" not in page:
            raise NoContract(f"it does not answer GET /models as a container for several models: {answer.status}")
        return page

    def has(self, target: str) -> bool:
        """Whether the target model is loaded."""
        return _name(target) in self._loaded

    def invoke(self, connections: Connections, target: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The model's answer, or the container's when it could not load it; ModelNotThere, ModelNotReady."""
        name, began = _name(target), time.perf_counter()
        hit = self._hold(name)
        loaded = None if hit else self._load(name, target)
        observed = {"ModelCacheHit": float(hit), "ModelLoadingWaitTime": 0.0 if hit else time.perf_counter() - began}
        if loaded is not None:
            observed |= loaded.observed
            if not _is_loaded(loaded):
                return replace(loaded, observed=observed)
            self._hold(name)
        try:
            own = {**headers, "X-Amzn-SageMaker-Target-Model": target}
            answer = self._with_room(name, lambda: connections.post(f"/models/{name}/invoke", body, own))
        finally:
            self._let_go(name)
        return replace(answer, observed=observed | answer.observed)

    def _hold(self, name: str) -> bool:
        """Use the model, if it is loaded, so that it is not unloaded meanwhile."""
        with self._lock:
            if name not in self._loaded:
                return False
            self._loaded[name] = self._loaded.pop(name) + 1
            return True

    def _let_go(self, name: str) -> None:
        with self._lock:
            if name in self._loaded:
                self._loaded[name] -= 1
            unused = not self._cached and self._loaded.get(name) == 0
        if unused:
            self._engine.spawn(f"unload {name}", self._drop, name)

    def _load(self, name: str, target: str) -> Answer:
        """The container's answer to loading the model; who comes meanwhile waits for the same."""
        with self._lock:
            future = self._loading.get(name)
            if future is None:
                future = self._loading[name] = Future()
                self._engine.spawn(f"load {name}", self._work, name, target, future)
        try:
            return future.result(WAIT_SECONDS)
        except TimeoutError:
            if not future.done():
                raise ModelNotReady from None
            raise

    def _work(self, name: str, target: str, future: Future[Answer]) -> None:
        try:
            answer = self._fetched_and_loaded(name, target)
        except (ModelNotThere, OSError, http.client.HTTPException) as error:
            future.set_exception(error)
        else:
            future.set_result(answer)
        finally:
            with self._lock:
                del self._loading[name]

    def _fetched_and_loaded(self, name: str, target: str) -> Answer:
        began = time.perf_counter()
        folder = self._files.fetched(name, target)
        fetched = time.perf_counter()
        body = json.dumps({"model_name": name, "url": str(folder)}).encode()
        headers = {**_JSON, "X-Amzn-SageMaker-Target-Model": target}
        answer = self._with_room(name, lambda: self._connections.post("/models", body, headers))
        if _is_loaded(answer):
            with self._lock:
                self._loaded.setdefault(name, 0)
        times = {"ModelDownloadingTime": fetched - began, "ModelLoadingTime": time.perf_counter() - fetched}
        return replace(answer, observed=times | answer.observed)

    def _with_room(self, name: str, ask: Callable[[], Answer]) -> Answer:
        """The container's answer, once it has no more to unload when it says that it has no room."""
        spent = 0.0
        while True:
            answer = ask()
            began = time.perf_counter()
            if answer.status != _NO_ROOM or not self._unload_oldest(name):
                return replace(answer, observed={"ModelUnloadingTime": spent} if spent else {})
            spent += time.perf_counter() - began

    def _unload_oldest(self, wanted: str) -> bool:
        with self._lock:
            idle = next((name for name, users in self._loaded.items() if not users and name != wanted), None)
            if idle is None:
                return False
            del self._loaded[idle]
        self._connections.send("DELETE", f"/models/{idle}")
        return True

    def _drop(self, name: str) -> None:
        """Unload a model that nobody uses, and delete it."""
        with self._lock:
            if self._loaded.get(name) != 0:
                return
            del self._loaded[name]
            try:
                self._connections.send("DELETE", f"/models/{name}")
            except (OSError, http.client.HTTPException):
                return  # the container has ended, and the model with it
            self._files.delete(name)


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _is_loaded(answer: Answer) -> bool:
    return answer.status in {http.client.OK, _ALREADY_LOADED}


def _name(target: str) -> str:
    """The opaque name by which the container knows a model."""
    return hashlib.sha256(target.encode()).hexdigest()[:32]
