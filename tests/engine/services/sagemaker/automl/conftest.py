"""The role of AutoML jobs."""

from __future__ import annotations

import pytest

from tests.engine.services.sagemaker.automl.support import prepare_role
from tests.engine.services.sagemaker.support import Sagemaker


@pytest.fixture(scope="session", autouse=True)
def automl_role(sagemaker: Sagemaker) -> None:
    prepare_role(sagemaker)
