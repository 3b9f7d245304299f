"""Runs first in every Python of a container of a job with several instances: their names are this machine's.

It imports nothing of slipway's, which the container does not have.
docs.python.org/3/library/site.html#module-sitecustomize
"""

import importlib
import os
import socket
import sys
from typing import Any

_HOSTS = frozenset(os.environ.get("SLIPWAY_HOSTS", "").split(","))
_HERE = "127.0.0.1"


def _place(host: Any) -> Any:
    """The address of a host of this job; any other name as it is."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return _HERE if name in _HOSTS and name else host


def _resolve_names() -> None:
    look_up, by_name, by_name_ex = socket.getaddrinfo, socket.gethostbyname, socket.gethostbyname_ex

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        return look_up(_place(host), *args, **kwargs)

    socket.getaddrinfo = getaddrinfo
    socket.gethostbyname = lambda hostname: by_name(_place(hostname))
    socket.gethostbyname_ex = lambda hostname: by_name_ex(_place(hostname))


def _connect_by_name() -> None:
    """An address that is given to a socket itself is looked up below Python: translate it before."""

    class Socket(socket.socket):
        def connect(self, address: Any, /) -> None:
            super().connect(_translated(address))

        def connect_ex(self, address: Any, /) -> int:
            return super().connect_ex(_translated(address))

        def bind(self, address: Any, /) -> None:
            super().bind(_translated(address))

    socket.socket = Socket  # type: ignore[misc]


def _translated(address: Any) -> Any:
    return (_place(address[0]), *address[1:]) if isinstance(address, tuple) else address


def _run_the_images_own() -> None:
    """An image may have a module of this name too, further down the path."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib would slow every start
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]  # noqa: PTH100
    del sys.modules["sitecustomize"]
    try:
        importlib.import_module("sitecustomize")
    except ModuleNotFoundError:
        sys.modules["sitecustomize"] = _this


_this = sys.modules["sitecustomize"] if __name__ == "sitecustomize" else sys.modules[__name__]
if __name__ == "sitecustomize":
    _resolve_names()
    _connect_by_name()
    _run_the_images_own()
