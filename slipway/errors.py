"""What goes wrong at the keyboard, and the command's exit code for it.

SlipwayError             shown as one message, without a traceback; `exit_code` is the command's
├── BadInput             an argument or a file cannot be used
├── NotFound             a stack, run, environment or log that was named is not there
├── EngineFailed         the local engine does not start or is not there (slipway.local)
├── NoAccount            `--aws` without usable credentials (slipway.target)
├── PackageFailed        the bundle was not uploaded (slipway.package)
├── LaunchFailed         a stack was not made or changed (slipway.stackevents)
│   └── Declined         the person said no (slipway.launch)
├── Interrupted          Ctrl-C while an install was being removed (slipway.cli.destroy)
├── GitFailed            git refused (slipway.git)
├── TrialFailed          an A/B test was not started, changed or ended (slipway.ab.production)
├── NotCaptured          the endpoint keeps none of its answers, so a test would tell nothing (slipway.ab.captured)
├── ExecutionFailed      an execution of the direct flow ended otherwise than it should (slipway.direct)
├── RunFailed            a pipeline run ended otherwise than it should (slipway.follow)
├── DropRejected         new data is not as the configuration declares (slipway.inbox)
└── PredictionFailed     an environment's API refused a request, or did not answer (slipway.api)
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command ends with; `meaning` is the sentence for docs/cli.md."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_TARGET = 3
    NOT_FOUND = 4
    RUN_FAILED = 5
    PREDICTION_FAILED = 6
    DATA_REJECTED = 7
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One sentence for a person."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.DONE: "It is done.",
    ExitCode.FAILED: "AWS, git or SAM CLI refused, a file could not be written, or the question was answered with no.",
    ExitCode.USAGE: "An argument, an option or a file cannot be used.",
    ExitCode.NO_TARGET: "No engine runs here or it does not start; with `--aws`, there are no working credentials.",
    ExitCode.NOT_FOUND: "A stack, run, environment or log that was named is not there, or nothing waits for approval.",
    ExitCode.RUN_FAILED: "A pipeline run or an execution failed, or was rejected, stopped or overtaken.",
    ExitCode.PREDICTION_FAILED: "The API refused the request for a prediction, or did not answer.",
    ExitCode.DATA_REJECTED: "New data is not as the configuration declares; it is kept aside, and no run starts.",
    ExitCode.INTERRUPTED: "Interrupted with Ctrl-C; what was started goes on.",
}


class SlipwayError(Exception):
    """A message for a person: where, what was found, what was expected, what to do next."""

    exit_code: ExitCode = ExitCode.FAILED


class NotFound(SlipwayError):
    """Something that was named is not there."""

    exit_code = ExitCode.NOT_FOUND


class BadInput(SlipwayError):
    """An argument or a file cannot be used."""

    exit_code = ExitCode.USAGE
