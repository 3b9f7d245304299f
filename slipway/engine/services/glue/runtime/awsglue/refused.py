"""Parts of Glue's library that the local engine does not have: they can be imported, and are refused when used."""

from __future__ import annotations

from typing import Any


class NotExecutedLocally(NotImplementedError):
    """Glue would do it, the local engine does not."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is not executed by the local engine; use DataFrames of spark_session (docs/local-engine.md)"
        )


class Refused:
    """Stands for a class of Glue's: whatever is done with it is refused."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise NotExecutedLocally(self.__name__)

    def __getattr__(self, member: str) -> Any:
        raise NotExecutedLocally(f"{self.__name__}.{member}")
