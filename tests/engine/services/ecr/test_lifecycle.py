"""Lifecycle policies."""

import json
import time
from typing import Any

import pytest

from slipway.engine.errors import AwsError
from slipway.engine.services.ecr import lifecycle

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html"
)

NOW = time.time()
DAY = 86_400
IMAGES = {
    "new": {"tags": ["v3"], "pushedAt": NOW},
    "mid": {"tags": ["v2", "dev-2"], "pushedAt": NOW - 5 * DAY},
    "old": {"tags": ["v1"], "pushedAt": NOW - 9 * DAY},
    "bare": {"tags": [], "pushedAt": NOW - 9 * DAY},
}


def policy(*selections: dict[str, Any]) -> str:
    rules = [
        {"rulePriority": number, "selection": selection, "action": {"type": "expire"}}
        for number, selection in enumerate(selections, 1)
    ]
    return json.dumps({"rules": rules})


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (policy({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 2}), {"old", "bare"}),
        (policy({"tagStatus": "untagged", "countType": "sinceImagePushed", "countNumber": 1}), {"bare"}),
        (
            policy(
                {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": 9},
                {"tagStatus": "any", "countType": "sinceImagePushed", "countNumber": 1},
            ),
            {"bare"},
        ),
        (
            policy(
                {"tagStatus": "tagged", "tagPatternList": ["dev-*"], "countType": "sinceImagePushed", "countNumber": 1}
            ),
            {"mid"},
        ),
    ],
    ids=["by count", "untagged by age", "the first rule that selects an image counts", "by pattern"],
)
def test_images_expire_by_the_rules(text: str, gone: set[str]) -> None:
    assert set(lifecycle.expired(text, IMAGES)) == gone


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Invalid parameter at 'LifecyclePolicyText'"),
        ("{}", "KeyError"),
        (
            policy({"tagStatus": "tagged", "countType": "sinceImagePushed", "countNumber": 1}),
            "tagPatternList is required",
        ),
        (policy({"tagStatus": "any", "countType": "sinceImagePulled", "countNumber": 1}), "executes action expire"),
    ],
)
def test_a_policy_that_is_not_executed_is_refused(text: str, message: str) -> None:
    with pytest.raises(AwsError, match=message):
        lifecycle.parse(text)
