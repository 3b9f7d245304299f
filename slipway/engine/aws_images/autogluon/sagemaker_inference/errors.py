"""Errors with which a script says the status of an answer.

github.com/aws/sagemaker-inference-toolkit (errors.py)
"""

from __future__ import annotations

from http import HTTPStatus


class BaseInferenceToolkitError(Exception):
    """A status, what is said to the caller, and the status's phrase."""

    def __init__(self, status_code: int, message: str, phrase: str) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.message = message
        self.phrase = phrase


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """Any status; message and phrase are HTTP's own without others."""

    def __init__(self, status_code: int, message: str | None = None, phrase: str | None = None) -> None:
        status = HTTPStatus(status_code)
        super().__init__(status_code, message or status.description, phrase or status.phrase)
