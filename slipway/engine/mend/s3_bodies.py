"""S3: what is stored is on disk and not in memory as well.

MiniStack keeps the newest version of every object of a versioned bucket in memory beside its file, and the parts of
uploads until they are complete; it reads a whole object to answer a request for it. Uploads that are not complete it
forgets with the engine.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from slipway.engine import adapter, spool
from slipway.engine.engine import current

_SERVICE = "services.s3"
# Mapped files are open files: of an upload with more parts than that, the rest is read.
_MAPPED_PARTS = 256
_OK = 200
_UPLOADS = "slipway_multipart_uploads"
# How many completed uploads are remembered, so that a completion which is sent again gets the same answer.
_REMEMBERED = 1000

# Whether a body may be a mapping here: its reader hashes, slices or sends it.
_mapping: ContextVar[bool] = ContextVar("slipway_s3_mapping", default=False)

Answer = tuple[int, dict[str, str], Any]
Serve = Callable[..., Answer]


def apply() -> None:
    """Put our functions around MiniStack's."""
    _folder().mkdir(parents=True, exist_ok=True)
    adapter.replace(_SERVICE, "_version_entry_from_record", _without_data)
    adapter.replace(_SERVICE, "_read_body", _mapped)
    for name in ("_get_object", "_copy_object", "_upload_part_copy"):
        adapter.replace(_SERVICE, name, _mapping_bodies)
    for name in ("_upload_part", "_upload_part_copy"):
        adapter.replace(_SERVICE, name, _part_on_disk)
    adapter.replace(_SERVICE, "_complete_multipart_upload", _parts_from_disk)
    adapter.replace(_SERVICE, "_abort_multipart_upload", _without_parts)
    adapter.replace(_SERVICE, "get_state", _with_uploads)
    adapter.replace(_SERVICE, "load_persisted_state", _taking_up_uploads)


def _folder() -> Path:
    return current().home / "state" / "parts"


def _with_uploads(state: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The state with the uploads that are not complete and those of their parts whose bodies are on disk."""

    def got() -> dict[str, Any]:
        uploads = dict(adapter.part(_SERVICE)._multipart_uploads._data)
        return {**state(), _UPLOADS: [[*key, _recorded(upload)] for key, upload in uploads.items()]}

    return got


def _recorded(upload: dict[str, Any]) -> dict[str, Any]:
    parts = {
        number: {**part, "body": None, "file": part["file"].name}
        for number, part in dict(upload["parts"]).items()
        if "file" in part
    }
    return {**upload, "parts": parts}


def _taking_up_uploads(load: Callable[[Any], None]) -> Callable[[Any], None]:
    def loaded(state: dict[str, Any]) -> None:
        load(state)
        uploads = adapter.part(_SERVICE)._multipart_uploads._data
        for account, upload_id, upload in state.get(_UPLOADS, []):
            parts = {
                int(number): {**part, "file": _folder() / part["file"]} for number, part in upload["parts"].items()
            }
            uploads[account, upload_id] = {**upload, "parts": parts}
        kept = {part["file"] for upload in uploads.values() for part in upload["parts"].values()}
        for file in set(_folder().iterdir()) - kept:
            file.unlink()

    return loaded


def _without_data(entry: Callable[[Any, str, Any], dict[str, Any]]) -> Callable[[Any, str, Any], dict[str, Any]]:
    """A version's record: its body is in the object's file, or in the version's own."""

    def made(record: Any, version_id: str, _data: Any) -> dict[str, Any]:
        return entry(record, version_id, None)

    return made


def _mapped(read: Callable[[str, str, Any], bytes]) -> Callable[[str, str, Any], spool.Body]:
    def body(bucket: str, key: str, record: Any) -> spool.Body:
        path = adapter.part(_SERVICE)._object_disk_path(bucket, key)
        if not _mapping.get() or record.get("body") is not None or path is None or not Path(path).is_file():
            return read(bucket, key, record)
        return spool.read(Path(path))

    return body


def _mapping_bodies(serve: Serve) -> Serve:
    def served(*arguments: Any, **options: Any) -> Answer:
        token = _mapping.set(True)
        try:
            return serve(*arguments, **options)
        finally:
            _mapping.reset(token)

    return served


def _part_on_disk(upload: Serve) -> Serve:
    def uploaded(*arguments: Any) -> Answer:
        query = next(argument for argument in arguments if isinstance(argument, Mapping) and "uploadId" in argument)
        number = int((query.get("partNumber") or ["0"])[0])
        replaced = _parts(query).get(number)
        answer = upload(*arguments)
        part = _parts(query).get(number)
        if answer[0] == _OK and part is not None and part is not replaced:
            file = _folder() / secrets.token_hex(16)
            file.write_bytes(part["body"])
            part.update(file=file, body=None)
            _remove([replaced] if replaced else [])
        return answer

    return uploaded


def _parts_from_disk(complete: Serve) -> Serve:
    def completed(bucket: str, key: str, body: bytes, query: Any, headers: Any = None) -> Answer:
        parts = _parts(query)
        stored = [part for part in parts.values() if part["body"] is None]
        for place, part in enumerate(stored):
            part["body"] = spool.read(part["file"]) if place < _MAPPED_PARTS else part["file"].read_bytes()
        answer = complete(bucket, key, body, query, headers)
        for part in stored:
            part["body"] = None
        if not _parts(query):
            _remove(parts.values())
            _forget_old()
        return answer

    return completed


def _without_parts(abort: Serve) -> Serve:
    def aborted(bucket: str, key: str, query: Any) -> Answer:
        parts = _parts(query)
        answer = abort(bucket, key, query)
        if not _parts(query):
            _remove(parts.values())
        return answer

    return aborted


def _parts(query: Any) -> dict[int, dict[str, Any]]:
    """The parts of the upload that a request names; none when it is over."""
    upload = adapter.part(_SERVICE)._multipart_uploads.get((query.get("uploadId") or [""])[0]) or {}
    parts: dict[int, dict[str, Any]] = upload.get("parts") or {}
    return parts


def _remove(parts: Iterable[dict[str, Any]]) -> None:
    for part in parts:
        if "file" in part:
            part["file"].unlink(missing_ok=True)


def _forget_old() -> None:
    completed = adapter.part(_SERVICE)._completed_multipart_uploads
    for upload_id in list(completed)[:-_REMEMBERED]:
        del completed[upload_id]
