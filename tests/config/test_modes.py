"""config.modes: what does not go with a deploy.mode is refused where it is written."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from config import configuration, modes

VALID: dict[str, Any] = {
    "dataset": {
        "uri": "config/data/shop.csv",
        "target": "churn",
        "columns": [{"name": "minutes", "type": "number"}],
    },
    "evaluate": {"positiveClass": "yes"},
}


NEEDED: dict[str, Any] = {"batch": {"batch": {"inputUri": "s3://shop-data/customers/"}}}


def faults(**parts: Any) -> list[str]:
    return [str(fault) for fault in configuration.validate({**copy.deepcopy(VALID), **parts})]


@pytest.mark.parametrize("mode", modes.WITHOUT_USE)
def test_a_mode_needs_little_more_than_its_name(mode: str) -> None:
    assert faults(deploy={"mode": mode, **NEEDED.get(mode, {})}) == []


@pytest.mark.parametrize("mode", ["endpoint", "async", "batch"])
def test_a_model_of_several_containers_is_served_where_those_are(mode: str) -> None:
    assert faults(deploy={"mode": mode, **NEEDED.get(mode, {})}, train={"engine": "xgboost"}) == []


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(
            {"deploy": {"serverless": {"memorySizeInMB": 4096}}},
            '$.deploy.serverless: found {"memorySizeInMB": 4096}; allowed: no such part with deploy.mode endpoint',
            id="another mode's part",
        ),
        pytest.param(
            {"deploy": {"mode": "serverless", "serverless": {"memorySizeInMB": 1500}}},
            "$.deploy.serverless.memorySizeInMB: found 1500; allowed: 1024, 2048, 3072, 4096, 5120, 6144",
            id="memory in steps",
        ),
        pytest.param(
            {"deploy": {"mode": "serverless"}, "serving": {"test": {"instanceType": "ml.m5.large"}}},
            '$.serving.test.instanceType: found "ml.m5.large"; allowed: nothing with deploy.mode serverless: a '
            "serverless endpoint has no instances",
            id="serverless with an instance type",
        ),
        pytest.param(
            {"deploy": {"mode": "serverless"}, "serving": {"production": {"autoscaling": {"minCapacity": 2}}}},
            '$.serving.production.autoscaling: found {"minCapacity": 2}; allowed: nothing with deploy.mode serverless: '
            "a serverless endpoint has no instances",
            id="serverless with autoscaling",
        ),
        pytest.param(
            {"deploy": {"mode": "serverless"}, "serving": {"test": {"dataCapturePercentage": 0}}},
            "$.serving.test.dataCapturePercentage: found 0; allowed: nothing with deploy.mode serverless: a serverless "
            "endpoint captures no data",
            id="serverless with data capture",
        ),
        pytest.param(
            {"deploy": {"mode": "async"}, "serving": {"production": {"autoscaling": {"invocationsPerInstance": 9}}}},
            "$.serving.production.autoscaling.invocationsPerInstance: found 9; allowed: nothing with deploy.mode "
            "async: instances follow deploy.async.backlogPerInstance",
            id="async scaled by invocations",
        ),
        pytest.param(
            {"deploy": {"mode": "async"}, "serving": {"test": {"api": {"cache": {"sizeInGigabytes": 0.5}}}}},
            '$.serving.test.api.cache: found {"sizeInGigabytes": 0.5}; allowed: nothing with deploy.mode async: its '
            "requests are no GET",
            id="async with a cache",
        ),
        pytest.param(
            {"deploy": {"mode": "batch"}},
            "$.deploy.batch: found nothing; allowed: this field is needed",
            id="a batch of nothing",
        ),
        pytest.param(
            {"deploy": {"mode": "batch", **NEEDED["batch"]}, "serving": {"test": {"instanceCount": 1}}},
            '$.serving.test: found {"instanceCount": 1}; allowed: nothing with deploy.mode batch: a batch has neither '
            "endpoint nor API",
            id="batch with an endpoint",
        ),
        pytest.param(
            {"deploy": {"mode": "multi-model"}, "serving": {"production": {"dataCapturePercentage": 5}}},
            "$.serving.production.dataCapturePercentage: found 5; allowed: nothing with deploy.mode multi-model: what "
            "is captured does not say which model answered",
            id="multi-model with data capture",
        ),
        pytest.param(
            {"deploy": {"mode": "multi-model"}, "serving": {"test": {"api": {"cache": {"sizeInGigabytes": 0.5}}}}},
            '$.serving.test.api.cache: found {"sizeInGigabytes": 0.5}; allowed: nothing with deploy.mode multi-model: '
            "a cache knows a request by its address, which names no model",
            id="multi-model with a cache",
        ),
        pytest.param(
            {"deploy": {"mode": "multi-model", "multiModel": {"models": 1}}},
            "$.deploy.multiModel.models: found 1; allowed: 2 or more",
            id="several models that are one",
        ),
        pytest.param(
            {"deploy": {"mode": "multi-model"}, "train": {"engine": "xgboost"}},
            '$.deploy.mode: found "multi-model"; allowed: endpoint with train.engine xgboost, whose model is an '
            "inference pipeline, of which SageMaker lets one container hold several models, and a version is several "
            "containers; train.engine container has one container",
            id="pipelines as several models",
        ),
        pytest.param(
            {"deploy": {"mode": "serverless"}, "train": {"engine": "xgboost"}},
            '$.deploy.mode: found "serverless"; allowed: endpoint with train.engine xgboost, whose model is an '
            "inference pipeline, which SageMaker does not make serverless; train.engine container has one "
            "container",
            id="serverless pipeline",
        ),
    ],
)
def test_a_combination_that_aws_refuses_is_refused_with_a_sentence(parts: dict[str, Any], expected: str) -> None:
    assert faults(**parts) == [expected]
