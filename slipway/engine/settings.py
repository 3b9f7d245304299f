"""How the engine of a folder runs, kept there: it is started so again, and the file says whose folder it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "engine-settings.json"


@dataclass(frozen=True)
class EngineSettings:
    """Port, region, AWS seconds in a real one, and whether properties without effect are refused."""

    port: int
    region: str
    clock_factor: float
    strict: bool

    def arguments(self) -> list[str]:
        """Those of the engine's process."""
        chosen = ["--port", str(self.port), "--region", self.region, "--clock-factor", str(self.clock_factor)]
        return [*chosen, "--strict"] if self.strict else chosen


def is_there(home: Path) -> bool:
    """Whether the folder is an engine's, running or not."""
    return (home / FILE).exists()


def read(home: Path) -> EngineSettings | None:
    """How an engine last ran on this folder; None when none ever did, ValueError when the file is damaged."""
    if not is_there(home):
        return None
    try:
        return EngineSettings(**json.loads((home / FILE).read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{home / FILE} is damaged ({error})") from error


def write(home: Path, chosen: EngineSettings) -> None:
    """Keep them."""
    (home / FILE).write_text(json.dumps(asdict(chosen)), encoding="utf-8")
