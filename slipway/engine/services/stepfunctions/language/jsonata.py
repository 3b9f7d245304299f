"""JSONata: `{% … %}` in the fields of a state.

Step Functions has JSONata 2.0.6 without `$eval`, and functions of its own. Whatever goes wrong in an expression is
`States.QueryEvaluationError`.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from slipway.engine.integrations.task import TaskFailed

ERROR = "States.QueryEvaluationError"
# AWS gives an expression a second; the interpreter here is slower, and what is endless is found as well.
_MOST_MILLISECONDS = 10_000
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def is_expression(value: Any) -> bool:
    """Whether a field's value is an expression and not a literal."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def syntax_error(expression: str) -> str:
    """What is wrong with the syntax of an expression, empty when nothing is."""
    try:
        Jsonata.jsonata(expression)
    except JException as error:
        return str(error)
    return ""


def evaluate(template: Any, names: Mapping[str, Any]) -> Any:
    """A template with every expression in it replaced by its value; `names` are the variables, `states` among them."""
    if is_expression(template):
        return _evaluate(template[2:-2].strip(), names)
    if isinstance(template, Mapping):
        return {name: evaluate(value, names) for name, value in template.items()}
    if isinstance(template, list):
        return [evaluate(item, names) for item in template]
    return template


def _evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    # The library takes a bound None for "undefined"; null has a value of its own.
    bindings = {name: Utils.NULL_VALUE if value is None else value for name, value in names.items()}
    value = _run(expression, bindings)
    if value is None and not _run(f"$exists(({expression}))", bindings):
        raise TaskFailed(ERROR, f"The JSONata expression '{expression}' returned nothing (undefined).")
    return _plain(value, expression)


def _run(expression: str, bindings: dict[str, Any]) -> Any:
    try:
        parsed = Jsonata.jsonata(expression, timeout=_MOST_MILLISECONDS)
        for name, function in _FUNCTIONS.items():
            parsed.register_lambda(name, function)
        return parsed.evaluate(None, bindings)
    except JException as error:
        raise TaskFailed(ERROR, f"{error.error}: {error}") from error
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise TaskFailed(ERROR, f"{type(error).__name__}: {error}") from error


def _plain(value: Any, expression: str) -> Any:
    """The value as JSON has it; functions and endless numbers are none."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise TaskFailed(ERROR, f"The JSONata expression '{expression}' returned no JSON value: {error}") from error


def _partition(array: Any, size: Any) -> list[Any]:
    step = math.floor(size)
    if step <= 0:
        raise ValueError("the size of a partition must be positive")
    return [array[start : start + step] for start in range(0, len(array), step)]


def _range(first: Any, last: Any, step: Any) -> list[int]:
    by = math.floor(step)
    return list(range(math.floor(first), math.floor(last) + (1 if by > 0 else -1), by))


def _hash(text: Any, algorithm: Any) -> str:
    if algorithm not in _HASHES or not isinstance(text, str):
        raise ValueError(f"$hash takes a string and one of {', '.join(_HASHES)}")
    return hashlib.new(_HASHES[algorithm], text.encode()).hexdigest()


def _random(seed: Any = None) -> float:
    return random.Random(seed).random()  # noqa: S311 - AWS's too is no secret


def _uuid() -> str:
    return str(uuid.uuid4())


def _refused_eval(*_arguments: Any) -> Any:
    raise ValueError("$eval is not supported by Step Functions; use $parse")


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "eval": _refused_eval,
    "hash": _hash,
    "parse": json.loads,
    "partition": _partition,
    "random": _random,
    "range": _range,
    "uuid": _uuid,
}
