"""The table of what is executed of MiniStack's services is AWS's own words, and MiniStack's."""

from __future__ import annotations

import importlib

import pytest

from slipway.engine.caller import service_model
from slipway.engine.executed import SERVED

pytestmark = pytest.mark.specification("docs.aws.amazon.com/general/latest/gr/aws-service-information.html")


@pytest.mark.parametrize("service", sorted(SERVED))
def test_every_operation_is_one_of_aws_s(service: str) -> None:
    known = set(service_model(service, "us-east-1").operation_names)
    assert SERVED[service].operations - known == set()


@pytest.mark.parametrize("service", sorted(SERVED))
def test_every_service_is_one_of_ministack_s(service: str) -> None:
    assert SERVED[service].ministack in importlib.import_module("ministack.app").SERVICE_REGISTRY
