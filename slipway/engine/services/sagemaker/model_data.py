"""Bringing a model's data to the machine that serves it.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import archive, storage
from slipway.engine.services.sagemaker.storage import Found, Location

if TYPE_CHECKING:
    from slipway.engine.caller import Caller


def fetch(caller: Caller, source: dict[str, Any], folder: Path) -> None:
    """Download the model's data into `folder`, unpacked if it is an archive, and read-only from then on."""
    if source["S3DataType"] == "S3Prefix":
        found = storage.under_prefix(caller, source["S3Uri"])
    else:
        at = Location.parse(source["S3Uri"])
        found = [Found(at, at.key.rsplit("/", 1)[-1])]
    for item in found:
        path = storage.download(caller, item, folder)
        if source["CompressionType"] == "Gzip":
            archive.unpack(path, folder)
            path.unlink()
    archive.make_read_only(folder)
