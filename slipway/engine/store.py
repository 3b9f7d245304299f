"""Durable records for services: tables of JSON objects in one SQLite file.

Every write is on disk when it returns, so a killed engine loses nothing that it acknowledged.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, ItemsView, Iterator, MutableMapping, ValuesView
from pathlib import Path
from typing import Any

Record = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records
    (service TEXT, name TEXT, key TEXT, value TEXT, PRIMARY KEY (service, name, key));
CREATE TABLE IF NOT EXISTS snapshots (service TEXT PRIMARY KEY, text TEXT);
"""


def connect(path: Path, schema: str) -> sqlite3.Connection:
    """A SQLite file with these tables, made if need be; every write is on disk when it returns.

    The connection may pass from thread to thread: who shares it puts a lock before it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(schema)
    return connection


class Database:
    """The engine's SQLite file; one connection behind one lock."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, _SCHEMA)
        self.lock = threading.RLock()

    def execute(self, sql: str, *values: str) -> list[tuple[str, ...]]:
        """Run one statement and return its rows."""
        with self.lock:
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._connection.close()


class Table(MutableMapping[str, Record]):
    """Records by key, in insertion order; values read are copies, so change them with `change` or by assignment."""

    def __init__(self, database: Database, service: str, name: str) -> None:
        self._database = database
        self._where = (service, name)

    def __getitem__(self, key: str) -> Record:
        rows = self._database.execute(
            "SELECT value FROM records WHERE service=? AND name=? AND key=?", *self._where, key
        )
        if not rows:
            raise KeyError(key)
        record: Record = json.loads(rows[0][0])
        return record

    def __setitem__(self, key: str, value: Record) -> None:
        self._database.execute(
            "INSERT INTO records VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET value=excluded.value",
            *self._where,
            key,
            json.dumps(value),
        )

    def __delitem__(self, key: str) -> None:
        with self._database.lock:
            if key not in self:
                raise KeyError(key)
            self._database.execute("DELETE FROM records WHERE service=? AND name=? AND key=?", *self._where, key)

    def __iter__(self) -> Iterator[str]:
        rows = self._database.execute("SELECT key FROM records WHERE service=? AND name=? ORDER BY rowid", *self._where)
        return iter([row[0] for row in rows])

    def __len__(self) -> int:
        rows = self._database.execute("SELECT count(*) FROM records WHERE service=? AND name=?", *self._where)
        return int(rows[0][0])

    def records(self) -> list[tuple[str, Record]]:
        """Every key with its record, in insertion order, by one query."""
        rows = self._database.execute(
            "SELECT key, value FROM records WHERE service=? AND name=? ORDER BY rowid", *self._where
        )
        return [(key, json.loads(value)) for key, value in rows]

    def items(self) -> ItemsView[str, Record]:
        """What is there at this moment: a record that goes while they are looked at is no error."""
        return dict(self.records()).items()

    def values(self) -> ValuesView[Record]:
        """Likewise."""
        return dict(self.records()).values()

    def clear(self) -> None:
        """Remove every record."""
        self._database.execute("DELETE FROM records WHERE service=? AND name=?", *self._where)

    def change(self, key: str, change: Callable[[Record], None]) -> Record:
        """Let `change` alter the record in place and return it; nobody comes between. KeyError if absent."""
        with self._database.lock:
            record = self[key]
            change(record)
            self[key] = record
            return record

    def claim(self, key: str, value: Record) -> bool:
        """Write `value` unless `key` is taken; whether it was written."""
        with self._database.lock:
            if key in self:
                return False
            self[key] = value
            return True


class Store:
    """The tables of one service."""

    def __init__(self, database: Database, service: str) -> None:
        self._database = database
        self._service = service

    def table(self, name: str) -> Table:
        """The table called `name`; it exists as soon as something is in it."""
        return Table(self._database, self._service, name)
