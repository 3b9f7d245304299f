"""What the engine holds before and after much of the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slipway.local import LocalEngine
from tests.benchmarks.call import GET_CALLER_IDENTITY, GET_PARAMETER, LIST_PIPELINES, sender
from tests.benchmarks.figure import Figure
from tests.engine.memory import resident_bytes

_WARM, _TIMES = 700, 3_334
_OBJECT_BYTES = 200_000_000
_MEGABYTE = 1_000_000


def figures(engine: LocalEngine) -> Iterator[Figure]:
    """Resident memory after ten thousand calls, and after an object went in and out."""
    senders = [sender(engine, call) for call in (GET_CALLER_IDENTITY, LIST_PIPELINES, GET_PARAMETER)]
    _send(senders, _WARM)
    before = resident_bytes(engine.home) / _MEGABYTE
    _send(senders, _TIMES)
    yield Figure("memory after 10,000 calls", resident_bytes(engine.home) / _MEGABYTE, "MB", before, "before them")
    s3 = engine.client("s3")
    s3.create_bucket(Bucket="of-one-object")
    s3.put_object(Bucket="of-one-object", Key="object", Body=bytes(_OBJECT_BYTES))
    for _ in s3.get_object(Bucket="of-one-object", Key="object")["Body"].iter_chunks(_MEGABYTE):
        pass
    size = f"an object of {_OBJECT_BYTES // _MEGABYTE} MB"
    yield Figure(f"memory after {size}", resident_bytes(engine.home) / _MEGABYTE, "MB", before, "before it")


def _send(senders: list[Callable[[], None]], times: int) -> None:
    for _ in range(times):
        for send in senders:
            send()
