"""What the program that trains has to say, put on the job's record as it is said.

Its log is read by one thread and its events are worked off by another, in their order: an upload must not hold up the
log, and what fails in it must end the job and not the reading.
"""

from __future__ import annotations

import json
import queue
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import archive, storage
from slipway.engine.services.sagemaker.automl import candidates, life, records
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

MARK = "[automl-event] "
Event = dict[str, Any]


class Progress:
    """The events of one job. `role` gives its role's session; `output` is where the program leaves its files."""

    def __init__(
        self, engine: Engine, job: dict[str, Any], role: Callable[[], Caller], output: Path, say: Callable[[str], None]
    ) -> None:
        self._engine = engine
        self._job = job
        self._name = str(job["AutoMLJobName"])
        self._role = role
        self._output = output
        self._say = say
        self._resolved: Event = {}
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._failure: Exception | None = None
        self._worker = threading.Thread(target=self._work, name=f"{records.ARN}/{self._name} events", daemon=True)
        self._worker.start()

    @property
    def target(self) -> Location:
        """`<S3OutputPath>/<job>/sagemaker-automl-candidates`."""
        to = Location.parse(self._job["OutputDataConfig"]["S3OutputPath"])
        return to.below(self._name, "sagemaker-automl-candidates")

    def log(self, line: str) -> None:
        """A line of the program's: an event, or a line for the job's log."""
        if line.startswith(MARK):
            self._events.put(json.loads(line.removeprefix(MARK)))
        else:
            self._say(line)

    def finish(self) -> None:
        """Wait until everything that was said is on record; raises what failed meanwhile."""
        self._events.put(None)
        self._worker.join()
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        while (event := self._events.get()) is not None:
            if self._failure is None:
                try:
                    self._take(event)
                except Exception as error:  # noqa: BLE001 - raised by `finish`, in the thread that ends the job
                    self._failure = error

    def _take(self, event: Event) -> None:
        match event["event"]:
            case "resolved":
                self._resolve(event)
            case "explored":
                self._upload("notebooks")
                self._put(AutoMLJobArtifacts={"DataExplorationNotebookLocation": str(self._notebook())})
            case "planned":
                life.enter(self._engine, self._name, self._training_status())
                self._say(f"[sagemaker] {event['candidates']} models are trained one after the other")
            case "started":
                self._say(f"[sagemaker] {event['name']} is being trained")
                self._candidate(event["name"], lambda found: found.update(candidates.started(event["name"])))
            case "failed":
                self._say(f"[sagemaker] {event['name']} failed: {event['reason']}")
                self._candidate(event["name"], lambda found: candidates.failed(found, event["reason"]))
            case "completed":
                self._complete(event)
            case "explaining":
                life.enter(self._engine, self._name, "GeneratingExplainabilityReport")
            case "reported":
                self._report()

    def _resolve(self, event: Event) -> None:
        self._resolved = event
        attributes = {
            "AutoMLJobObjective": {"MetricName": event["metric"]},
            "AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": {"ProblemType": event["problemType"]}},
        }
        self._change(lambda record: record["ResolvedAttributes"].update(attributes))
        rows = f"{event['rows']} rows to train on, {event['validation']} to validate on"
        self._say(f"[sagemaker] {event['problemType']}, objective {event['metric']}, {rows}")

    def _training_status(self) -> str:
        return "TrainingModels" if self._job["_mode"] == "ENSEMBLING" else "ModelTuning"

    def _complete(self, event: Event) -> None:
        name = event["name"]
        folder = self._output / "candidates" / name
        packed = archive.pack([folder], self._output / f"{name}.tar.gz")
        to = self.target.below("model", name, "model.tar.gz")
        storage.upload(self._role(), packed, to, self._key())
        packed.unlink()
        shutil.rmtree(folder)
        metric, values = self._resolved["metric"], event["metrics"]
        made = candidates.container(self._engine.region, str(to), event["model"], self._resolved["problemType"])
        self._candidate(name, lambda found: candidates.completed(found, metric, values, made))
        self._say(f"[sagemaker] {name} ({event['algorithm']}): validation {metric} {values[metric]:.6g}")

    def _report(self) -> None:
        self._upload("reports")
        self._upload("explainability")
        self._say(f"[sagemaker] the leaderboard is in {self.target.below('reports', 'leaderboard.csv')}")
        self._put(_explainability=str(self.target.below("explainability")))

    def _notebook(self) -> Location:
        return self.target.below("notebooks", "SageMakerAutopilotDataExplorationNotebook.ipynb")

    def _upload(self, name: str) -> None:
        storage.upload_folder(self._role(), self._output / name, self.target.below(name), self._key())

    def _key(self) -> str | None:
        key: str | None = self._job["OutputDataConfig"].get("KmsKeyId")
        return key

    def _candidate(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        self._change(lambda record: change(record["_candidates"].setdefault(name, {})))

    def _put(self, **members: Any) -> None:
        self._change(lambda record: record.update(members))

    def _change(self, change: Callable[[dict[str, Any]], None]) -> None:
        records.change(self._engine, self._name, change)
