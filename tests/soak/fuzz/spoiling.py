"""Values and bytes that nobody sends on purpose."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from tests.soak.fuzz.message import Message

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    10**30,
    10**400,
    float("nan"),
    float("-inf"),
    "",
    " ",
    "\0",
    "\n",
    "é",
    "日本語",
    "🦆",
    "\ud800",
    "a" * 300,
    "a" * 20_000,
    "../../etc/passwd",
    "${x}",
    "%",
    "%s%n",
    "{{resolve:ssm:/fuzz}}",
    "arn:aws:",
    "arn:aws:::::::",
    "null",
    "[]",
    "{",
    "²",
    "2026-13-45T99:99:99Z",
    "9" * 400,
    [],
    {},
    [None],
    [[]],
    {"": ""},
    {"a": {"b": {"c": []}}},
)
_TEXTS = tuple(value for value in ODD if isinstance(value, str))
_PLAIN = tuple(value for value in _TEXTS if "\ud800" not in value)


def value(random: Random, document: Any) -> Any:
    """The document with one value of it, or its key, replaced by an odd one, left out or doubled."""
    if isinstance(document, dict) and document and random.random() < 0.85:
        name = random.choice(list(document))
        choice = random.random()
        if choice < 0.15:
            return {key: held for key, held in document.items() if key != name}
        if choice < 0.25:
            return {**document, random.choice(_TEXTS): document[name]}
        return {**document, name: value(random, document[name])}
    if isinstance(document, list) and document and random.random() < 0.7:
        at = random.randrange(len(document))
        if random.random() < 0.2:
            return document * 30
        return [*document[:at], value(random, document[at]), *document[at + 1 :]]
    return random.choice(ODD)


def data(random: Random, content: bytes) -> bytes:
    """The bytes with a few of them cut out, written over or said twice."""
    at, length = random.randrange(len(content) + 1), random.choice((1, 2, 8, 64, len(content)))
    put = random.choice((b"", random.randbytes(4), b"\xff\xfe", b"<", b"{", b"&", b"\0", content[:40]))
    return content[:at] + put + content[at + length :]


def message(random: Random, sent: Message) -> Message:
    """The message with something of it spoilt, so that it still is HTTP."""
    choice, document = random.random(), _document(sent.body)
    if choice < 0.5 and document is not None:
        return replace(sent, body=json.dumps(value(random, document)).encode())
    if choice < 0.5 and b"=" in sent.body[:200] and not sent.body.startswith(b"<"):
        return replace(sent, body=_form(random, sent.body.decode("utf-8", "replace")).encode())
    if choice < 0.6 and sent.query:
        return replace(sent, query=_form(random, sent.query))
    if choice < 0.75:
        parts = sent.path.split("/")
        parts[random.randrange(len(parts))] = quote(random.choice(_PLAIN), safe=random.choice(("", "/%", "~")))
        return replace(sent, path="/" + "/".join(parts).replace("\n", "").replace(" ", "%20").lstrip("/"))
    if choice < 0.85 and sent.headers:
        return replace(sent, headers=_headers(random, sent.headers))
    return replace(sent, body=data(random, sent.body))


def _document(body: bytes) -> Any:
    """What a body of JSON holds; None of another one."""
    try:
        return json.loads(body) if body.startswith(b"{") else None
    except ValueError:
        return None


def _headers(random: Random, headers: dict[str, str]) -> dict[str, str]:
    name = random.choice(list(headers))
    if random.random() < 0.3:
        return {other: text for other, text in headers.items() if other != name}
    odd = random.choice([text for text in _PLAIN if text.isprintable() and len(text) < 1000])
    return {**headers, name: odd}


def _form(random: Random, form: str) -> str:
    pairs = parse_qsl(form, keep_blank_values=True)
    if not pairs:
        return form
    at = random.randrange(len(pairs))
    name, _ = pairs[at]
    odd = random.choice(_PLAIN)
    pairs[at] = random.choice(((name, odd), (odd, name), (f"{name}.1.{odd[:20]}", "1"), (name.partition(".")[0], odd)))
    return urlencode(pairs, quote_via=quote)
