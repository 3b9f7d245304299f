"""Configurations through `config.validate`, and new data through the contract that `functions/drop` holds it to."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

from config import configuration
from tests.end_to_end.plant import ROOT
from tests.soak.fuzz import spoiling

_DATA = ROOT / "config/data/telecom-churn.csv"
_ROWS = 120


class Drops:
    """Offline, in this process; a sentence for each fault is expected, and no other end."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._random = random
        self._folder = folder
        self._document = json.loads(configuration.CONFIGURATION.read_text("utf-8"))
        self._config = configuration.resolve(self._document)
        with _DATA.open(encoding="utf-8", newline="") as lines:
            self._table = [row for row, _ in zip(csv.reader(lines), range(_ROWS), strict=False)]
        self._checks = _contract()

    def configuration(self) -> tuple[str, str]:
        """Validate a spoilt configuration; what it was, and what is wrong with the answer."""
        document = self._document
        for _ in range(self._random.choice((1, 1, 2, 4))):
            document = spoiling.value(self._random, document)
        content = json.dumps(document, indent=2).encode()
        if self._random.random() < 0.2:
            content = spoiling.data(self._random, content)
        path = self._folder / "ml-pipeline.json"
        path.write_bytes(content)
        try:
            configuration.load(path)
        except configuration.InvalidConfiguration as fault:
            lines = str(fault).splitlines()
            problem = "" if len(lines) > 1 and all(line.strip() for line in lines) else f"says nothing: {fault}"
        except Exception as error:  # noqa: BLE001 - whatever else is raised is the finding
            problem = f"{type(error).__name__}: {error}"
        else:
            problem = ""
        return repr(content), problem

    def data(self) -> tuple[str, str]:
        """Hold spoilt data to the contract; what it was, and what is wrong with the answer."""
        content = self._content()
        drop = SimpleNamespace(keys=["incoming/fuzz.csv"], sample=content, is_whole=self._random.random() < 0.8)
        try:
            faults = self._checks.check(drop, self._config)
            if not all(isinstance(fault, str) and fault for fault in faults):
                return repr(content[:4000]), f"says nothing: {faults}"
        except Exception as error:  # noqa: BLE001 - whatever is raised is the finding
            return repr(content[:4000]), f"{type(error).__name__}: {error}"
        return repr(content[:4000]), ""

    def _content(self) -> bytes:
        random = self._random
        table: list[Any] = [list(row) for row in self._table]
        for _ in range(random.choice((0, 1, 1, 3))):
            line = random.randrange(len(table)) if random.random() < 0.6 else 0
            table[line] = [str(cell) for cell in _row(random, table[line])]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator=random.choice(("\n", "\r\n"))).writerows(table)
        content = text.getvalue().encode("utf-8", "surrogatepass")
        return spoiling.data(random, content) if random.random() < 0.3 else content


def _row(random: Random, row: list[Any]) -> list[Any]:
    spoilt = spoiling.value(random, row)
    return spoilt if isinstance(spoilt, list) and len(spoilt) < 1000 else [*row, "x"]


def _contract() -> ModuleType:
    """The function's module, from where the bundle has it."""
    spec = importlib.util.spec_from_file_location("drop_checks", ROOT / "functions/drop/checks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
