"""Spark for a run: one process of this machine, driver and executors in it.

docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html
"""

from __future__ import annotations

from pathlib import Path

from slipway.engine.services.glue import environment

VERSION = "3.5.6"
_SETTINGS = {
    "spark.driver.memory": "2g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
}


def variables(python: Path, folder: Path) -> dict[str, str]:
    """What PySpark reads; `folder` is the run's own."""
    settings = {**_SETTINGS, "spark.local.dir": folder / "tmp", "spark.sql.warehouse.dir": folder / "warehouse"}
    words = [f"--conf {name}={value}" for name, value in settings.items()]
    return {
        "JAVA_HOME": str(environment.java_home(python)),
        "PYSPARK_PYTHON": str(python / "bin" / "python"),
        "PYSPARK_SUBMIT_ARGS": " ".join(["--master local[*]", *words, "pyspark-shell"]),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SLIPWAY_S3_MIRROR": str(folder / "s3"),
    }
