"""What callers were told is done, and whether it still is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

_PREFIX = "/soak"
_GROUP = "/soak"


class Ledger:
    """Writes small things to several services while the engine lives, and remembers those that were acknowledged."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._numbers = count()
        self._parameters: dict[str, str] = {}
        self._objects: dict[str, bytes] = {}
        self._messages: list[str] = []
        self._bucket = "soak-ledger"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Make what it writes to."""
        self._client("s3").create_bucket(Bucket=self._bucket)
        self._client("logs").create_log_group(logGroupName=_GROUP)
        self._client("logs").create_log_stream(logGroupName=_GROUP, logStreamName="ledger")

    def begin(self) -> None:
        """Write until the engine is gone, or `end`."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Write no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _write(self) -> None:
        try:
            while not self._stop.wait(0.02):
                self._write_one(next(self._numbers))
        except (BotoCoreError, ClientError):
            return  # the engine was killed: what it has not acknowledged may or may not be there

    def _write_one(self, number: int) -> None:
        name, text = f"{_PREFIX}/{number}", str(number)
        self._client("ssm").put_parameter(Name=name, Value=text, Type="String")
        self._parameters[name] = text
        self._client("s3").put_object(Bucket=self._bucket, Key=text, Body=text.encode())
        self._objects[text] = text.encode()
        event = {"timestamp": int(time.time() * 1000), "message": text}
        self._client("logs").put_log_events(logGroupName=_GROUP, logStreamName="ledger", logEvents=[event])
        self._messages.append(text)

    def check(self) -> int:
        """How many entries there are; AssertionError names those that were acknowledged and are gone."""
        pages = self._client("ssm").get_paginator("get_parameters_by_path").paginate(Path=_PREFIX)
        parameters = {found["Name"]: found["Value"] for page in pages for found in page["Parameters"]}
        assert self._parameters.items() <= parameters.items(), self._parameters.items() - parameters.items()
        listed = self._client("s3").get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        keys = {found["Key"] for page in listed for found in page.get("Contents", [])}
        assert self._objects.keys() <= keys, self._objects.keys() - keys
        logged = self._client("logs").get_paginator("filter_log_events").paginate(logGroupName=_GROUP)
        messages = {event["message"] for page in logged for event in page["events"]}
        assert set(self._messages) <= messages, set(self._messages) - messages
        return len(self._parameters) + len(self._objects) + len(self._messages)
