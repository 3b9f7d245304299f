"""The data channels of a training job: which there are, and what they hold.

docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#InputOutput-XGBoost
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import NotExecuted, UserError

CSV, LIBSVM, PARQUET = "csv", "libsvm", "parquet"
_RECORDIO = "recordio-protobuf"
_CONTENT_TYPES = {
    "csv": CSV,
    "libsvm": LIBSVM,
    "parquet": PARQUET,
    "recordio-protobuf": _RECORDIO,
    "text/csv": CSV,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "application/x-parquet": PARQUET,
    "application/x-recordio-protobuf": _RECORDIO,
}


def content_type(text: str | None) -> str:
    """`csv`, `libsvm` or `parquet`; a channel that names none is libsvm."""
    if text is None:
        return LIBSVM
    name, *parameters = (part.strip() for part in text.lower().split(";"))
    if name not in _CONTENT_TYPES:
        raise UserError(f"{text} is not an accepted ContentType: {', '.join(_CONTENT_TYPES)}.")
    if _CONTENT_TYPES[name] == _RECORDIO:
        raise NotExecuted(f"the ContentType {text}")
    sizes = [value.strip() for key, _, value in (p.partition("=") for p in parameters) if key.strip() == "label_size"]
    if _CONTENT_TYPES[name] == CSV and any(size != "1" for size in sizes):
        raise UserError(f"{text} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1")
    return _CONTENT_TYPES[name]


def validate(given: Mapping[str, Mapping[str, Any]]) -> str:
    """Check the channels of `inputdataconfig.json`; the content type of the train channel."""
    if "train" not in given:
        raise UserError("Missing required channel: train")
    for name in given:
        if name == "code":
            raise NotExecuted("script mode (the channel code)")
        if name not in ("train", "validation"):
            raise UserError(f"Extraneous channel found: {name}")
    types = {name: content_type(channel.get("ContentType")) for name, channel in given.items()}
    return types["train"]
