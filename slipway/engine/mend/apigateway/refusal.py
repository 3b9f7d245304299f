"""How an operation of API Gateway is refused before MiniStack sees it.

docs.aws.amazon.com/apigateway/latest/api/CommonErrors.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slipway.engine import adapter

SERVICE = "services.apigateway_v1"

Data = dict[str, Any]
Response = tuple[int, dict[str, str], Any]
Operation = Callable[..., Response]


class Refused(ValueError):
    """A request that API Gateway does not take; BadRequestException unless `code` and `status` say otherwise."""

    def __init__(self, message: str, code: str = "BadRequestException", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status

    @property
    def response(self) -> Response:
        """The error as the operation's answer."""
        answer: Response = gateway()._v1_error(self.code, str(self), self.status)
        return answer


class NotExecuted(Refused):
    """A request for something that the engine does not execute."""


class NotFound(Refused):
    """A request that names what is not there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "NotFoundException", 404)


def gateway() -> Any:
    """MiniStack's REST APIs."""
    return adapter.part(SERVICE)


def checking(check: Callable[..., None]) -> Callable[[Operation], Operation]:
    """An operation that `check`, called with its arguments, may refuse."""

    def around(operation: Operation) -> Operation:
        def checked(*arguments: Any) -> Response:
            try:
                check(*arguments)
            except Refused as error:
                return error.response
            return operation(*arguments)

        return checked

    return around


def patched(record: Data, data: Data) -> Data:
    """What a record would be after an update's patch operations, one level deep."""
    result = dict(record)
    for operation in data.get("patchOperations") or []:
        name, _, below = str(operation.get("path", "")).lstrip("/").partition("/")
        if below:
            continue
        if operation.get("op") == "remove":
            result.pop(name, None)
        else:
            result[name] = operation.get("value")
    return result


def added_below(data: Data, name: str) -> dict[str, str]:
    """What an update's patch operations put below a member, by its decoded key."""
    prefix = f"/{name}/"
    return {
        operation["path"].removeprefix(prefix).replace("~1", "/").replace("~0", "~"): str(operation.get("value", ""))
        for operation in data.get("patchOperations") or []
        if operation.get("op") != "remove" and str(operation.get("path", "")).startswith(prefix)
    }
