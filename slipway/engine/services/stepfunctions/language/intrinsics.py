"""Intrinsic functions of JSONPath payload templates.

docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.services.stepfunctions.language import paths

# "The maximum number of characters" that the Base64 functions and States.Hash take; a range has 1,000 items at most.
_LONGEST_TEXT = 10_000
_LONGEST_ARRAY = 1_000
_DEEPEST = 10
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'")
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}

# Gives the value of a node for the data and the context object.
Node = Callable[[Any, Mapping[str, Any]], Any]


class IntrinsicError(ValueError):
    """A call that cannot be parsed, or arguments that a function does not take."""


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """A call from its text; IntrinsicError when it is none."""
    node, end = _call(text, 0, 1)
    if text[end:].strip():
        raise IntrinsicError(f"'{text[end:]}' after the intrinsic function is not expected")
    return node


def _call(text: str, at: int, depth: int) -> tuple[Node, int]:
    opened = text.find("(", at)
    name = text[at:opened].strip() if opened >= 0 else text[at:]
    if opened < 0 or name not in _FUNCTIONS:
        raise IntrinsicError(f"'{name}' is not an intrinsic function")
    if depth > _DEEPEST:
        raise IntrinsicError(f"Intrinsic functions can be nested {_DEEPEST} deep at most")
    least, most, function = _FUNCTIONS[name]
    arguments, end = _arguments(text, opened + 1, depth, template=name == "States.Format")
    if not least <= len(arguments) <= most:
        raise IntrinsicError(f"{name} does not take {len(arguments)} arguments")
    return functools.partial(_apply, name, function, tuple(arguments)), end


def _apply(name: str, function: Callable[..., Any], nodes: tuple[Node, ...], data: Any, context: Any) -> Any:
    values = [node(data, context) for node in nodes]
    try:
        return function(*values)
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        raise IntrinsicError(f"Invalid arguments in {name}: {error}") from error


def _arguments(text: str, at: int, depth: int, *, template: bool) -> tuple[list[Node], int]:
    """The arguments after a `(`; the first of a `template` function keeps its escapes."""
    nodes: list[Node] = []
    while True:
        at = _skip(text, at)
        if text[at : at + 1] == ")" and not nodes:
            return nodes, at + 1
        node, at = _argument(text, at, depth, raw=template and not nodes)
        nodes.append(node)
        at = _skip(text, at)
        if text[at : at + 1] == ")":
            return nodes, at + 1
        if text[at : at + 1] != ",":
            raise IntrinsicError(f"',' or ')' is expected at character {at} of '{text}'")
        at += 1


def _argument(text: str, at: int, depth: int, *, raw: bool) -> tuple[Node, int]:
    if text.startswith("States.", at):
        return _call(text, at, depth + 1)
    if text.startswith("$", at):
        end = _end_of_path(text, at)
        return paths.parse(text[at:end].strip()).find, end
    if string := _STRING.match(text, at):
        return _constant(string[1] if raw else _unescaped(string[1])), string.end()
    if number := _NUMBER.match(text, at):
        return _constant(json.loads(number[0])), number.end()
    for word, value in (("true", True), ("false", False), ("null", None)):
        if text.startswith(word, at):
            return _constant(value), at + len(word)
    raise IntrinsicError(f"Character {at} of '{text}' is no argument")


def _constant(value: Any) -> Node:
    return lambda _data, _context: value


def _end_of_path(text: str, at: int) -> int:
    """Where a path ends: at the `,` or `)` that is not inside its brackets."""
    depth = 0
    for position in range(at, len(text)):
        character = text[position]
        depth += (character == "[") - (character == "]")
        if character in ",)" and depth == 0:
            return position
    raise IntrinsicError(f"'{text}' is not closed")


def _skip(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _format(template: str, *values: Any) -> str:
    """`{}` is the next value; `\\'`, `\\{`, `\\}` and `\\\\` are the characters themselves."""
    waiting = list(values)

    def part(match: re.Match[str]) -> str:
        if match[0] == "{}":
            return _shown(waiting.pop(0))
        return match[0][1:]

    text = re.sub(r"\{\}|\\.", part, template)
    if waiting:
        raise ValueError("there are more values than {} in the template")
    return text


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ValueError(f"a string of at most {_LONGEST_TEXT} characters is expected")
    return value


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("an array is expected")
    return value


def _integer(value: Any) -> int:
    """Numbers are rounded to the nearest integer."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("an integer is expected")
    return round(value)


def _partition(array: Any, size: Any) -> list[Any]:
    step = _integer(size)
    if step <= 0:
        raise ValueError("a chunk's size must be positive")
    return [_array(array)[start : start + step] for start in range(0, len(array), step)]


def _range(first: Any, last: Any, step: Any) -> list[int]:
    by = _integer(step)
    made = range(_integer(first), _integer(last) + (1 if by > 0 else -1), by)
    if len(made) > _LONGEST_ARRAY:
        raise ValueError(f"an array of at most {_LONGEST_ARRAY} items is made")
    return list(made)


def _item(array: Any, index: Any) -> Any:
    if _integer(index) < 0:
        raise IndexError("an index is not negative")
    return _array(array)[_integer(index)]


def _unique(array: Any) -> list[Any]:
    texts = {json.dumps(item, sort_keys=True): item for item in reversed(_array(array))}
    return [texts[text] for text in dict.fromkeys(json.dumps(item, sort_keys=True) for item in array)]


def _merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    if deep is not False:
        raise ValueError("only a shallow merge is supported: the third argument is false")
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise TypeError("two objects are expected")
    return {**first, **second}


def _random(first: Any, last: Any, seed: Any = None) -> int:
    """From `first` (included) to `last` (excluded)."""
    return random.Random(seed).randrange(_integer(first), _integer(last))  # noqa: S311 - AWS's too is no secret


def _split(text: str, delimiters: str) -> list[str]:
    """Each character of `delimiters` splits."""
    return [part for part in re.split(f"[{re.escape(delimiters)}]", text) if part] if delimiters else [text]


def _hash(value: Any, algorithm: str) -> str:
    return hashlib.new(_HASHES[algorithm], _text(value).encode()).hexdigest()


def _decode(value: Any) -> str:
    return base64.b64decode(_text(value), validate=True).decode()


# name: (arguments at least, at most, what it does)
_FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., Any]]] = {
    "States.Array": (0, 1000, lambda *items: list(items)),
    "States.ArrayPartition": (2, 2, _partition),
    "States.ArrayContains": (2, 2, lambda array, item: item in _array(array)),
    "States.ArrayRange": (3, 3, _range),
    "States.ArrayGetItem": (2, 2, _item),
    "States.ArrayLength": (1, 1, lambda array: len(_array(array))),
    "States.ArrayUnique": (1, 1, _unique),
    "States.Base64Encode": (1, 1, lambda text: base64.b64encode(_text(text).encode()).decode()),
    "States.Base64Decode": (1, 1, _decode),
    "States.Hash": (2, 2, _hash),
    "States.JsonMerge": (3, 3, _merge),
    "States.StringToJson": (1, 1, json.loads),
    "States.JsonToString": (1, 1, lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)),
    "States.MathRandom": (2, 3, _random),
    "States.MathAdd": (2, 2, lambda first, second: _integer(first) + _integer(second)),
    "States.StringSplit": (2, 2, _split),
    "States.UUID": (0, 0, lambda: str(uuid.uuid4())),
    "States.Format": (1, 1000, _format),
}
