"""Bringing a job's input to its instances.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Input.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.engine.services.sagemaker.failures import ClientFailure
from slipway.engine.services.sagemaker.storage import Found, NothingThere, download, in_manifest, under_prefix

if TYPE_CHECKING:
    from slipway.engine.caller import Caller

_AT_ONCE = 8


def fetch(caller: Caller, uri: str, data_type: str, distribution: str, folders: Sequence[Path]) -> None:
    """Download the source at `uri` into one folder per instance: all of it, or each instance its share of the keys."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    try:
        found = in_manifest(caller, uri) if data_type == "ManifestFile" else under_prefix(caller, uri)
        _download_all(caller, _plan(found, distribution, folders))
    except (ClientError, NothingThere) as error:
        raise ClientFailure(f"Data download failed:{error}") from error


def _plan(found: list[Found], distribution: str, folders: Sequence[Path]) -> Iterable[tuple[Found, Path]]:
    for index, folder in enumerate(folders):
        share = found[index :: len(folders)] if distribution == "ShardedByS3Key" else found
        yield from ((item, folder) for item in share)


def _download_all(caller: Caller, plan: Iterable[tuple[Found, Path]]) -> None:
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="download") as pool:
        for done in [pool.submit(download, caller, item, folder) for item, folder in plan]:
            done.result()
