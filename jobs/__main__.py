"""Run a job by its name: `python -m jobs train`."""

from __future__ import annotations

import sys
from importlib import import_module

from jobs import paths
from jobs.errors import JobError

JOBS = ("prepare", "train", "evaluate", "serve")
# What SageMaker keeps of a training job's failure file and of a processing job's exit message, in bytes of UTF-8:
# docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html and byoc-metadata.html
FAILURE_BYTES = 1024


def main(arguments: list[str]) -> int:
    """Run the job and return its exit code; a `JobError` becomes a message, anything else keeps its traceback too."""
    if len(arguments) != 1 or arguments[0] not in JOBS:
        print(f"expected one job of {', '.join(JOBS)}; found {' '.join(arguments) or 'none'}", file=sys.stderr)
        return 2
    try:
        import_module(f"jobs.{arguments[0]}").main()
    except JobError as error:
        print(f"error: {error}", file=sys.stderr)
        _leave_message(str(error))
        return 1
    except Exception as error:
        _leave_message(f"{type(error).__name__}: {error}")
        raise
    return 0


def _leave_message(text: str) -> None:
    """Leave the reason where SageMaker looks for it: training in one file, processing in another."""
    for file in (paths.failure(), paths.message()):
        # A character cut in two would not be UTF-8, by which SageMaker would fail the job for another reason.
        file.write_text(text.encode()[:FAILURE_BYTES].decode(errors="ignore"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
