"""The engine's own fixtures, and the jobs of the built-in XGBoost algorithm."""

from tests.engine.aws_images.conftest import xgboost
from tests.engine.conftest import engine

__all__ = ["engine", "xgboost"]
