"""What all of SageMaker's List operations share: filters, order and pages.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html is the fullest of them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slipway.engine.services.sagemaker.service import invalid, rendered

_DEFAULT_PAGE = 10


@dataclass(frozen=True)
class Listing:
    """How one operation lists: where its name and its status stand in a record, and under which key it answers.

    `orders` are values of SortBy that only this operation has.
    """

    answer: str
    name: str
    status: str = ""
    orders: Mapping[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)

    def page(
        self,
        records: Iterable[dict[str, Any]],
        params: dict[str, Any],
        summary: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> dict[str, Any]:
        """One page of `records`, each as its `summary`, with the token of the next page when there is one."""
        chosen = sorted(
            (record for record in records if self._matches(record, params)),
            key=lambda record: self._order(record, params.get("SortBy", "CreationTime")),
            reverse=params.get("SortOrder", "Descending") == "Descending",
        )
        start = _offset(params.get("NextToken"))
        end = start + params.get("MaxResults", _DEFAULT_PAGE)
        result: dict[str, Any] = {self.answer: [rendered(summary(record)) for record in chosen[start:end]]}
        if end < len(chosen):
            result["NextToken"] = _token(end)
        return result

    def _matches(self, record: dict[str, Any], params: dict[str, Any]) -> bool:
        return (
            params.get("NameContains", "") in str(record.get(self.name, ""))
            and ("StatusEquals" not in params or record[self.status] == params["StatusEquals"])
            and _within(record["CreationTime"], params, "CreationTime")
            and _within(record.get("LastModifiedTime", record["CreationTime"]), params, "LastModifiedTime")
        )

    def _order(self, record: dict[str, Any], sort_by: str) -> Any:
        if sort_by in self.orders:
            return self.orders[sort_by](record)
        if sort_by == "Name":
            return str(record.get(self.name, ""))
        return str(record[self.status]) if sort_by == "Status" else record["CreationTime"]


def _within(at: float, params: dict[str, Any], member: str) -> bool:
    after: datetime | None = params.get(f"{member}After")
    before: datetime | None = params.get(f"{member}Before")
    return (after is None or at > after.timestamp()) and (before is None or at < before.timestamp())


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"offset:{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("offset:"))
    except ValueError as error:
        raise invalid(f"Invalid pagination token: {token}") from error
