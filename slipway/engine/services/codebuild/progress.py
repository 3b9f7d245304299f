"""A build's record while it runs: phases with their times, and the events that follow each change.

docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.services.codebuild.failure import PhaseFailed
from slipway.engine.services.codebuild.service import builds
from slipway.engine.store import Record

_SEVERITY = ("SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED", "FAULT")


class Progress:
    """Writes phases to the record of build `identifier` and announces them."""

    def __init__(self, engine: Engine, identifier: str) -> None:
        self._engine = engine
        self._id = identifier
        self.status = "SUCCEEDED"

    def is_succeeding(self) -> bool:
        """Whether nothing has failed yet."""
        return self.status == "SUCCEEDED"

    def has_ended(self) -> bool:
        """Whether the build was stopped or has timed out, so that no further command may run."""
        return self.status in ("STOPPED", "TIMED_OUT", "FAULT")

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Run a phase: a PhaseFailed inside ends it, and is noted, not raised."""
        start = time.time()
        self._change(lambda record: _begin(record, name, start))
        status, contexts = "SUCCEEDED", [{"statusCode": "", "message": ""}]
        try:
            yield
        except PhaseFailed as failed:
            status, contexts = failed.status, [{"statusCode": failed.code, "message": failed.message}]
            self.fail(status)
        except BaseException:
            status = "FAULT"
            raise
        finally:
            record = self._change(lambda record: _end(record, status, contexts))
            self._announce_phase(record)

    def fail(self, status: str) -> None:
        """Note that the build will end with `status`, unless worse happened before."""
        self.status = max(self.status, status, key=_SEVERITY.index)

    def change(self, **values: Any) -> Record:
        """Set members of the record."""
        return self._change(lambda record: record.update(values))

    def started(self) -> None:
        """Announce that the build runs."""
        self.announce(builds(self._engine)[self._id])

    def finish(self) -> Record:
        """Close the record."""
        end = time.time()

        def close(record: Record) -> None:
            record["phases"].append({"phaseType": "COMPLETED", "startTime": end})
            record.update(currentPhase="COMPLETED", buildStatus=self.status, buildComplete=True, endTime=end)

        record = self._change(close)
        self.announce(record)
        return record

    def interrupt(self, reason: str) -> None:
        """Close the record of a build whose engine ended while it ran."""
        contexts = [{"statusCode": "INTERNAL_ERROR", "message": reason}]

        def end(record: Record) -> None:
            if record["phases"] and "endTime" not in record["phases"][-1]:
                _end(record, "FAULT", contexts)

        self._change(end)
        self.fail("FAULT")
        self.finish()

    def announce(self, record: Record) -> None:
        """Emit the build's state."""
        detail = _detail(record) | {
            "build-status": record["buildStatus"],
            "current-phase": record["currentPhase"],
            "current-phase-context": "[]",
        }
        self._engine.emit("aws.codebuild", "CodeBuild Build State Change", detail, [record["arn"]])

    def _announce_phase(self, record: Record) -> None:
        phase = record["phases"][-1]
        contexts = ", ".join(f"{item['statusCode']}: {item['message']}" for item in phase["contexts"])
        detail = _detail(record) | {
            "completed-phase": phase["phaseType"],
            "completed-phase-status": phase["phaseStatus"],
            "completed-phase-context": f"[{contexts}]",
            "completed-phase-duration-seconds": phase["durationInSeconds"],
            "completed-phase-start": _date(phase["startTime"]),
            "completed-phase-end": _date(phase["endTime"]),
        }
        self._engine.emit("aws.codebuild", "CodeBuild Build Phase Change", detail, [record["arn"]])

    def _change(self, change: Any) -> Record:
        return builds(self._engine).change(self._id, change)


def _begin(record: Record, name: str, start: float) -> None:
    record["currentPhase"] = name
    record["phases"].append({"phaseType": name, "phaseStatus": "IN_PROGRESS", "startTime": start})


def _end(record: Record, status: str, contexts: list[dict[str, str]]) -> None:
    phase = record["phases"][-1]
    end = time.time()
    phase.update(phaseStatus=status, endTime=end, durationInSeconds=int(end - phase["startTime"]), contexts=contexts)


def _detail(record: Record) -> dict[str, Any]:
    return {
        "project-name": record["projectName"],
        "build-id": record["arn"],
        "additional-information": {
            "artifact": {_dashed(key): value for key, value in record["artifacts"].items()},
            "environment": _environment(record["environment"]),
            "timeout-in-minutes": record["timeoutInMinutes"],
            "build-complete": record["buildComplete"],
            "build-number": record["buildNumber"],
            "initiator": record["initiator"],
            "build-start-time": _date(record["startTime"]),
            "source": {key: record["source"][key] for key in ("location", "type") if key in record["source"]},
            "logs": {_dashed(key): value for key, value in record["logs"].items() if isinstance(value, str)},
            "phases": [_phase(phase) for phase in record["phases"]],
        },
        "version": "1",
    }


def _environment(environment: Record) -> dict[str, Any]:
    return {
        "image": environment["image"],
        "privileged-mode": environment.get("privilegedMode", False),
        "compute-type": environment["computeType"],
        "type": environment["type"],
        "environment-variables": environment.get("environmentVariables", []),
    }


def _phase(phase: Record) -> dict[str, Any]:
    times = {"start-time": "startTime", "end-time": "endTime"}
    return {
        "phase-context": [f"{item['statusCode']}: {item['message']}" for item in phase.get("contexts", [])],
        "phase-type": phase["phaseType"],
        **{name: _date(phase[key]) for name, key in times.items() if key in phase},
        **({"phase-status": phase["phaseStatus"]} if "phaseStatus" in phase else {}),
        **({"duration-in-seconds": phase["durationInSeconds"]} if "durationInSeconds" in phase else {}),
    }


def _dashed(name: str) -> str:
    """`groupName` as events write it, `group-name`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)


def _date(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%b} {at.day}, {at.year} {at:%I:%M:%S %p}"
