"""The script of the Glue job, on its own in S3: everything else comes by `--extra-py-files`.

docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from pyspark import SparkContext

from jobs import settings
from jobs.spark import objects, preparation, workflow
from jobs.spark.table import SparkTable


def main() -> None:
    """Prepare a table for a run; what a person can mend ends as the run's ErrorMessage."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--key", required=True, help="the ARN of the key of what is written")
    parser.add_argument("--data", help="the address of the table")
    parser.add_argument("--run", help="the address of the run")
    # What a workflow's job is given instead.
    parser.add_argument("--WORKFLOW_NAME")
    parser.add_argument("--WORKFLOW_RUN_ID")
    # Glue adds arguments of its own.
    given, _ = parser.parse_known_args()
    data, run = given.data, given.run
    if given.WORKFLOW_RUN_ID:
        properties = workflow.properties(given.WORKFLOW_NAME, given.WORKFLOW_RUN_ID)
        data, run = properties["DataUri"], properties["Run"]
    with tempfile.TemporaryDirectory() as folder:
        objects.fetch(f"{run}/execution.json", Path(folder))
        configuration = settings.load(Path(folder))
    files = objects.tables(data)
    table = SparkTable(SparkContext.getOrCreate(), files, configuration)
    names = [Path(file).name for file in files]
    preparation.prepare(table, names, configuration, objects.Outputs(f"{run}/prepare", given.key))


if __name__ == "__main__":
    main()
