"""A request for one run: an overlay of the configuration, and what such an overlay may set.

`functions/drop` makes the overlay of `trainingjob.json` and `deployment.json`, keeps it in the data bucket by the hash
of its content, and starts the run with its name as the variable `Request`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from config import configuration
from config.faults import Fault, show

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
_NAME_LENGTH: Final = 16
_HYPERPARAMETERS: Final = "train.hyperparameters."
_LONGEST_NOTICE: Final = 400
# Lists of so many values are tried one by one; those of instance types are longer.
_FEW: Final = 10

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


def rules(commit: Document) -> dict[str, Document]:
    """What may stand in each setting that a request may change, and the commit's own `value`, by the setting's path.

    A rule is a part of a JSON Schema. What the commit's mode or engine has no use for is `refused`, with the reason.
    """
    resolved, schema = configuration.resolve(commit), configuration.schema()
    found = {path: _rule(path, schema) for path in PATHS}
    train = resolved["train"]
    if train["engine"] in ENGINES:
        known = configuration.algorithm(train["algorithm"])["hyperparameters"]["properties"]
        found |= {f"train.hyperparameters.{name}": _constraints(rule) for name, rule in known.items()}
    return {path: _tried(commit, path, rule, _at(resolved, path)) for path, rule in found.items()}


def _tried(commit: Document, path: str, rule: Document, value: Any) -> Document:
    """The rule with what does not go with the rest of the configuration taken out, which is found by trying."""
    rule = {**rule, "value": value}
    faults = _faults(commit, path, value)
    if faults:
        return {**rule, "refused": faults[0]}
    if len(rule.get("enum", [])) in range(1, _FEW):
        rule["enum"] = [choice for choice in rule["enum"] if not _faults(commit, path, choice)]
    if path == "train.instanceCount" and _faults(commit, path, 2):
        rule["maximum"] = 1
    return rule


def _faults(commit: Document, path: str, value: Any) -> list[str]:
    overlay: Any = value
    for name in reversed(path.split(".")):
        overlay = {name: overlay}
    return [fault.allowed for fault in configuration.validate(lay_over(commit, overlay))]


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
    faults = _changed(overlay, request) or _beyond(overlay)
    if faults:
        raise configuration.InvalidConfiguration(f"request {request}", faults)
    return overlay


def _changed(overlay: Any, request: str) -> list[Fault]:
    """Whoever may write to the data bucket may change what stands there: its name says what was checked."""
    found = hashlib.sha256(json.dumps(overlay, sort_keys=True).encode()).hexdigest()[:_NAME_LENGTH]
    return [] if found == request else [Fault("$", f"the hash {found}", f"what was checked, whose hash is {request}")]


def _beyond(overlay: Document) -> list[Fault]:
    """What a request may not set: the rest of the configuration goes by commits, which people review."""
    paths = [path for path, _ in flat(overlay)] if isinstance(overlay, dict) else [""]
    beyond = [path for path in paths if path not in PATHS and not path.startswith(_HYPERPARAMETERS)]
    return [Fault(f"$.{path}", "a setting", "the settings that docs/requests.md lists") for path in beyond]


def _rule(path: str, schema: Document) -> Document:
    found = schema
    for name in path.split("."):
        found = found["properties"][name]
    if "$ref" in found:
        found = {**schema["$defs"][found["$ref"].rpartition("/")[2]], **found}
    return _constraints(found)


def _at(document: Document, path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        found = found[name]
    return found


def _constraints(rule: Document) -> Document:
    return {keyword: rule[keyword] for keyword in _KEYWORDS if keyword in rule}
