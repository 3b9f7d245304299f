"""A server of several models, which SageMaker has it load and forget: its contract for such containers.

SageMaker names models as it likes; which object a name stands for, it says in a header. A version is the name of that
object without its ending, and the answer tells it; "champion" stands for the version of the variable CHAMPION.
docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jobs import answers, formats
from jobs.answers import Answers
from jobs.asgi import Answer, Application, Asked, predicted
from jobs.errors import JobError, RequestError

# Set where the container's Mode is MultiModel:
# docs.aws.amazon.com/sagemaker/latest/dg/build-multi-model-build-container.html
VARIABLE: Final = "SAGEMAKER_MULTI_MODEL"
CHAMPION: Final = "champion"
TARGET: Final = b"x-amzn-sagemaker-target-model"
# Handed on to the caller of InvokeEndpoint as CustomAttributes.
ATTRIBUTES: Final = b"x-amzn-sagemaker-custom-attributes"
# What a model takes in memory, by what its files take on disk.
EXPANSION: Final = 4
NO_ROOM: Final = 507


@dataclass(frozen=True)
class Loaded:
    """A model in memory: where its files are, what it takes, and what it answers with."""

    url: str
    size: int
    answers: Answers


class Models:
    """The models in memory, at most `most` bytes of them by estimate; thread-safe."""

    def __init__(self, most: int, load: Callable[[Path], Answers] = answers.load) -> None:
        self._most = most
        self._load = load
        self._loaded: dict[str, Loaded] = {}
        self._change = threading.Lock()

    def load(self, name: str, url: str) -> None:
        """Read a model into memory: 409 when it is there, 507 without room for it, 500 when it cannot be read."""
        with self._change:
            if name in self._loaded:
                raise RequestError(f"model {name} is loaded already", 409)
            size = EXPANSION * sum(file.stat().st_size for file in Path(url).rglob("*") if file.is_file())
            taken = sum(model.size for model in self._loaded.values())
            if taken + size > self._most:
                raise RequestError(f"model {name} needs {size} bytes, {self._most - taken} are left", NO_ROOM)
            self._loaded[name] = Loaded(url, size, self._read(name, url))

    def _read(self, name: str, url: str) -> Answers:
        try:
            return self._load(Path(url))
        except MemoryError:
            raise RequestError(f"model {name} found no memory", NO_ROOM) from None
        except JobError as error:
            raise RequestError(f"model {name} cannot be loaded: {error}", 500) from error

    def find(self, name: str) -> Loaded:
        """A model by its name; 404 when it is not loaded."""
        try:
            return self._loaded[name]
        except KeyError:
            raise RequestError(f"model {name} is not loaded", 404) from None

    def unload(self, name: str) -> None:
        """Forget a model; requests that it is answering are answered."""
        with self._change:
            self.find(name)
            del self._loaded[name]

    def listed(self) -> list[dict[str, str]]:
        """The models, as GET /models tells of them."""
        return [described(name, model) for name, model in list(self._loaded.items())]


def described(name: str, model: Loaded) -> dict[str, str]:
    """A model, as GET /models/NAME tells of it."""
    return {"modelName": name, "modelUrl": model.url}


class MultiModel(Application):
    """The ASGI application of several models."""

    def __init__(self, models: Models, champion: str) -> None:
        self._models = models
        self._champion = champion

    async def answer(self, asked: Asked) -> Answer:
        """Answer one request of SageMaker's."""
        match asked.method, asked.path.strip("/").split("/"):
            case "GET", ["models"]:
                return _document({"models": self._models.listed()})
            case "POST", ["models"]:
                name, url = _load_request(await asked.body())
                await asyncio.to_thread(self._models.load, name, url)
                return _document({"modelName": name})
            case "GET", ["models", name]:
                return _document(described(name, self._models.find(name)))
            case "DELETE", ["models", name]:
                await asyncio.to_thread(self._models.unload, name)
                return _document({"modelName": name})
            case "POST", ["models", name, "invoke"]:
                return await self._invocation(name, asked)
        raise RequestError(f"expected /models or /models/NAME/invoke, found {asked.method} {asked.path}", 404)

    async def _invocation(self, name: str, asked: Asked) -> Answer:
        body, found = await asked.body(), self._models.find(name).answers
        answered = await predicted(found, asked, body)
        version = asked.header(TARGET).removesuffix(".tar.gz")
        told = self._champion if version == CHAMPION else version
        return Answer(200, *answered, {ATTRIBUTES: told.encode()} if told else {})


def application(environment: Mapping[str, str] = os.environ) -> MultiModel:
    """The application of a container that may fill half of its instance's memory with models."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return MultiModel(Models(memory // 2), environment.get("CHAMPION", ""))


def _load_request(body: bytes) -> tuple[str, str]:
    try:
        document = json.loads(body)
        return str(document["model_name"]), str(document["url"])
    except (ValueError, KeyError, TypeError):
        raise RequestError(f'expected {{"model_name": …, "url": …}}, found {body[:60]!r}') from None


def _document(document: object) -> Answer:
    return Answer(200, formats.JSON, json.dumps(document).encode(), {})
