"""A request for one run: an overlay of the configuration, and what such an overlay may set.

`functions/drop` makes the overlay of `trainingjob.json` and `deployment.json`, keeps it in the data bucket by the hash
of its content, and starts the run with its name as the variable `Request`.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from config import configuration
from config.faults import show

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The pipeline variable's default: no request, the commit's own configuration.
NONE: Final = "-"
PATHS: Final = (
    "train.instanceType",
    "train.instanceCount",
    "train.volumeSizeInGB",
    "train.maxRuntimeInSeconds",
    "train.spot.enabled",
    "train.spot.maxWaitInSeconds",
    "serving.test.instanceType",
    "serving.test.instanceCount",
    "serving.test.dataCapturePercentage",
    "serving.production.instanceType",
    "serving.production.dataCapturePercentage",
    "serving.production.autoscaling.minCapacity",
    "serving.production.autoscaling.maxCapacity",
    "serving.production.autoscaling.invocationsPerInstance",
    "serving.production.autoscaling.scaleInCooldownInSeconds",
    "serving.production.autoscaling.scaleOutCooldownInSeconds",
)
# The engines whose hyperparameters are those of train.algorithm.
ENGINES: Final = ("container", "xgboost")
_KEYWORDS: Final = ("type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LONGEST_NOTICE: Final = 400

Document = dict[str, Any]


def written(s3: S3Client) -> Document:
    """The configuration of this run before defaults: the commit's, with what its request asks for laid over it."""
    commit, request = configuration.load(), os.environ.get("REQUEST", NONE)
    if request == NONE:
        return commit
    document = lay_over(commit, _overlay(s3, request))
    faults = configuration.validate(document)
    if faults:
        raise configuration.InvalidConfiguration(f"ml-pipeline.json with request {request}", faults)
    return document


def lay_over(document: Document, overlay: Document) -> Document:
    """The document with the overlay's values, part by part, in the place of its own."""
    laid = copy.deepcopy(document)
    for name, value in overlay.items():
        below = laid.get(name)
        laid[name] = lay_over(below if isinstance(below, dict) else {}, value) if isinstance(value, dict) else value
    return laid


def rules(resolved: Document) -> dict[str, Document]:
    """What may stand in each setting that a request may change, as a part of a JSON Schema, by the setting's path."""
    schema = configuration.schema()
    found = {path: _rule(path, schema) for path in PATHS}
    train = resolved["train"]
    algorithm = configuration.algorithm(train["algorithm"])
    if train["engine"] == "container" and not algorithm["severalInstances"]:
        found["train.instanceCount"] |= {"maximum": 1}
    if train["engine"] in ENGINES:
        known = algorithm["hyperparameters"]["properties"]
        found |= {f"train.hyperparameters.{name}": _constraints(rule) for name, rule in known.items()}
    return found


def notice(s3: S3Client) -> str:
    """A sentence for the approver: what the request has set; nothing without one."""
    request = os.environ.get("REQUEST", NONE)
    if request == NONE:
        return ""
    settings = ", ".join(f"{path} {show(value)}" for path, value in flat(_overlay(s3, request)))
    return f" Request {request}: {settings[:_LONGEST_NOTICE]}{'…' if len(settings) > _LONGEST_NOTICE else ''}."


def flat(overlay: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """An overlay's settings with their dotted paths."""
    found = []
    for name, value in overlay.items():
        path = f"{prefix}{name}"
        found += flat(value, f"{path}.") if isinstance(value, dict) else [(path, value)]
    return found


def _overlay(s3: S3Client, request: str) -> Document:
    body = s3.get_object(Bucket=os.environ["DATA_BUCKET"], Key=f"requests/{request}.json")["Body"]
    overlay: Document = json.load(body)
    return overlay


def _rule(path: str, schema: Document) -> Document:
    found = schema
    for name in path.split("."):
        found = found["properties"][name]
    if "$ref" in found:
        found = {**schema["$defs"][found["$ref"].rpartition("/")[2]], **found}
    return _constraints(found)


def _constraints(rule: Document) -> Document:
    return {keyword: rule[keyword] for keyword in _KEYWORDS if keyword in rule}
