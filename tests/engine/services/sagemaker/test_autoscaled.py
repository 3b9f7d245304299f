"""An endpoint under autoscaling keeps its instance type."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import Hosted, variant

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html")


def test_an_autoscaled_variant_keeps_its_instance_type(hosted: Hosted) -> None:
    name = hosted.serving("old")
    scaling = hosted.account.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)
    larger = hosted.config({**variant(hosted.model("new")), "InstanceType": "ml.m5.xlarge"})
    with pytest.raises(ClientError, match=r"registered with Application Auto Scaling\. Deregister the scalable target"):
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=larger)
    same = hosted.config(variant(hosted.model("new")))
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=same)
    assert hosted.settled(name)["EndpointConfigName"] == same
    scaling.deregister_scalable_target(**target)
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=larger)
    assert hosted.settled(name)["EndpointConfigName"] == larger
