"""docs/engine-operations.md, made from what the dispatcher serves.

.venv/bin/python -m slipway.engine.operation_reference > docs/engine-operations.md
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from slipway.engine.caller import service_model
from slipway.engine.dispatcher import find_services
from slipway.engine.executed import SERVED

_REGION = "us-east-1"
_WIDTH = 120
_HEAD = """# The operations that the engine executes

Made by `.venv/bin/python -m slipway.engine.operation_reference`. By service, as botocore names it. Every other
operation of these is refused by name (`UnsupportedOperation`), every other service too (`UnsupportedService`), before
anything is done. How true each is to AWS, and which of its values are refused, is in `local-engine.md`.
"""


def executed() -> dict[str, frozenset[str]]:
    """The operations by service, whoever serves them."""
    own = {service.name: frozenset(service.operations) for service in find_services()}
    ministack = {name: served.operations for name, served in SERVED.items()}
    return dict(sorted((ministack | own).items()))


def render() -> str:
    """The whole page."""
    sections = ("\n".join(_section(service, operations)) for service, operations in executed().items())
    return "\n".join([_HEAD, *sections]).rstrip() + "\n"


def _section(service: str, operations: frozenset[str]) -> Iterator[str]:
    known = service_model(service, _REGION).operation_names
    yield f"## {service}"
    yield f"{len(operations)} of {len(known)}:"
    yield textwrap.fill(", ".join(sorted(operations)) + ".", _WIDTH)
    yield ""


if __name__ == "__main__":
    print(render(), end="")
