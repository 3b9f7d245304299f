"""One request to an API on its way through, for logs, headers and metrics."""

from __future__ import annotations

import base64
import contextvars
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

Headers = dict[str, str]


@dataclass
class Exchange:
    """What is known of a request and its answer; filled in while it passes."""

    api_id: str
    stage_name: str
    method: str
    path: str
    headers: Headers
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    extended_id: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(11)).decode())
    begun: float = field(default_factory=time.time)
    stage: dict[str, Any] = field(default_factory=dict)
    resource_path: str = ""
    identity: dict[str, Any] = field(default_factory=dict)
    integration_status: int | None = None
    integration_seconds: float | None = None
    integration_error: str = ""
    error_message: str = ""
    error_type: str = ""
    # Whether the answer came from the cache, and whether the canary gave it; None where there is none.
    cached: bool | None = None
    canary: bool | None = None

    def __post_init__(self) -> None:
        sampled = int(bool(self.stage.get("tracingEnabled")))
        self.trace_id = self.header("x-amzn-trace-id") or f"Root={_trace_root(self.begun)};Sampled={sampled}"

    def header(self, name: str) -> str:
        """A request header, empty when it is absent."""
        value = self.headers.get(name, "")
        return value if isinstance(value, str) else value[-1]

    @property
    def source_ip(self) -> str:
        """Where the request came from: the engine listens on the loopback interface only."""
        return (self.header("x-forwarded-for") or "127.0.0.1").split(",")[0].strip()


def _trace_root(begun: float) -> str:
    return f"1-{int(begun):08x}-{secrets.token_hex(12)}"


current: contextvars.ContextVar[Exchange] = contextvars.ContextVar("slipway_exchange")
