"""What the engine needs to know of a function's version to run it, read from MiniStack's record."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class FunctionVersion:
    """One version of a function; equal `fingerprint`s can share execution environments. Memory and `/tmp` are in MB."""

    name: str
    version: str
    runtime: str
    handler: str
    role: str
    timeout: int
    memory: int
    variables: dict[str, str]
    log_group: str
    code: bytes
    layers: tuple[bytes, ...]
    traced: bool
    temporary: int
    log_format: str
    application_level: str
    system_level: str

    @classmethod
    def of(cls, config: dict[str, Any], code: bytes, layers: list[bytes]) -> FunctionVersion:
        """From a FunctionConfiguration and the zips of its code and layers."""
        name = config["FunctionName"]
        logging = config.get("LoggingConfig") or {}
        return cls(
            name=name,
            version=config.get("Version", "$LATEST"),
            runtime=config["Runtime"],
            handler=config["Handler"],
            role=config["Role"],
            timeout=int(config.get("Timeout", 3)),
            memory=int(config.get("MemorySize", 128)),
            variables=dict(config.get("Environment", {}).get("Variables", {})),
            log_group=logging.get("LogGroup") or f"/aws/lambda/{name}",
            code=code,
            layers=tuple(layers),
            traced=(config.get("TracingConfig") or {}).get("Mode") == "Active",
            temporary=int((config.get("EphemeralStorage") or {}).get("Size", 512)),
            log_format=logging.get("LogFormat") or "Text",
            application_level=logging.get("ApplicationLogLevel") or "",
            system_level=logging.get("SystemLogLevel") or "INFO",
        )

    @property
    def key(self) -> str:
        """The name under which its environments are kept."""
        return f"{self.name}:{self.version}"

    @property
    def fingerprint(self) -> str:
        """Changes with whatever an execution environment is made from; by which alias it is called does not matter."""
        archives = ("code", "layers")
        made_from = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in archives}
        digest = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode())
        for archive in (self.code, *self.layers):
            digest.update(_hash(archive))
        return digest.hexdigest()


@functools.lru_cache(maxsize=128)
def _hash(archive: bytes) -> bytes:
    """The archive's SHA-256; archives are asked for at every invocation and may be large."""
    return hashlib.sha256(archive).digest()
