"""An asynchronous endpoint scaled by its backlog, down to no instance and up again."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, Sagemaker, eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html")
NAME = "backlogged"
VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": f"endpoint/{NAME}/variant/default",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
BACKLOG = {
    "MetricName": "ApproximateBacklogSizePerInstance",
    "Namespace": "AWS/SageMaker",
    "Dimensions": [{"Name": "EndpointName", "Value": NAME}],
    "Statistic": "Average",
}


def tracking(**more: Any) -> dict[str, Any]:
    return {"TargetValue": 1.0, "ScaleInCooldown": 60, "ScaleOutCooldown": 60, **more}


def test_an_endpoint_without_requests_has_no_instance_until_some_come(scaled: Sagemaker) -> None:
    client, scaling = scaled.client("sagemaker"), scaled.client("application-autoscaling")
    variant = {
        "VariantName": "default",
        "ModelName": "model",
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
    }
    asynchronous = {"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/async"}}
    client.create_endpoint_config(
        EndpointConfigName=NAME, ProductionVariants=[variant], AsyncInferenceConfig=asynchronous
    )
    client.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME)
    eventually(lambda: client.describe_endpoint(EndpointName=NAME)["EndpointStatus"] == "InService")
    scaling.register_scalable_target(**VARIANT, MinCapacity=0, MaxCapacity=2)
    scaling.put_scaling_policy(
        **VARIANT,
        PolicyName="backlog",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking(CustomizedMetricSpecification=BACKLOG),
    )

    def count() -> int:
        return int(client.describe_endpoint(EndpointName=NAME)["ProductionVariants"][0]["CurrentInstanceCount"])

    eventually(lambda: count() == 0, 60)
    runtime = scaled.client("sagemaker-runtime")
    answers = [runtime.invoke_endpoint_async(EndpointName=NAME, Body=b"x") for _ in range(4)]
    key = answers[-1]["OutputLocation"].removeprefix(f"s3://{BUCKET}/")
    assert eventually(lambda: scaled.keys(key), 60) == [key]
    scaling.deregister_scalable_target(**VARIANT)


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        pytest.param({}, "Exactly one of CustomizedMetricSpecification and PredefinedMetric", id="none"),
        pytest.param(
            {"CustomizedMetricSpecification": {"MetricName": "a", "Namespace": "b"}}, "must give a Statistic", id="half"
        ),
    ],
)
def test_a_policy_says_which_metric_it_tracks(scaled: Sagemaker, specification: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        scaled.client("application-autoscaling").put_scaling_policy(
            **VARIANT,
            PolicyName="bad",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking(**specification),
        )
