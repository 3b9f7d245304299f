"""What stands for the program of an AutoML job in the tests' image: it does what the job's target column is called."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def say(event: str, **members: Any) -> None:
    """As the program does."""
    print("[automl-event] " + json.dumps({"event": event, **members}), flush=True)


def candidate(output: Path, name: str, value: float) -> None:
    """One that was trained."""
    say("started", name=name, algorithm="guess")
    folder = output / "candidates" / name
    folder.mkdir(parents=True)
    (folder / "guess.txt").write_text(str(value))
    say("completed", name=name, model=f"model-{name}", algorithm="guess", metrics={"F1": value, "LogLoss": 1 - value})


def failure(name: str, reason: str) -> None:
    """One that was not."""
    say("started", name=name, algorithm="guess")
    say("failed", name=name, reason=reason)


def main(file: str) -> int:
    """Say what such a job would say."""
    settings = json.loads(Path(file).read_text())
    output, todo = Path(settings["output"]), settings["target"]
    if todo == "y":
        print("it cannot be done", flush=True)
        return 3
    (output / "notebooks").mkdir(parents=True)
    say("resolved", problemType="BinaryClassification", metric="F1", rows=480, validation=120)
    say("explored")
    say("planned", candidates=settings["max_candidates"])
    if todo in {"some", "slow"}:
        candidate(output, "one", 0.5)
    if todo in {"some", "none"}:
        failure("two", "it would not learn")
    if todo == "some":
        candidate(output, "three", 0.75)
    if todo in {"slow", "nothing-in-time"}:
        say("started", name="last", algorithm="guess")
        time.sleep(60)
    if todo == "unsaid":
        (output / "gone").mkdir()
        say("completed", name="gone", model="model", algorithm="guess", metrics={"F1": 1})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
