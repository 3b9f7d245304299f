"""Lifecycle policies: which images expire.

docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from slipway.engine.errors import AwsError

_SECONDS_IN_DAY = 86_400
_COUNT_TYPES = ("imageCountMoreThan", "sinceImagePushed")
_STATUSES = ("tagged", "untagged", "any")


def parse(text: str) -> list[dict[str, Any]]:
    """The rules by priority; InvalidParameterException when they are malformed or not executed."""
    try:
        rules = json.loads(text)["rules"]
        ordered = sorted(rules, key=lambda rule: rule["rulePriority"])
        for rule in ordered:
            _check(rule)
    except (ValueError, KeyError, TypeError) as error:
        raise AwsError("InvalidParameterException", f"Invalid parameter at 'LifecyclePolicyText': {error!r}") from error
    return ordered


def _check(rule: Mapping[str, Any]) -> None:
    selection, action = rule["selection"], rule["action"]
    if (
        action["type"] != "expire"
        or selection["countType"] not in _COUNT_TYPES
        or selection["tagStatus"] not in _STATUSES
    ):
        wanted = f"action expire, countType {' or '.join(_COUNT_TYPES)}, tagStatus {', '.join(_STATUSES)}"
        raise AwsError(
            "InvalidParameterException", f"Rule {rule['rulePriority']}: the local engine executes {wanted} only"
        )
    if selection["tagStatus"] == "tagged" and not (selection.get("tagPrefixList") or selection.get("tagPatternList")):
        raise AwsError(
            "InvalidParameterException", f"Rule {rule['rulePriority']}: tagPrefixList or tagPatternList is required"
        )
    int(selection["countNumber"])


def expired(text: str, images: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The digests that the policy ends; an image is matched by the first rule that selects it."""
    left = dict(sorted(images.items(), key=lambda item: item[1]["pushedAt"], reverse=True))
    gone: list[str] = []
    for rule in parse(text):
        selected = [digest for digest, image in left.items() if _selects(rule["selection"], image["tags"])]
        gone += [digest for position, digest in enumerate(selected) if _ends(rule["selection"], position, left[digest])]
        for digest in selected:
            del left[digest]
    return gone


def _selects(selection: Mapping[str, Any], tags: list[str]) -> bool:
    status = selection["tagStatus"]
    if status != "tagged":
        return status == "any" or not tags
    patterns = [f"{prefix}*" for prefix in selection.get("tagPrefixList", [])] + selection.get("tagPatternList", [])
    # Every pattern must be met by some tag of the image.
    return bool(tags) and all(any(fnmatchcase(tag, pattern) for tag in tags) for pattern in patterns)


def _ends(selection: Mapping[str, Any], position: int, image: Mapping[str, Any]) -> bool:
    number = int(selection["countNumber"])
    if selection["countType"] == "imageCountMoreThan":
        return position >= number
    return bool(time.time() - image["pushedAt"] > number * _SECONDS_IN_DAY)
