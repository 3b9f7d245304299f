"""A stage's cache: an answer is given again for its time to live, to requests with the same path and key parameters.

A request's body is never part of the key. Whatever the integration answered is kept, errors too, as AWS does; errors of
API Gateway's own are not. An engine's caches are in its memory, so that they do not outlive it.

docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slipway.engine.engine import Engine, current
from slipway.engine.errors import AwsError
from slipway.engine.mend.apigateway import exchange
from slipway.engine.once import once

if TYPE_CHECKING:
    from slipway.engine.mend.apigateway.execution import Request

LARGEST_ANSWER = 1048576
_GIGABYTE = 2**30
_INVALIDATE = "execute-api:InvalidateCache"
# RFC 7234, 5.5.7: a warning without a code of its own
_WARNING = '199 - "Cache-control headers were ignored because the caller was unauthorized."'
_WITH_HEADER = "SUCCEED_WITH_RESPONSE_HEADER"

Answer = tuple[int, dict[str, Any], bytes]
Key = tuple[Any, ...]


@dataclass
class Cache:
    """The answers that a stage keeps, least recently used first; only the engine's event loop touches it."""

    capacity: float
    _kept: OrderedDict[Key, tuple[float, Answer]] = field(default_factory=OrderedDict)
    _size: int = 0

    def find(self, key: Key) -> Answer | None:
        """The answer that is kept under a key, unless its time is over."""
        if key not in self._kept:
            return None
        until, answer = self._kept[key]
        if until <= time.monotonic():
            self.drop(key)
            return None
        self._kept.move_to_end(key)
        return answer

    def keep(self, key: Key, answer: Answer, seconds: float) -> None:
        """Keep an answer; the least recently used make room."""
        self.drop(key)
        if len(answer[2]) > LARGEST_ANSWER:
            return
        self._kept[key] = (time.monotonic() + seconds, answer)
        self._size += len(answer[2])
        while self._size > self.capacity:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        """Forget an answer."""
        if key in self._kept:
            self._size -= len(self._kept.pop(key)[1][2])

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._size = 0


@once
def cache_of(engine: Engine, api_id: str, stage_name: str, created: int, size: str) -> Cache:
    """The cache of a stage: another size is another cache, which begins empty, as on AWS."""
    del engine, api_id, stage_name, created  # what makes it one of its kind
    return Cache(float(size) * _GIGABYTE)


def flush(api_id: str, stage_name: str, stage: dict[str, Any]) -> None:
    """FlushStageCache."""
    _of(api_id, stage_name, stage).clear()


def _of(api_id: str, stage_name: str, stage: dict[str, Any]) -> Cache:
    return cache_of(current(), api_id, stage_name, stage["createdDate"], str(stage.get("cacheClusterSize") or "0.5"))


@dataclass
class Place:
    """Where the answer to a request is kept."""

    cache: Cache
    key: Key
    setting: dict[str, Any]
    request: Request

    def find(self) -> Answer | None:
        """The answer, unless the caller wants it anew and may."""
        return None if self._asks_anew() and self._may_ask_anew() else self.cache.find(self.key)

    def keep(self, answer: Answer) -> None:
        """Keep the answer for the method's time to live."""
        self.cache.keep(self.key, answer, current().clock.real(float(self.setting["cacheTtlInSeconds"])))

    def answered(self, answer: Answer) -> Answer:
        """The answer with a warning for who wanted it anew and may not."""
        status, headers, body = answer
        told = self.setting["unauthorizedCacheControlHeaderStrategy"] == _WITH_HEADER
        if not (told and self._asks_anew() and not self._may_ask_anew()):
            return status, dict(headers), body
        return status, {**headers, "Warning": _WARNING}, body

    def _asks_anew(self) -> bool:
        asked = exchange.current.get().header("cache-control").lower()
        return "max-age=0" in asked.replace(" ", "").split(",")

    def _may_ask_anew(self) -> bool:
        if not self.setting["requireAuthorizationForCacheControl"]:
            return True
        request, key = self.request, exchange.current.get().identity.get("accessKey")
        resource = f"{request.api_id}/{request.stage_name}/{request.verb}{request.path}"
        try:
            current().authorization.check(str(key), _INVALIDATE, current().arn("execute-api", resource), {})
        except AwsError:
            return False
        return True


def place(request: Request) -> Place | None:
    """Where the answer to a request is kept; None for a method without a cache."""
    stage = request.stage
    setting = _setting(stage, request.resource["path"], request.verb)
    settings = stage.get("canarySettings") or {}
    if setting is None or (stage.get("canary") and not settings.get("useStageCache")):
        return None
    integration = request.method.get("methodIntegration") or {}
    names = integration.get("cacheKeyParameters") or []
    key = (request.resource["path"], request.verb, *(_value(request, name) for name in names))
    return Place(_of(request.api_id, request.stage_name, stage), key, setting, request)


def _setting(stage: dict[str, Any], path: str, verb: str) -> dict[str, Any] | None:
    """The settings of a cached method: its own, or the stage's, which cache GET only."""
    if not stage.get("cacheClusterEnabled"):
        return None
    settings = stage.get("methodSettings") or {}
    found = settings.get(f"{path}/{verb}") or (settings.get("*/*") if verb == "GET" else None)
    return found if found and found.get("cachingEnabled") and found.get("cacheTtlInSeconds") else None


def _value(request: Request, parameter: str) -> Any:
    """The value of `method.request.<place>.<name>`."""
    _, _, where, name = parameter.split(".", 3)
    if where == "querystring":
        return tuple(request.query.get(name) or ())
    return exchange.current.get().header(name.lower()) if where == "header" else request.parameters.get(name)
