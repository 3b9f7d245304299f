"""A request: `trainingjob.json` and `deployment.json`, in a zip or in one folder, start a run with what they ask for.

What they ask for becomes an overlay of the configuration, kept under `requests/` by the hash of its content. Build lays
it over the configuration of the commit that production runs, and has the last word on whether the two go together.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import deployment
import fields
import inbox
import training_job

MOST_BYTES: Final = 256 << 10
MOST_LEVELS: Final = 20
# What is told of a member's name, in characters.
LONGEST_NAME: Final = 20
ZIP_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises for archives whose bytes were changed, besides the error that it has for it.
BAD_ZIP: Final = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, IndexError, zlib.error)


class Unreadable(ValueError):
    """The drop holds no two documents; the message says what it holds instead."""


def is_request(drop: inbox.Drop) -> bool:
    """Whether a drop asks for a run, and brings no data."""
    return any(key.endswith(".zip") or key.rpartition("/")[2] in inbox.REQUEST for key in drop.keys)


def resolve(drop: inbox.Drop, rules: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The overlay that a drop asks for, and what is wrong with it, in sentences."""
    try:
        documents = {name: parse(name, content) for name, content in contents(drop).items()}
    except Unreadable as error:
        return {}, [str(error)]
    found = {
        "trainingjob.json": training_job.read(documents["trainingjob.json"], rules),
        "deployment.json": deployment.read(documents["deployment.json"]),
    }
    faults = [f"{name}: {fault}" for name, one in found.items() for fault in [*one.faults, *wrong(one, rules)]]
    settings = {path: value for one in found.values() for path, (_, value) in one.settings.items()}
    if not settings and not faults:
        faults = ["the request sets nothing; expected at least one setting"]
    return overlay(settings), faults or disagreements(settings, rules)


def wrong(found: fields.Found, rules: Mapping[str, Any]) -> list[str]:
    """The settings whose values are not what the configuration's schema allows."""
    faults = {path: fields.fault(rules[setting], value) for setting, (path, value) in found.settings.items()}
    return [f"{path}: {fault}" for path, fault in faults.items() if fault]


def disagreements(settings: Mapping[str, Any], rules: Mapping[str, Any]) -> list[str]:
    """Settings that do not go together, those that are not asked for being the configuration's."""

    def value(path: str) -> Any:
        return settings.get(path, rules[path]["value"])

    fewest, most = (value(f"{deployment.AUTOSCALING}.{name}Capacity") for name in ("min", "max"))
    wait, runtime = value("train.spot.maxWaitInSeconds"), value("train.maxRuntimeInSeconds")
    faults = []
    if most < fewest:
        faults.append(f"deployment.json: {deployment.SCALING}: MaxCapacity {most} is less than MinCapacity {fewest}")
    if value("train.spot.enabled") and wait < runtime:
        faults.append(f"trainingjob.json: MaxWaitTimeInSeconds {wait} is less than MaxRuntimeInSeconds {runtime}")
    return faults


def overlay(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by dotted path as a configuration has them."""
    document: dict[str, Any] = {}
    for path, value in settings.items():
        *parts, name = path.split(".")
        place = document
        for part in parts:
            place = place.setdefault(part, {})
        place[name] = value
    return document


def keep(asked: dict[str, Any]) -> str:
    """Put an overlay where Build finds it, and return its name."""
    name = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    inbox.put(f"requests/{name}.json", asked)
    return name


def contents(drop: inbox.Drop) -> dict[str, bytes]:
    """The two files of a request; Unreadable for any other."""
    if len(drop.keys) == 1 and drop.keys[0].endswith(".zip"):
        found = _unzipped(inbox.body(drop, drop.keys[0], MOST_BYTES))
    else:
        found = {key.rpartition("/")[2]: b"" for key in drop.keys}
        if sorted(found) == sorted(inbox.REQUEST):
            found = {key.rpartition("/")[2]: inbox.body(drop, key, MOST_BYTES) for key in drop.keys}
    if sorted(found) != sorted(inbox.REQUEST):
        raise Unreadable(f"expected {' and '.join(inbox.REQUEST)}, found {', '.join(sorted(found)) or 'nothing'}")
    too_large = [name for name, content in found.items() if len(content) > MOST_BYTES]
    if too_large:
        raise Unreadable(f"{too_large[0]} has more than {MOST_BYTES:,} bytes")
    return found


def _unzipped(content: bytes) -> dict[str, bytes]:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"the zip has more than {MOST_BYTES:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()][:20]
            if any(member.compress_type not in ZIP_METHODS for member in members):
                raise Unreadable("expected a zip whose files are stored or deflated, found another compression")
            if len({member.filename for member in members}) < len(members):
                raise Unreadable("expected a zip that has each file once, found one of them twice")
            # What an archive says of its sizes may be wrong, so no more is read than may be there.
            return {member.filename: archive.open(member).read(MOST_BYTES + 1) for member in members}
    except Unreadable:
        raise
    except BAD_ZIP as error:
        raise Unreadable(f"expected a zip that can be read: {error}") from error


def parse(name: str, content: bytes) -> dict[str, Any]:
    """A document, which is an object; Unreadable says where it is none."""
    try:
        document = json.loads(content, parse_float=_number, parse_constant=_no_number, object_pairs_hook=_once)
        _refuse_depth(document)
        json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise Unreadable(f"{name}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name} cannot be read as JSON in UTF-8: {error}") from error
    if not isinstance(document, dict):
        raise Unreadable(f"{name}: expected an object, found {fields.show(document)}")
    return document


def _number(text: str) -> float | int:
    """A number with a point or an exponent; one instance may be written 1.0."""
    found = float(text)
    return int(found) if found.is_integer() else found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"{twice[:LONGEST_NAME]!r} stands twice")
    return found


def _refuse_depth(document: Any) -> None:
    """No field is so deep, and what is deeper than Python's stack cannot be shown."""
    level = [document]
    for _ in range(MOST_LEVELS):
        level = [item for value in level for item in _below(value)]
    if level:
        raise ValueError(f"it has more than {MOST_LEVELS} levels")


def _below(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
