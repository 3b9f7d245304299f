"""The Bayesian strategy: optuna's, in an environment of its own, made when it is first needed.

AWS regresses with an implementation of its own, optuna by Tree-structured Parzen Estimators.
docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
"""

from __future__ import annotations

import contextlib
import json
import logging
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine import machine
from slipway.engine.docker import packages
from slipway.engine.docker.packages import Install, PackagesRefused
from slipway.engine.services.sagemaker.failures import JobFailed
from slipway.engine.services.sagemaker.tuning.ranges import Choice, Range
from slipway.engine.services.sagemaker.tuning.strategies import Values

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

logger = logging.getLogger("slipway")
_HERE = Path(__file__).parent
_PYTHON = "3.11"
_END_SECONDS = 5


@dataclass(frozen=True)
class Search:
    """What is searched: `trials` at most, `known` are values with their objectives from earlier jobs."""

    ranges: Sequence[Range]
    maximize: bool
    seed: int | None
    trials: int
    known: Sequence[tuple[Values, float]] = ()

    @property
    def startup(self) -> int:
        """How many trials are drawn at random before there is something to learn from."""
        return min(10, max(3, self.trials // 3))

    def first(self) -> dict[str, Any]:
        """What the optimizer is told first; it sees places on lines, not values."""
        return {
            "space": {item.name: _dimension(item) for item in self.ranges},
            "maximize": self.maximize,
            "seed": self.seed,
            "startup": self.startup,
            "known": [
                {"params": params, "value": value}
                for values, value in self.known
                if (params := self._places(values)) is not None
            ],
        }

    def _places(self, values: Values) -> dict[str, float | str] | None:
        """Where known values are; None when one is outside what is searched now."""
        found = {item.name: _place(item, values.get(item.name, "")) for item in self.ranges}
        known = {name: place for name, place in found.items() if place is not None}
        return known if len(known) == len(found) else None


def _dimension(item: Range) -> dict[str, Any]:
    if isinstance(item, Choice):
        return {"choices": list(item.values)}
    low, high = item.line
    return {"low": low, "high": high}


def _place(item: Range, text: str) -> float | str | None:
    if isinstance(item, Choice):
        return text if text in item.values else None
    return item.place(text)


class Bayesian:
    """Asks the optimizer's process, which ends with its input, so also with the engine."""

    def __init__(self, engine: Engine, search: Search) -> None:
        self._ranges = search.ranges
        python = install(engine) / "bin" / "python"
        self._process = subprocess.Popen(
            [str(python), str(_HERE / "optimizer")],
            env={"PATH": machine.system_path(), "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._exchange(search.first())

    def ask(self, number: int) -> Values | None:
        """The values that the optimizer expects most of."""
        params = self._exchange({"ask": number})["params"]
        return {
            item.name: params[item.name] if isinstance(item, Choice) else item.text(params[item.name])
            for item in self._ranges
        }

    def tell(self, number: int, value: float | None) -> None:
        """Let it learn."""
        self._exchange({"tell": number, "value": value})

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # What a killed process has not read is written once more by closing.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        answer = ""
        if stdin is not None and stdout is not None:
            try:
                stdin.write(json.dumps(message) + "\n")
                stdin.flush()
                answer = stdout.readline()
            except BrokenPipeError:
                answer = ""
        if not answer:
            raise JobFailed(f"InternalServerError: the optimizer ended with exit code {self._process.wait()}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed


def install(engine: Engine) -> Path:
    """The optimizer's environment; the first time it is made, which the engine's log says."""
    requirements = (_HERE / "optimizer" / "requirements.txt").read_text(encoding="utf-8")
    layer = packages.to_json(_PYTHON, [Install(["--require-hashes", "-r", "{0}"], [requirements])])
    first = "installing optuna for Bayesian tuning, the first time only"
    try:
        return packages.environment(engine.home / "images" / "environments", layer, logger.info, first)
    except PackagesRefused as reason:
        raise JobFailed(f"InternalServerError: the optimizer could not be installed: {reason}") from reason
