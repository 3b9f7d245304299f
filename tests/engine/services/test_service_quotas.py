"""Service Quotas: what this engine refuses more of."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.quota import check_instances
from tests.engine.conftest import RunningEngine

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html"
)


@pytest.fixture
def quotas(engine: RunningEngine) -> Any:
    return engine.client("service-quotas")


def by_name(quotas: Any) -> dict[str, dict[str, Any]]:
    pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    return {quota["QuotaName"]: quota for page in pages for quota in page["Quotas"]}


def test_the_quotas_are_those_of_each_instance_type_of_endpoints_and_jobs(quotas: Any) -> None:
    found = by_name(quotas)
    quota = found["ml.m5.large for endpoint usage"]
    assert (quota["Value"], quota["ServiceCode"], quota["Adjustable"]) == (100.0, "sagemaker", False)
    assert quota["QuotaArn"] == f"arn:aws:servicequotas:us-east-1:111122223333:sagemaker/{quota['QuotaCode']}"
    jobs = ("training", "spot training", "processing", "transform")
    assert {f"ml.m5.large for {kind} job usage" for kind in jobs} <= found.keys()
    assert len({quota["QuotaCode"] for quota in found.values()}) == len(found)


def test_a_quota_is_the_limit_at_which_sagemaker_refuses(quotas: Any) -> None:
    for usage in ("endpoint usage", "training job usage", "transform job usage"):
        most = int(by_name(quotas)[f"ml.m5.large for {usage}"]["Value"])
        check_instances(most, "ml.m5.large", usage)
        with pytest.raises(AwsError, match=rf"'ml\.m5\.large for {usage}' is {most} Instances"):
            check_instances(most + 1, "ml.m5.large", usage)


def test_a_page_has_as_many_as_asked_for_and_the_next_one_goes_on(quotas: Any) -> None:
    first = quotas.list_service_quotas(ServiceCode="sagemaker", MaxResults=2)
    second = quotas.list_service_quotas(ServiceCode="sagemaker", MaxResults=2, NextToken=first["NextToken"])
    names = [quota["QuotaName"] for page in (first, second) for quota in page["Quotas"]]
    assert len(set(names)) == 4
    with pytest.raises(quotas.exceptions.InvalidPaginationTokenException):
        quotas.list_service_quotas(ServiceCode="sagemaker", NextToken="nowhere")


def test_one_quota_is_found_by_its_code(quotas: Any) -> None:
    code = by_name(quotas)["ml.m5.large for training job usage"]["QuotaCode"]
    found = quotas.get_service_quota(ServiceCode="sagemaker", QuotaCode=code)["Quota"]
    assert found["QuotaName"] == "ml.m5.large for training job usage"
    with pytest.raises(quotas.exceptions.NoSuchResourceException, match="The quota L-00000000 does not exist"):
        quotas.get_service_quota(ServiceCode="sagemaker", QuotaCode="L-00000000")


def test_of_a_service_without_quotas_here_it_is_said(quotas: Any) -> None:
    with pytest.raises(quotas.exceptions.NoSuchResourceException, match="This engine has no quotas of codebuild"):
        quotas.list_service_quotas(ServiceCode="codebuild")
