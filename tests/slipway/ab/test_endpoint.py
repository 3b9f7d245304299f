"""The endpoint as it runs, and another share of its requests."""

from __future__ import annotations

import pytest

from slipway.ab import endpoint
from slipway.ab.production import TrialFailed
from tests.slipway.ab import told
from tests.slipway.stubs import Aws


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "POLL_SECONDS", 0.0)


def test_a_variants_share_is_its_part_of_all_weights(aws: Aws) -> None:
    told.has_endpoint(aws, default=1.5, candidate=0.5)
    told.has_config(aws)
    live = endpoint.of(told.production(aws, **told.ON))
    assert (live.share("default"), live.share("candidate")) == (0.75, 0.25)
    assert (live.capture, live.sampling) == ("s3://bucket/capture/production/churn-production", 20)
    assert live.since == told.SINCE


def test_both_weights_are_set_and_the_change_is_waited_for(aws: Aws) -> None:
    told.has_endpoint(aws, default=1, candidate=1)
    weights = [
        {"VariantName": "default", "DesiredWeight": 0.7},
        {"VariantName": "candidate", "DesiredWeight": 0.3},
    ]
    expected = {"EndpointName": "churn-production", "DesiredWeightsAndCapacities": weights}
    answer = {"EndpointArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn-production"}
    aws.answer("sagemaker.update_endpoint_weights_and_capacities", answer, expected)
    for status in ("Updating", "Updating", "InService"):
        told.has_endpoint(aws, status, default=0.7, candidate=0.3)
    endpoint.weigh(told.production(aws, **told.ON), 0.3)


def test_an_endpoint_that_failed_is_said_with_its_reason(aws: Aws) -> None:
    told.has_endpoint(aws, "Failed", default=1)
    with pytest.raises(TrialFailed, match="endpoint churn-production is Failed: the instance did not start"):
        endpoint.of(told.production(aws))
