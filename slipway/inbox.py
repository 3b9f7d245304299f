"""What becomes of a drop: `functions/drop` takes it out of `incoming/` once it has started a run or rejected it.

What it leaves behind is told by the data's version: a claim in `drops/`, or reasons in `rejected/`.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from slipway import data, header
from slipway.errors import ExitCode, SlipwayError
from slipway.install import Install

POLL_SECONDS = 0.3
POLL_SECONDS_AWS = 3.0
# The queue's delay, a function's cold start and a large table's copy; the function itself has five minutes.
MOST_SECONDS = 420.0
_CHUNK_BYTES = 1 << 20


class DropRejected(SlipwayError):
    """New data is not as the configuration declares; the text is what is wrong with it."""

    exit_code = ExitCode.DATA_REJECTED


@dataclass(frozen=True)
class Dropped:
    """A drop that was looked at. Without a run and without reasons, it waits for another run with new data to end."""

    uri: str
    version: str
    run_id: str = ""
    is_new: bool = True
    """Whether the run was started by this drop, and not by an earlier one of the same data."""
    rejected: str = ""
    """Where rejected data went."""
    reasons: Sequence[str] = ()
    hint: str = ""
    """What may be behind the reasons, seen in the file here."""

    @property
    def status(self) -> str:
        """In one word."""
        if self.rejected:
            return "rejected"
        return ("started" if self.is_new else "known") if self.run_id else "waits"

    def text(self) -> str:
        """For a person: what became of it, and what to do next."""
        run = self.run_id[:8]
        if self.rejected:
            where = f"it is in {self.rejected} now; correct it, then drop it again"
            hints = [self.hint] if self.hint else []
            return "\n  ".join([f"{self.uri} was rejected, and no run starts:", *hints, *self.reasons, where])
        if not run:
            return (
                f"{self.uri} was taken; its run starts once the one with new data that is going on has ended, unless"
                " newer data comes before that: `slipway runs` lists them"
            )
        if not self.is_new:
            return f"{self.uri} is the same data as that of run {run} and starts no other; see `slipway watch {run}`"
        return f"{self.uri} was taken and started run {run}; follow it with `slipway watch {run}`"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        found = {"uri": self.uri, "version": self.version, "status": self.status}
        if self.rejected:
            return {**found, "rejected": self.rejected, "reasons": list(self.reasons)}
        return {**found, "run": self.run_id or None}


def drop(install: Install, path: Path) -> Dropped:
    """Drop a CSV or a folder of them, and wait until it was looked at; SlipwayError if nobody does."""
    bucket = _Bucket(install)
    version = version_of(path)
    claim, reasons = f"drops/{version}.json", f"rejected/{version}/reason.json"
    before = {key: bucket.state(key) for key in (claim, reasons)}
    known = bucket.read(claim).get("pipelineExecutionId") if before[claim] else None
    uri = data.drop(install, path)
    bucket.wait_until_gone(uri, data.REQUEST[-1] if data.is_request(path) else "_SUCCESS")
    if bucket.state(reasons) != before[reasons]:
        told = bucket.read(reasons)["reasons"]
        where = f"s3://{bucket.name}/rejected/{version}/"
        return Dropped(uri, version, rejected=where, reasons=told, hint=_hint(path))
    run_id = bucket.read(claim).get("pipelineExecutionId", "") if bucket.state(claim) else ""
    return Dropped(uri, version, run_id, is_new=run_id != known)


def _hint(path: Path) -> str:
    """The first table of a drop that seems to have no header: each of its columns is missing, and each is unknown."""
    tables = [part for part in data.check(path) if part.suffix == ".csv"]
    return next((f"{part.name} {seems}" for part in tables if (seems := header.missing(header.of(part)))), "")


def check(dropped: Dropped) -> None:
    """DropRejected for data that was."""
    if dropped.rejected:
        raise DropRejected(dropped.text())


def version_of(path: Path) -> str:
    """The version of the data, as `functions/drop/inbox.py` makes it: a hash of the files' content."""
    digest = hashlib.sha256()
    for part in data.check(path):
        with part.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()[:16]


class _Bucket:
    """The data bucket."""

    def __init__(self, install: Install) -> None:
        self.install = install
        self.name = install.data_bucket

    def state(self, key: str) -> str:
        """What changes with every write, "" for an object that is not there."""
        try:
            found = self._s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            # HEAD's answer has no body, so that its code is the status.
            # docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
            if error.response["Error"]["Code"] == "404":
                return ""
            raise
        return str(found["VersionId"])  # the bucket is versioned

    def read(self, key: str) -> dict[str, Any]:
        """A JSON document."""
        return dict(json.load(self._s3.get_object(Bucket=self.name, Key=key)["Body"]))

    def wait_until_gone(self, uri: str, mark: str) -> None:
        """Wait until a drop was looked at: then its file, or its folder's last one, is gone."""
        key = uri.removeprefix(f"s3://{self.name}/")
        last = f"{key}{mark}" if key.endswith("/") else key
        pause = POLL_SECONDS if self.install.target.engine else POLL_SECONDS_AWS
        deadline = time.monotonic() + MOST_SECONDS
        while self.state(last):
            if time.monotonic() > deadline:
                raise SlipwayError(
                    f"{uri} was not looked at within {MOST_SECONDS:.0f} s; it stays there and is tried again, and"
                    f" `slipway logs --group /aws/lambda/{self.install.pipeline}-drop` shows why"
                )
            time.sleep(pause)

    @property
    def _s3(self) -> Any:
        return self.install.target.client("s3")
