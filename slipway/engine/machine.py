"""What a process started by the engine shares with the machine: system programs, the network's settings, uv's cache.

Everything else (home, credentials, configuration) is the process's own.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SYSTEM = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_NEEDED = ("git", "make", "sh", "bash")

# How this machine reaches package indexes; they say nothing of what a build does.
_NETWORK = frozenset(
    {
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *(
            "PIP_INDEX_URL",
            "PIP_EXTRA_INDEX_URL",
            "PIP_FIND_LINKS",
            "PIP_CERT",
            "PIP_TRUSTED_HOST",
            "PIP_DEFAULT_TIMEOUT",
        ),
        *("UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE"),
        *("UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST", "UV_HTTP_TIMEOUT", "UV_CONFIG_FILE"),
        *("UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS"),
    }
)


def system_path() -> str:
    """The system's program folders, and those where the few programs are that a build cannot do without."""
    found = [str(Path(where).parent) for program in _NEEDED if (where := shutil.which(program))]
    return os.pathsep.join(dict.fromkeys((*_SYSTEM, *found)))


def network_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables by which programs of this machine reach the network; never through a proxy to the engine."""
    variables = os.environ if environment is None else environment
    settings = {name: value for name, value in variables.items() if name in _NETWORK}
    configuration = _user_folder("XDG_CONFIG_HOME", ".config") / "uv" / "uv.toml"
    if configuration.exists():
        settings.setdefault("UV_CONFIG_FILE", str(configuration))
    for name in ("NO_PROXY", "no_proxy"):
        settings[name] = ",".join(filter(None, (settings.get(name, ""), "127.0.0.1", "localhost")))
    return settings


def uv_settings() -> dict[str, str]:
    """Variables that let uv share the user's cache and interpreters, whatever HOME is; files are linked, not copied.

    It trusts the system's certificates, as `pip` does (pip.pypa.io/en/stable/topics/https-certificates).
    """
    interpreters = _user_folder("XDG_DATA_HOME", ".local/share") / "uv" / "python"
    return {
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(_user_folder("XDG_CACHE_HOME", ".cache") / "uv"),
        "UV_PYTHON_INSTALL_DIR": os.environ.get("UV_PYTHON_INSTALL_DIR") or str(interpreters),
        "UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS") or "true",
        "UV_NO_PROGRESS": "1",
    }


@cache
def uv() -> str:
    """The uv program: the one installed with the engine, else the one on PATH."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv") or "uv"


@cache
def python() -> str:
    """The interpreter that the engine's own environment was made from, without the engine's packages."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _user_folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / default)
