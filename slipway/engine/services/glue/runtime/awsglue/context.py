"""`awsglue.context.GlueContext`: the way to a Spark session; everything of DynamicFrames is refused by name.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

from __future__ import annotations

import logging
from typing import Any

from pyspark.sql import SparkSession

from .refused import NotExecutedLocally


class GlueContext:
    """Around a Spark context."""

    def __init__(self, sparkContext: Any, **_: Any) -> None:  # noqa: N803 - Glue's own name
        self.spark_session = SparkSession.builder.getOrCreate()
        self._sc = sparkContext

    def getSparkSession(self) -> SparkSession:  # noqa: N802 - Glue's own name
        """The session."""
        return self.spark_session

    def get_logger(self) -> logging.Logger:
        """A logger; its lines go where the run's errors go, as a driver's do."""
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        return logging.getLogger("glue")

    def __getattr__(self, member: str) -> Any:
        if member.startswith("__"):
            raise AttributeError(member)
        raise NotExecutedLocally(f"GlueContext.{member}")
