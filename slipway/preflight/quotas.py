"""Service Quotas: instances of the configured types, and builds at once.

docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html
docs.aws.amazon.com/sagemaker/latest/dg/regions-quotas.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.preflight.finding import Finding, Launch, Unanswered, failed, not_looked, ok, unknown

# Of Build's project, cf/pipeline.yaml: BUILD_GENERAL1_MEDIUM.
_BUILDS = "Concurrently running builds for Linux/Medium environment"


def instances(asked: Launch) -> Iterator[Finding]:
    """The quota of each use of instances, against what a run and an update of production take."""
    try:
        quotas = _quotas(asked, "sagemaker")
    except Unanswered as error:
        yield not_looked("instances", "servicequotas:ListServiceQuotas", error)
        return
    for usage in asked.settings.usages():
        quota = quotas.get(usage.quota)
        if quota is None:
            text = f"there is no quota called {usage.quota}"
            yield unknown(
                "instances", text, "`aws service-quotas list-service-quotas --service-code sagemaker` lists them"
            )
        elif quota["Value"] < usage.least:
            text = f"{usage.quota}: {quota['Value']:.0f}, {usage.least} are needed"
            yield failed("instances", text, _increase(asked, quota, usage.most))
        else:
            more = f", at most {usage.most} are used" if usage.most != usage.least else ""
            short = "; no room to scale out so far" if quota["Value"] < usage.most else ""
            yield ok("instances", f"{usage.quota}: {quota['Value']:.0f}, {usage.least} are needed{more}{short}")


def builds(asked: Launch) -> Iterator[Finding]:
    """How many builds run at once: one is enough, and a new account may have none."""
    try:
        quota = _quotas(asked, "codebuild").get(_BUILDS)
    except Unanswered as error:
        yield not_looked("builds", "servicequotas:ListServiceQuotas", error)
        return
    if quota is None:
        yield unknown("builds", f"there is no quota called {_BUILDS}", "look at CodeBuild in Service Quotas' console")
    elif quota["Value"] < 1:
        yield failed("builds", f"{_BUILDS}: {quota['Value']:.0f}, 1 is needed", _increase(asked, quota, 1))
    else:
        yield ok("builds", f"{_BUILDS}: {quota['Value']:.0f}")


def _quotas(asked: Launch, service: str) -> dict[str, dict[str, Any]]:
    pages = asked.target.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode=service)
    return {quota["QuotaName"]: quota for page in pages for quota in page["Quotas"]}


def _increase(asked: Launch, quota: dict[str, Any], wanted: int) -> str:
    return (
        f"`aws service-quotas request-service-quota-increase --service-code {quota['ServiceCode']}"
        f" --quota-code {quota['QuotaCode']} --desired-value {wanted} --region {asked.target.region}`, and wait for AWS"
    )
