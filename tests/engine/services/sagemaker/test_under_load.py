"""Endpoints that are changed while fifty requests a second come in."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from botocore.config import Config

from slipway import faults
from tests.end_to_end.steady import THREADS, Steady
from tests.engine.services.sagemaker.support import Hosted, eventually, variant
from tests.engine.services.sagemaker.test_endpoints import canary

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html")

RATE = 50.0


def asking(hosted: Hosted, endpoint: str, models: list[str]) -> Callable[[], object]:
    """One request that nobody makes again, and which model answered it."""
    engine = hosted.account.running
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=THREADS)
    runtime = engine.session().client("sagemaker-runtime", endpoint_url=engine.url, config=config)

    def ask() -> None:
        answer = runtime.invoke_endpoint(EndpointName=endpoint, Body="x", ContentType="text/csv")
        models.append(json.loads(answer["Body"].read())["model"])

    return ask


def test_an_update_under_fifty_requests_a_second_drops_none(hosted: Hosted) -> None:
    name, models = hosted.serving("old", 2), list[str]()
    with Steady(asking(hosted, name, models), RATE) as load:
        eventually(lambda: len(models) > RATE)
        config = hosted.config(variant(hosted.model("new"), 2))
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=canary(60))
        assert hosted.settled(name)["EndpointConfigName"] == config
        seen = len(models)
        eventually(lambda: len(models) > seen + RATE)
    assert load.errors == []
    assert (models[0], models[-1]) == ("old", "new")
    assert load.rate > 0.8 * RATE, load.rate


def test_a_bad_model_is_rolled_back_by_the_alarm_on_its_errors(hosted: Hosted) -> None:
    name, models = hosted.serving("old", 2), list[str]()
    dimensions = [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}]
    hosted.account.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{name}-errors",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=dimensions,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=5.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    guarded = canary(600, AutoRollbackConfiguration={"Alarms": [{"AlarmName": f"{name}-errors"}]})
    bad = hosted.config(variant(hosted.model("bad", FAIL="500"), 2))
    with Steady(asking(hosted, name, models), RATE) as load:
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=bad, DeploymentConfig=guarded)
        found = hosted.settled(name)
        asked = len(load.told)
        eventually(lambda: len(load.told) > asked + 2 * RATE)
    assert found["EndpointConfigName"] != bad
    assert f"were tripped: {name}-errors" in found["FailureReason"]
    assert load.errors, "the canary has met the bad model"
    assert set(models) == {"old"}, "the old one answered meanwhile"
    # Those that were under way while the canary was drained are told after the endpoint says that it has settled.
    assert [told.error for told in load.told[asked + THREADS :] if told.error] == []


def test_a_lost_instance_costs_no_more_than_what_it_was_answering(hosted: Hosted) -> None:
    models: list[str] = []
    rule = faults.add(hosted.account.running, {"what": "kill", "job": "endpoint/*", "times": 1, "seconds": 4})
    try:
        name = hosted.serving("one", 2)
        with Steady(asking(hosted, name, models), RATE) as load:
            eventually(lambda: faults.rules(hosted.account.running)[0]["hits"] == 1)
            eventually(lambda: len({hosted.invoke(name)["pid"] for _ in range(12)}) == 2)
            eventually(lambda: len(load.told) > 6 * RATE)
    finally:
        faults.clear(hosted.account.running, [rule["id"]])
    assert len(load.errors) <= THREADS
    assert len(models) > 5 * RATE
