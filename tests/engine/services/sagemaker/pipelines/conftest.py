"""Pipelines on SageMaker's tests' engine."""

from __future__ import annotations

import pytest

from tests.engine.services.sagemaker.pipelines.support import Pipelines, prepare
from tests.engine.services.sagemaker.support import Sagemaker


@pytest.fixture(scope="session")
def with_role(sagemaker: Sagemaker) -> Sagemaker:
    prepare(sagemaker)
    return sagemaker


@pytest.fixture
def pipelines(with_role: Sagemaker) -> Pipelines:
    return Pipelines(with_role)
