"""What `slipway demo` says of its first run, and a prediction of the endpoint that it leaves behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slipway import local
from tests.benchmarks.call import bare_call
from tests.benchmarks.figure import Figure, median_milliseconds, seconds

_FIRST_RUN_SECONDS = 60.0
_OWN_SECONDS = 10.0
_MEGABYTES = 400.0
_STOP_SECONDS = 5.0
_TIMES = 200


def figures(root: Path, home: Path) -> Iterator[Figure]:
    """A whole demonstration on an engine of its own, which is removed again."""
    try:
        record = _demo(root, home)
        yield Figure("launch to production in service", record["launchToProductionSeconds"], "s", _FIRST_RUN_SECONDS)
        yield Figure("the engine's own share of that", record["engineOwnSeconds"], "s", _OWN_SECONDS)
        yield Figure("the engine's memory after it all", record["engineMegabytes"], "MB", _MEGABYTES)
        yield from _invocation(home, record)
    finally:
        took = seconds(lambda: local.remove(home))
    yield Figure("`slipway down` with two environments in service", took, "s", _STOP_SECONDS)


def _demo(root: Path, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "slipway.cli", "demo", "--json", "--home", str(home)]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=sys.stderr, check=True)
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def _invocation(home: Path, record: dict[str, Any]) -> Iterator[Figure]:
    engine = local.find(home)
    if engine is None:
        raise RuntimeError(f"the demonstration left no engine on {home}")
    client = engine.client("sagemaker-runtime")
    request = {
        "EndpointName": record["endpoints"]["production"],
        "ContentType": "application/json",
        "Body": json.dumps({"instances": [record["prediction"]["features"]]}),
    }
    took = median_milliseconds(lambda: client.invoke_endpoint(**request)["Body"].read(), _TIMES)
    yield Figure("InvokeEndpoint, one row", took, "ms", *bare_call(engine))
