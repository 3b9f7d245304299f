"""Why a job failed, in the words of `FailureReason`.

    JobFailed
    ├── ClientFailure      the customer's: no data, no access, no image      "ClientError: …"
    ├── AlgorithmFailure   the container's: it ended with an exit code        "AlgorithmError: …, exit code: 1"
    └── NoCapacity         AWS's: there are no instances                      "CapacityError: …"

docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html (FailureReason)
"""

from __future__ import annotations

from pathlib import Path

REASON_CHARACTERS = 1024


class JobFailed(Exception):
    """The job ends as Failed; the text is its FailureReason."""


class EngineStopping(Exception):
    """The engine ends: what is under way is left as it is on record, for the next engine to take up or to fail."""


class ClientFailure(JobFailed):
    """Something that the customer gave was not there or not allowed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"ClientError: {reason}"[:REASON_CHARACTERS])


class AlgorithmFailure(JobFailed):
    """A container exited with a code other than 0."""

    def __init__(self, said: str, exit_code: int) -> None:
        ending = f", exit code: {exit_code}"
        super().__init__(f"AlgorithmError: {said}"[: REASON_CHARACTERS - len(ending)] + ending)


class NoCapacity(JobFailed):
    """AWS has no instances for the job; here only if a rule of faults says so.

    docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_capacity.html
    """

    def __init__(self) -> None:
        super().__init__(
            "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML"
            " instance type."
        )


def first_characters(path: Path) -> str:
    """The first 1,024 characters of a failure or message file, empty when there is none."""
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(REASON_CHARACTERS).strip()
