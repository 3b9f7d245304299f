"""Where APIs are reached."""

from __future__ import annotations

import pytest

from slipway.engine.services.cloudformation.api_addresses import localized

pytestmark = pytest.mark.specification("docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html")

HERE = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "https://1a2b3c4d.execute-api.eu-west-1.amazonaws.com/live/predict",
            f"{HERE}/_aws/execute-api/1a2b3c4d/live/predict",
        ),
        ("https://1a2b3c4d.execute-api.us-east-1.amazonaws.com", f"{HERE}/_aws/execute-api/1a2b3c4d"),
        ("https://sqs.us-east-1.amazonaws.com/1/q", "https://sqs.us-east-1.amazonaws.com/1/q"),
        ("arn:aws:execute-api:us-east-1:1:1a2b3c4d/*", "arn:aws:execute-api:us-east-1:1:1a2b3c4d/*"),
        ("https://1a2b3c4d.execute-api.us-east-1.amazonaws.com.evil", None),
    ],
)
def test_only_the_urls_of_apis_become_this_engines(text: str, expected: str | None) -> None:
    assert localized(text, HERE) == (text if expected is None else expected)
