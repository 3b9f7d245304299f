"""Streams and their events, in a SQLite file of their own: written through, found by time, never all in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.engine.store import connect

_SCHEMA = """
CREATE TABLE IF NOT EXISTS streams (
    id INTEGER PRIMARY KEY, log_group TEXT, name TEXT, created INTEGER,
    first INTEGER, last INTEGER, ingested INTEGER, bytes INTEGER DEFAULT 0, UNIQUE (log_group, name));
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, log_group TEXT, stream INTEGER, at INTEGER, ingested INTEGER, message TEXT);
CREATE INDEX IF NOT EXISTS of_group ON events (log_group, at, id);
CREATE INDEX IF NOT EXISTS of_stream ON events (stream, at, id);
"""
_STREAM = "SELECT id, name, created, first, last, ingested, bytes FROM streams"
_EVENT = "SELECT e.id, s.name, e.at, e.ingested, e.message FROM events e JOIN streams s ON s.id = e.stream"
_BATCH = 500


@dataclass(frozen=True)
class Stream:
    """A log stream; times are milliseconds since 1970, None before the first event."""

    id: int
    name: str
    created: int
    first: int | None
    last: int | None
    ingested: int | None
    bytes: int


@dataclass(frozen=True)
class Event:
    """One event; `at` and `ingested` are milliseconds since 1970."""

    id: int
    stream: str
    at: int
    ingested: int
    message: str

    @property
    def position(self) -> tuple[int, int]:
        """Where it stands among the events: by time, then in the order of arrival."""
        return self.at, self.id


class EventStore:
    """One connection behind one lock; every write is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, _SCHEMA)
        self._lock = threading.RLock()

    def create_stream(self, group: str, name: str, now: int) -> bool:
        """Make a stream; whether it was not there before."""
        with self._lock:
            sql = "INSERT OR IGNORE INTO streams (log_group, name, created) VALUES (?, ?, ?)"
            return self._connection.execute(sql, (group, name, now)).rowcount == 1

    def stream(self, group: str, name: str) -> Stream | None:
        """A stream by its name."""
        rows = self._rows(f"{_STREAM} WHERE log_group = ? AND name = ?", group, name)
        return Stream(*rows[0]) if rows else None

    def streams(self, group: str, prefix: str = "") -> list[Stream]:
        """The streams of a group whose names begin with `prefix`, by name."""
        rows = self._rows(
            f"{_STREAM} WHERE log_group = ? AND substr(name, 1, ?) = ? ORDER BY name", group, len(prefix), prefix
        )
        return [Stream(*row) for row in rows]

    def stored_bytes(self, group: str) -> int:
        """The length of all messages of a group."""
        return int(self._rows("SELECT coalesce(sum(bytes), 0) FROM streams WHERE log_group = ?", group)[0][0])

    def delete_stream(self, group: str, name: str) -> bool:
        """Remove a stream with its events; whether there was one."""
        with self._lock:
            stream = self.stream(group, name)
            if stream is None:
                return False
            self._connection.execute("DELETE FROM events WHERE stream = ?", (stream.id,))
            self._connection.execute("DELETE FROM streams WHERE id = ?", (stream.id,))
            return True

    def delete_group(self, group: str) -> None:
        """Remove all streams and events of a group."""
        with self._lock:
            self._connection.execute("DELETE FROM events WHERE log_group = ?", (group,))
            self._connection.execute("DELETE FROM streams WHERE log_group = ?", (group,))

    def forget(self, group: str, before: int) -> None:
        """Remove the events of a group that are older than `before`."""
        with self._lock:
            self._connection.execute("DELETE FROM events WHERE log_group = ? AND at < ?", (group, before))

    def put(self, group: str, stream: Stream, events: Sequence[tuple[int, str]], now: int) -> None:
        """Add events, given as time and message, all or none."""
        if not events:
            return
        size = sum(len(message.encode()) for _, message in events)
        first, last = events[0][0], events[-1][0]
        with self._lock, self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "INSERT INTO events (log_group, stream, at, ingested, message) VALUES (?, ?, ?, ?, ?)",
                [(group, stream.id, at, now, message) for at, message in events],
            )
            self._connection.execute(
                "UPDATE streams SET first = min(coalesce(first, ?), ?), last = max(coalesce(last, ?), ?),"
                " ingested = ?, bytes = bytes + ? WHERE id = ?",
                (first, first, last, last, now, size, stream.id),
            )

    def of_stream(
        self, stream: Stream, since: int, until: int, after: tuple[int, int], limit: int, *, backwards: bool = False
    ) -> list[Event]:
        """At most `limit` events next to the position `after`, from `since` to before `until`; oldest first.

        Backwards they are those before the position, else those after it.
        """
        comparison, order = ("<", "DESC") if backwards else (">", "ASC")
        rows = self._rows(
            f"{_EVENT} WHERE e.stream = ? AND e.at >= ? AND e.at < ? AND (e.at, e.id) {comparison} (?, ?)"
            f" ORDER BY e.at {order}, e.id {order} LIMIT ?",
            *(stream.id, since, until, *after, limit),
        )
        return [Event(*row) for row in (reversed(rows) if backwards else rows)]

    def of_group(
        self, group: str, streams: Sequence[Stream] | None, since: int, until: int, after: tuple[int, int]
    ) -> Iterator[Event]:
        """The events after the position `after`, from `since` to before `until`; of all streams for None."""
        within = "" if streams is None else f" AND e.stream IN ({', '.join(str(stream.id) for stream in streams)})"
        while True:
            rows = self._rows(
                f"{_EVENT} WHERE e.log_group = ?{within} AND e.at >= ? AND e.at < ? AND (e.at, e.id) > (?, ?)"
                " ORDER BY e.at, e.id LIMIT ?",
                *(group, since, until, *after, _BATCH),
            )
            for row in rows:
                event = Event(*row)
                after = event.position
                yield event
            if len(rows) < _BATCH:
                return

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()
