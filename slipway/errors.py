"""What goes wrong at the keyboard.

SlipwayError        shown as one message, without a traceback; `exit_code` is the command's
├── EngineFailed    the local engine does not start or is not there (slipway.local)
├── NotFound        a stack, run, file or log that was named is not there
├── BadInput        an argument or a file cannot be used
└── RunFailed       a pipeline run ended otherwise than it should (slipway.follow)
"""

from __future__ import annotations


class SlipwayError(Exception):
    """A message for a person: where, what was found, what was expected, what to do next."""

    exit_code = 1


class NotFound(SlipwayError):
    """Something that was named is not there."""

    exit_code = 4


class BadInput(SlipwayError):
    """An argument or a file cannot be used."""

    exit_code = 2
