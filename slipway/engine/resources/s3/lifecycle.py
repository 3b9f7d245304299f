"""CloudFormation's lifecycle rules as the API has them.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.resource_properties import picked

Rule = Mapping[str, Any]
_SIZE = "TransitionDefaultMinimumObjectSize"


def lifecycle_of(configuration: Rule) -> dict[str, Any]:
    """The members of PutBucketLifecycleConfiguration."""
    rules = [_rule(rule) for rule in configuration["Rules"]]
    return {"LifecycleConfiguration": {"Rules": rules}, **picked(configuration, _SIZE)}


def _rule(rule: Rule) -> dict[str, Any]:
    members = {
        "ID": rule.get("Id"),
        "Expiration": _renamed(rule, _EXPIRATION),
        "NoncurrentVersionExpiration": _noncurrent_expiration(rule),
        "Transitions": [_renamed(each, _TRANSITION) for each in _all(rule, "Transition")],
        "NoncurrentVersionTransitions": [
            _renamed(each, _NONCURRENT) for each in _all(rule, "NoncurrentVersionTransition")
        ],
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
    }
    present = {name: value for name, value in members.items() if value}
    return {"Status": rule["Status"], "Filter": _filter(rule), **present}


_EXPIRATION = {
    "ExpirationInDays": "Days",
    "ExpirationDate": "Date",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
_TRANSITION = {"TransitionInDays": "Days", "TransitionDate": "Date", "StorageClass": "StorageClass"}
_NONCURRENT = {
    "TransitionInDays": "NoncurrentDays",
    "NewerNoncurrentVersions": "NewerNoncurrentVersions",
    "StorageClass": "StorageClass",
}


def _renamed(rule: Rule, names: Mapping[str, str]) -> dict[str, Any]:
    return {member: rule[name] for name, member in names.items() if name in rule}


def _all(rule: Rule, name: str) -> list[Rule]:
    """The members of the list, and of the single one that older templates have."""
    return [*rule.get(f"{name}s", ()), *([rule[name]] if name in rule else [])]


def _noncurrent_expiration(rule: Rule) -> Rule:
    if "NoncurrentVersionExpirationInDays" in rule:
        return {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    found: Rule = rule.get("NoncurrentVersionExpiration", {})
    return found


def _filter(rule: Rule) -> dict[str, Any]:
    """One condition stands alone, several stand under `And`."""
    sizes = {name: int(rule[name]) for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan") if name in rule}
    tags, plain = rule.get("TagFilters", []), {**picked(rule, "Prefix"), **sizes}
    if len(tags) + len(plain) > 1:
        return {"And": {**plain, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else plain or {"Prefix": ""}
