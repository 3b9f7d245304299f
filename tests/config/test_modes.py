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
            {"deploy": {"mode": "async"}, "train": {"engine": "xgboost"}},
            '$.deploy.mode: found "async"; allowed: endpoint with train.engine xgboost: nobody tried it async',
            id="async with the built-in image",
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
