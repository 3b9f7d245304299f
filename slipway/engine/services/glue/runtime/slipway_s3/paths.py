"""`s3://` and `s3a://` in PySpark without Hadoop's S3 file system, which no package index has.

A read fetches the objects into a folder of its own and reads that; a write makes a folder and puts its files. Either
calls S3 with the job role's keys when the script reads or writes, so its rights are what they are on AWS. What names an
S3 address in another way is refused by name.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.errors import AnalysisException
from pyspark.rdd import RDD
from pyspark.sql import DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql.streaming import DataStreamReader, DataStreamWriter

from .objects import Objects, split

_ADDRESS = re.compile(r"s3[an]?://")
_READS = ("csv", "json", "load", "orc", "parquet", "text")
_WRITES = ("csv", "json", "orc", "parquet", "save", "text")
_DYNAMIC = "spark.sql.sources.partitionOverwriteMode"
_REFUSED = (
    (SparkSession, ("sql",)),
    (SparkContext, ("addFile", "addPyFile", "binaryFiles", "binaryRecords", "hadoopFile", "newAPIHadoopFile")),
    (SparkContext, ("pickleFile", "sequenceFile", "setCheckpointDir")),
    (RDD, ("saveAsHadoopFile", "saveAsNewAPIHadoopFile", "saveAsPickleFile", "saveAsSequenceFile")),
    (DataFrameReader, ("option", "options", "table")),
    (DataFrameWriter, ("option", "options", "saveAsTable", "insertInto")),
    (DataStreamReader, ("option", "options", *_READS)),
    (DataStreamWriter, ("option", "options", "start", "toTable")),
)


class NotExecutedLocally(NotImplementedError):
    """Glue would do it, the local engine does not."""


def install(mirror: Path) -> None:
    """From now on PySpark reads and writes S3 by way of folders below `mirror`."""
    numbers = itertools.count(1)

    def folder() -> Path:
        return mirror / str(next(numbers))

    for name in _READS:
        _wrap(DataFrameReader, name, lambda call: _reading(call, folder))
    for name in ("textFile", "wholeTextFiles"):
        _wrap(SparkContext, name, lambda call: _reading(call, folder))
    for name in _WRITES:
        _wrap(DataFrameWriter, name, lambda call: _writing(call, folder))
    _wrap(RDD, "saveAsTextFile", lambda call: _writing(call, folder))
    _wrap(DataFrameWriter, "mode", _remembering)
    for owner, names in _REFUSED:
        for name in names:
            _wrap(owner, name, functools.partial(_refusing, f"{owner.__name__}.{name}"))


def is_address(value: Any) -> bool:
    """Whether a value is an address in S3."""
    return isinstance(value, str) and _ADDRESS.match(value) is not None


def _wrap(owner: type, name: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    original = getattr(owner, name)
    setattr(owner, name, functools.wraps(original)(wrapper(original)))


def _reading(original: Callable[..., Any], folder: Callable[[], Path]) -> Callable[..., Any]:
    def read(self: Any, *args: Any, **named: Any) -> Any:
        fetched = [_fetched(value, folder) for value in args]
        return original(self, *fetched, **{name: _fetched(value, folder) for name, value in named.items()})

    return read


def _fetched(value: Any, folder: Callable[[], Path]) -> Any:
    """An argument with every address in it replaced by the folder where its objects are now."""
    if isinstance(value, (list, tuple)):
        return [_fetched(item, folder) for item in value]
    if not is_address(value):
        return value
    where = folder()
    if not Objects(value).download(where):
        raise AnalysisException(f"[PATH_NOT_FOUND] Path does not exist: {value}.")
    return f"file://{where / split(value)[1]}"


def _writing(original: Callable[..., Any], folder: Callable[[], Path]) -> Callable[..., Any]:
    def write(self: Any, path: Any = None, *args: Any, **named: Any) -> Any:
        if not is_address(path):
            return original(self, path, *args, **named)
        mode = _mode(self, original.__name__, args, named)
        objects = Objects(path)
        if mode in ("error", "ignore") and next(objects.keys(), None) is not None:
            if mode == "ignore":
                return None
            raise AnalysisException(f'[PATH_ALREADY_EXISTS] Path {path} already exists. Set mode as "overwrite".')
        where = folder()
        original(self, f"file://{where}", *args, **named)
        if mode == "overwrite":
            objects.delete()
        objects.upload(where)
        return None

    return write


def _mode(writer: Any, method: str, args: tuple[Any, ...], named: dict[str, Any]) -> str:
    """What the writer does with what is there already: `append`, `overwrite`, `ignore` or `error`."""
    if not isinstance(writer, DataFrameWriter):
        return "error"
    position = {"save": 1, "text": None}.get(method, 0)
    given = args[position] if position is not None and len(args) > position else None
    mode = str(named.get("mode") or given or getattr(writer, "_slipway_mode", "error")).lower()
    dynamic = writer._spark.conf.get(_DYNAMIC, "STATIC") or "STATIC"
    if mode == "overwrite" and dynamic.upper() == "DYNAMIC":
        raise NotExecutedLocally(f"{_DYNAMIC} = dynamic is not executed by the local engine on S3 addresses")
    return {"errorifexists": "error", "default": "error"}.get(mode, mode)


def _remembering(original: Callable[..., Any]) -> Callable[..., Any]:
    def mode(self: Any, saveMode: Any = None) -> Any:  # noqa: N803 - PySpark's own name
        self._slipway_mode = saveMode or "error"
        return original(self, saveMode)

    return mode


def _refusing(what: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(self: Any, *args: Any, **named: Any) -> Any:
        for value in (*args, *named.values()):
            if isinstance(value, str) and _ADDRESS.search(value):
                raise NotExecutedLocally(
                    f"{what} with an S3 address is not executed by the local engine: use the path of spark.read.…() "
                    "or .write.…(); docs/local-engine.md says what else"
                )
        return original(self, *args, **named)

    return refuse
