"""Every answer of the API's function other than a success."""

from __future__ import annotations


class RequestError(Exception):
    """The request gets an answer other than 200: `status`, and `code` and message for its body."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
