"""The models of a multi-model container on an instance's disk.

docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import model_data
from slipway.engine.services.sagemaker.storage import Location, NothingThere

if TYPE_CHECKING:
    from slipway.engine.caller import Caller


class ModelNotThere(Exception):
    """The target model's data could not be downloaded; the text is SageMaker's."""


@dataclass(frozen=True)
class ModelSource:
    """Where a container's models come from, and under which identity; whether they stay once they were used."""

    prefix: str
    cached: bool
    caller: Callable[[], Caller]


class ModelFiles:
    """`folder` stands for /opt/ml/models."""

    def __init__(self, source: ModelSource, folder: Path) -> None:
        self._source = source
        self._folder = folder

    def fetched(self, name: str, target: str) -> Path:
        """The folder of a model, which is downloaded unless it is there; ModelNotThere."""
        folder = self._folder / name / "model"
        if not folder.is_dir():
            self._fetch(target, folder)
        return folder

    def _fetch(self, target: str, folder: Path) -> None:
        at = Location.parse(self._source.prefix.rstrip("/") + "/" + target.lstrip("/"))
        source = {"S3Uri": str(at), "S3DataType": "S3Object", "CompressionType": "Gzip"}
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            model_data.fetch(self._source.caller(), source, part)
        except (ClientError, AwsError, NothingThere, OSError) as error:
            shutil.rmtree(folder.parent, ignore_errors=True)
            raise ModelNotThere(
                f"Failed to download model data(bucket: {at.bucket}, key: {at.key}). Please ensure that there is an "
                "object located at the URL and that the role passed to CreateModel has permissions to download the "
                f"model. ({error})"
            ) from error
        part.rename(folder)

    def delete(self, name: str) -> None:
        """Delete a model, which is read-only."""
        for path in (self._folder / name).rglob("*"):
            path.chmod(path.stat().st_mode | 0o200)
        shutil.rmtree(self._folder / name, ignore_errors=True)
