"""The tag 1.7-1 of the built-in XGBoost algorithm runs XGBoost 1.7 itself, whose environment is 640 MB."""

from __future__ import annotations

import pytest

from tests.engine.aws_images.conftest import BUCKET, Xgboost, rows
from tests.engine.aws_images.test_xgboost_serving import in_service, invoke, model_of
from tests.heavy.aws_images.conftest import OLD

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html")
TOLD = {"num_round": "12", "objective": "binary:logistic", "eval_metric": "auc,f1", "tree_method": "hist"}


def test_it_trains_and_serves(xgboost: Xgboost) -> None:
    uri = xgboost.put("old/train/a.csv", rows(400, 1)).rpartition("/")[0]
    job = xgboost.train(TOLD, {"train": uri, "validation": uri}, image=OLD)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    log = xgboost.log(job["TrainingJobName"])
    assert log[0] == "[sagemaker] this is a local stand-in of sagemaker-xgboost:1.7-1, xgboost 1.7.6"
    final = {item["MetricName"]: item["Value"] for item in job["FinalMetricDataList"]}
    assert final["validation:auc"] > 0.95
    assert final["validation:f1"] > 0.85
    name = in_service(xgboost, model_of(xgboost, job, image=OLD))
    try:
        high, low = (float(number) for number in invoke(xgboost, name, "0.9,0.9\n0.1,0.1")[1].split(","))
        assert high > 0.9 > 0.1 > low
    finally:
        xgboost.client.delete_endpoint(EndpointName=name)


def test_two_hosts_train_one_model(xgboost: Xgboost) -> None:
    for part in range(2):
        xgboost.put(f"old/shards/part-{part}.csv", rows(100, part))
    channels = {"train": f"s3://{BUCKET}/old/shards/"}
    job = xgboost.train({**TOLD, "num_round": "3"}, channels, image=OLD, count=2, distribution="ShardedByS3Key")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert list(xgboost.artifact(job)) == ["xgboost-model"]
