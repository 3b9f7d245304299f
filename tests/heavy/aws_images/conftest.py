"""The engine's own fixtures, and the jobs of the built-in XGBoost algorithm. Its old version is installed first."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.aws_images import StandIn, known
from tests.engine.aws_images.conftest import IMAGE, xgboost
from tests.engine.conftest import engine
from tests.environments import share

__all__ = ["engine", "xgboost"]
OLD = IMAGE.replace("3.0-5", "1.7-1")


@pytest.fixture(scope="session", autouse=True)
def installed(engine: Any) -> None:
    """Its download may take longer than a job of these tests."""
    share(engine.home)
    StandIn(OLD, known()["sagemaker-xgboost"], "1.7-1", engine.home / "images/environments").install(print)
