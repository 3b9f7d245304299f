"""Metric data in a SQLite file: written through, found by metric and time, never all in memory.

CloudWatch keeps a metric's data 15 days at the resolution that alarms look at; so does this.
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.engine.store import connect

Dimensions = tuple[tuple[str, str], ...]

KEPT_SECONDS = 15 * 24 * 3600
_SCHEMA = """
CREATE TABLE IF NOT EXISTS metrics (
    id INTEGER PRIMARY KEY, namespace TEXT, name TEXT, dimensions TEXT, latest REAL,
    UNIQUE (namespace, name, dimensions));
CREATE TABLE IF NOT EXISTS points (
    metric INTEGER, at REAL, count REAL, sum REAL, minimum REAL, maximum REAL, unit TEXT);
CREATE INDEX IF NOT EXISTS of_metric ON points (metric, at);
"""


@dataclass(frozen=True)
class Metric:
    """What a data point belongs to; dimensions are sorted by name."""

    namespace: str
    name: str
    dimensions: Dimensions = ()


@dataclass(frozen=True)
class Point:
    """A value seen `count` times, or a statistic set; `at` is seconds since 1970."""

    at: float
    count: float
    sum: float
    minimum: float
    maximum: float
    unit: str = "None"

    @property
    def is_one_value(self) -> bool:
        """Whether all that it counts is one and the same value, so that percentiles can be told from it."""
        return self.minimum == self.maximum and self.sum == self.minimum * self.count


class Points:
    """One connection behind one lock; every write is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, _SCHEMA)
        self._lock = threading.RLock()

    def put(self, data: Iterable[tuple[Metric, Point]]) -> None:
        """Add data points, all or none."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN")
            for metric, point in data:
                row = (point.at, point.count, point.sum, point.minimum, point.maximum, point.unit)
                self._connection.execute(
                    "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?)", (self._noted(metric, point.at), *row)
                )

    def _noted(self, metric: Metric, at: float) -> int:
        (identifier,) = self._connection.execute(
            "INSERT INTO metrics (namespace, name, dimensions, latest) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET latest = max(latest, excluded.latest) RETURNING id",
            (metric.namespace, metric.name, json.dumps(metric.dimensions), at),
        ).fetchone()
        return int(identifier)

    def of(self, metric: Metric, since: float, until: float, unit: str | None = None) -> list[Point]:
        """The data points of a metric from `since` to before `until`, oldest first; of one unit, or of all."""
        rows = self._rows(
            "SELECT p.at, p.count, p.sum, p.minimum, p.maximum, p.unit FROM points p JOIN metrics m ON m.id = p.metric"
            " WHERE m.namespace = ? AND m.name = ? AND m.dimensions = ? AND p.at >= ? AND p.at < ?"
            " AND (? IS NULL OR p.unit = ?) ORDER BY p.at",
            *(metric.namespace, metric.name, json.dumps(metric.dimensions), since, until, unit, unit),
        )
        return [Point(*row) for row in rows]

    def metrics(self, since: float) -> list[Metric]:
        """The metrics that got data since then."""
        rows = self._rows(
            "SELECT namespace, name, dimensions FROM metrics WHERE latest >= ? ORDER BY namespace, name, dimensions",
            since,
        )
        return [
            Metric(namespace, name, tuple((key, value) for key, value in json.loads(dimensions)))
            for namespace, name, dimensions in rows
        ]

    def forget(self, before: float) -> None:
        """Remove data points that are older, and metrics that have no other."""
        with self._lock:
            self._connection.execute("DELETE FROM points WHERE at < ?", (before,))
            self._connection.execute("DELETE FROM metrics WHERE latest < ?", (before,))

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()
