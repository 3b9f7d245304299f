"""The person's functions behind /invocations: model_fn, and transform_fn or input_fn, predict_fn and output_fn.

github.com/aws/sagemaker-inference-toolkit (transformer.py); AutoGluon's own scripts have model_fn and transform_fn.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

from . import source
from .paths import BASE, mapped
from .source import CodeRefused

_THREE = ("input_fn", "predict_fn", "output_fn")
_TEXT = ("application/json", "application/jsonlines", "text/")


@dataclass(frozen=True)
class Reply:
    """What an invocation is answered with."""

    body: bytes
    content_type: str
    status: int = HTTPStatus.OK


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call with as many arguments as there are, and one more (the server's context, None here) when it takes that."""
    takes = len(signature(function).parameters)
    if takes not in (len(arguments), len(arguments) + 1):
        raise TypeError(f"{function.__name__} takes {takes} arguments but {len(arguments)} were given.")
    return function(*arguments, *(None,) * (takes - len(arguments)))


class Handler:
    """The functions of one module, and the model that it loaded."""

    def __init__(self, module: ModuleType, model_dir: Path) -> None:
        names = ("model_fn", "transform_fn", *_THREE)
        self._functions: dict[str, Any] = {name: getattr(module, name, None) for name in names}
        self._check(str(module.__name__))
        self._accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
        self._model = _call(self._functions["model_fn"], str(model_dir))

    def _check(self, name: str) -> None:
        has = [function for function in _THREE if self._functions[function]]
        if self._functions["transform_fn"] and has:
            raise CodeRefused(f"{name}.py has transform_fn and {', '.join(has)}: one or the other")
        needed = ("model_fn",) if self._functions["transform_fn"] else ("model_fn", *_THREE)
        missing = [function for function in needed if not self._functions[function]]
        if missing:
            raise CodeRefused(
                f"{name}.py lacks {', '.join(missing)}; AWS's image has defaults of PyTorch's, which is not in its "
                "local stand-in"
            )

    def answer(self, body: bytes, content_type: str, accept: str) -> Reply:
        """One invocation."""
        wanted = self._accept if accept in ("", "*/*") else accept
        data: Any = body.decode("utf-8") if content_type.startswith(_TEXT) else body
        result = self._transform(data, content_type, wanted)
        said, said_type = result if isinstance(result, tuple) else (result, wanted)
        return Reply(said.encode() if isinstance(said, str) else bytes(said), str(said_type))

    def _transform(self, data: Any, content_type: str, accept: str) -> Any:
        if self._functions["transform_fn"]:
            return _call(self._functions["transform_fn"], self._model, data, content_type, accept)
        read = _call(self._functions["input_fn"], data, content_type)
        predicted = _call(self._functions["predict_fn"], read, self._model)
        return _call(self._functions["output_fn"], predicted, accept)


def load() -> Handler:
    """The model's own script: `code/` of the model, or SAGEMAKER_SUBMIT_DIRECTORY."""
    model_dir = BASE / "model"
    folder = _code(model_dir)
    program = os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
    if not (folder / program).is_file():
        raise CodeRefused(f"there is no {program} in {folder.name}/ of the model (SAGEMAKER_PROGRAM)")
    source.refuse_requirements(folder)
    sys.path.insert(0, str(folder))
    return Handler(importlib.import_module(program.removesuffix(".py")), model_dir)


def _code(model_dir: Path) -> Path:
    submitted = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    if submitted.startswith("s3://") or submitted.endswith(".tar.gz"):
        folder = BASE / "code"
        source.fetch(submitted, folder)
        return folder
    return Path(mapped(submitted)) if submitted else model_dir / "code"
