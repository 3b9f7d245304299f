"""Requests to the prediction APIs of test and production."""

from __future__ import annotations

import csv
import io
import json
from random import Random
from typing import Any
from urllib.parse import urlsplit

import urllib3
from botocore.credentials import Credentials

from slipway import api
from slipway.install import Install
from slipway.local import LocalEngine
from tests.soak.fuzz import spoiling
from tests.soak.fuzz.calls import LONGEST_SECONDS, Answered
from tests.soak.fuzz.message import Message, signed

# What the API says of a request (docs/api.md); 403 and 404 are API Gateway's, of one that is not signed or for no path.
_REFUSED = (400, 403, 404, 405, 411, 413, 415, 429)
_TYPES = (
    "application/json",
    "Application/JSON; charset=utf-8",
    "text/csv",
    "TEXT/CSV;header=absent",
    "text/plain",
    "application/octet-stream",
    "multipart/form-data",
    "",
    ";",
)
_ACCEPTS = ("*/*", "application/json", "text/csv", "text/csv;q=0.5, */*;q=0.1", "image/png", ";q=x,,")
_METHODS = ("POST",) * 12 + ("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")


class Predictions:
    """The APIs of one install."""

    def __init__(self, engine: LocalEngine, install: Install, row: dict[str, Any], random: Random) -> None:
        self._random = random
        self._row = row
        self._region = engine.region
        self._keys = Credentials(*engine.keys())
        self._apis = [api.of(install, name) for name in ("test", "production")]
        self._pool = urllib3.PoolManager(maxsize=1, retries=False)

    def call(self) -> tuple[Message, Answered]:
        """Make one request; what was sent, and what came of it."""
        called = self._random.choice(self._apis)
        parts = urlsplit(called.url)
        content, rows = self._content()
        headers = {"Content-Type": self._random.choice(_TYPES), "Accept": self._random.choice(_ACCEPTS)}
        if rows is not None:
            kind = "text/csv" if not content.startswith(b"{") else "application/json"
            headers["Content-Type"] = kind
        method, path = self._random.choice(_METHODS), parts.path
        if self._random.random() < 0.1:
            path += self._random.choice(("/", "/x", "/%00", "%20", "/..", "/%ff", "x" * 2000))
        message = Message(
            method, path, self._random.choice(("", "", "", "a=%ff&features=1", "%", "=")), headers, content
        )
        url = f"{parts.scheme}://{parts.netloc}"
        sent = self._admitted(message, url, called.key)
        try:
            response = self._pool.request(
                sent.method,
                f"{url}{sent.target}",
                body=sent.body,
                headers={name: text.encode() for name, text in sent.headers.items()},
                timeout=LONGEST_SECONDS,
            )
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            return message, Answered(0, f"no answer: {type(error).__name__}: {error}")
        good = rows is not None and message.method == "POST" and message.path == parts.path
        return message, Answered(response.status, self._problem(response, rows if good else None))

    def _admitted(self, message: Message, url: str, key: str) -> Message:
        """With the API's key, or signed; now and then with neither."""
        if self._random.random() < 0.05:
            return message
        if key:
            return Message(
                message.method, message.path, message.query, {**message.headers, "x-api-key": key}, message.body
            )
        return signed(message, url, "execute-api", self._keys, self._region, presigned=False)

    def _content(self) -> tuple[bytes, int | None]:
        """A body, and how many rows it asks about where it is a good one."""
        random = self._random
        rows = [self._row] * random.choice((1, 1, 2, 7, 300))
        if random.random() < 0.2:
            return (self._csv(rows), len(rows))
        document = {"features": random.choice((rows, [list(row.values()) for row in rows]))}
        if random.random() < 0.3:
            return json.dumps(document).encode(), len(rows)
        if random.random() < 0.7:
            return json.dumps(spoiling.value(random, document)).encode(), None
        return spoiling.data(random, random.choice((json.dumps(document).encode(), self._csv(rows)))), None

    def _csv(self, rows: list[dict[str, Any]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(row.values() for row in rows)
        return text.getvalue().encode()

    def _problem(self, response: Any, rows: int | None) -> str:
        status, data = response.status, response.data
        shown = f"{status} {data[:600]!r}"
        if status == 200 and response.headers.get("Content-Type", "").startswith("text/csv"):
            found = len(list(csv.reader(io.StringIO(data.decode()))))
        elif status == 200 and data:
            found = len(json.loads(data).get("predictions", ()))
        elif status in (200, 204) or (status in _REFUSED and not data):
            return ""
        elif status in _REFUSED:
            told = json.loads(data)
            said = told.get("message") or told.get("error", {}).get("message")
            return "" if said and "Traceback" not in said else f"says nothing: {shown}"
        else:
            return shown
        return "" if found and rows in (None, found) else f"{found} predictions of {rows} rows: {shown}"
