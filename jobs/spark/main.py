"""The script of the Glue job, on its own in S3: everything else comes by `--extra-py-files`.

docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from pyspark import SparkContext

from jobs import settings
from jobs.spark import objects, preparation
from jobs.spark.table import SparkTable


def main() -> None:
    """Prepare the table at `--data` for the run at `--run`; what a person can mend ends as the run's ErrorMessage."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name, meaning in (("--data", "of the table"), ("--run", "of the run"), ("--key", "of what is written")):
        parser.add_argument(name, required=True, help=f"the address {meaning}; of the key its ARN")
    # Glue adds arguments of its own.
    given, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        objects.fetch(f"{given.run}/execution.json", Path(folder))
        configuration = settings.load(Path(folder))
    files = objects.tables(given.data)
    table = SparkTable(SparkContext.getOrCreate(), files, configuration)
    names = [Path(file).name for file in files]
    preparation.prepare(table, names, configuration, objects.Outputs(f"{given.run}/prepare", given.key))


if __name__ == "__main__":
    main()
