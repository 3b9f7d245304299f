"""Several production variants behind one endpoint: weights, targets, and what is counted and captured of each."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, Hosted, eventually, variant

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/model-ab-testing.html")
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": f"s3://{BUCKET}/variants",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
}


def two(hosted: Hosted, weight: float = 1.0, **more: object) -> str:
    """An endpoint in service with variants A and B, and B's weight."""
    variants = [variant(hosted.model("a"), name="A"), variant(hosted.model("b"), name="B", weight=weight)]
    name = hosted.endpoint(hosted.config(*variants, **more))
    hosted.settled(name)
    return name


def weigh(hosted: Hosted, name: str, **weights: float) -> None:
    """Change weights on the live endpoint, and wait."""
    wanted = [{"VariantName": key, "DesiredWeight": value} for key, value in weights.items()]
    hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
    hosted.settled(name)


def test_requests_are_shared_by_weight_and_the_answer_says_which_variant(hosted: Hosted) -> None:
    name = two(hosted, weight=3.0)
    seen = [hosted.invoke(name) for _ in range(200)]
    assert all(told["variant"] == told["model"].upper() for told in seen)
    # 150 of 200 are expected for B; six standard deviations are 37.
    assert 113 < Counter(told["variant"] for told in seen)["B"] < 187


def test_new_weights_are_shown_and_kept_for_the_next_change(hosted: Hosted) -> None:
    name = two(hosted)
    weigh(hosted, name, A=9.0)
    weigh(hosted, name, B=0.0)
    found = {
        item["VariantName"]: item for item in hosted.client.describe_endpoint(EndpointName=name)["ProductionVariants"]
    }
    assert (found["A"]["CurrentWeight"], found["A"]["DesiredWeight"]) == (9.0, 9.0)
    assert (found["B"]["CurrentWeight"], found["B"]["DesiredWeight"]) == (0.0, 0.0)
    assert {hosted.invoke(name)["variant"] for _ in range(20)} == {"A"}


def test_weights_that_leave_no_variant_any_traffic_are_refused(hosted: Hosted) -> None:
    name = two(hosted, weight=0.0)
    with pytest.raises(ClientError, match="At least one production variant must have a weight above 0"):
        weigh(hosted, name, A=0.0)
    assert hosted.invoke(name)["variant"] == "A"
    with pytest.raises(ClientError, match='variant "C" does not exist'):
        weigh(hosted, name, C=1.0)


def test_each_variant_is_counted_by_itself(hosted: Hosted) -> None:
    name = two(hosted)
    for target, times in (("A", 2), ("B", 3)):
        for _ in range(times):
            hosted.invoke(name, TargetVariant=target)
    with pytest.raises(ClientError):
        hosted.invoke(name, "status=500", TargetVariant="B")

    def total(variant_name: str, metric: str) -> float:
        now = time.time()
        points = hosted.account.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": variant_name}],
            StartTime=now - 300,
            EndTime=now + 60,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    eventually(lambda: (total("A", "Invocations"), total("B", "Invocations")) == (2, 4))
    eventually(lambda: (total("A", "Invocation5XXErrors"), total("B", "Invocation5XXErrors")) == (0, 1))


def test_each_variants_requests_are_captured_below_its_own_name(hosted: Hosted) -> None:
    name = two(hosted, DataCaptureConfig=CAPTURE)
    for target in ("A", "B"):
        hosted.invoke(name, f"for {target}", TargetVariant=target)
    for target in ("A", "B"):
        key = eventually(lambda target=target: hosted.account.keys(f"variants/{name}/{target}/"))[0]
        line = json.loads(hosted.account.get(key))
        assert line["captureData"]["endpointInput"]["data"] == f"for {target}"
