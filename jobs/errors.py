"""Faults that a person can mend, each with a message that says what was expected, what was found and where.

JobError
├── ConfigurationError   execution.json lacks something
├── TableError           the data set is not as config/ml-pipeline.json says
├── HyperparameterError  a hyperparameter is unknown, no number, or out of range
├── ModelError           a model's files are missing or do not fit the rows
└── RequestError         a request to the endpoint that cannot be answered
"""

from __future__ import annotations


class JobError(Exception):
    """A fault with a message for a person; the job ends without a traceback."""


class ConfigurationError(JobError):
    """The configuration that Build resolved lacks something."""


class TableError(JobError):
    """The data set is not as the configuration says."""


class HyperparameterError(JobError):
    """A hyperparameter is unknown, of the wrong type, or out of range."""


class ModelError(JobError):
    """A model's files are missing, or do not fit the rows."""


class RequestError(JobError):
    """A request that cannot be answered; `status` is its HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
