"""The names of a job's instances resolve: on AWS each is a host of a private network, here all are this machine.

There is no name service of an engine's own below a process, so Python's own look-ups are answered (`sitecustomize`):
what asks Python's `socket` for `algo-2` gets 127.0.0.1, and a program in another language does not. All instances share
this machine's ports, where on AWS each has its own.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

HOSTS = "SLIPWAY_HOSTS"


def environment(hosts: Sequence[str], variables: Mapping[str, str]) -> dict[str, str]:
    """What a container's variables become, so that its Python knows the names of several `hosts`."""
    if len(hosts) < 2:
        return dict(variables)
    path = os.pathsep.join(filter(None, (str(Path(__file__).parent), variables.get("PYTHONPATH"))))
    return {**variables, HOSTS: ",".join(hosts), "PYTHONPATH": path}
