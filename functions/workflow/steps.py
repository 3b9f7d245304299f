"""The steps of training as Python shell jobs of a Glue workflow: `--steps Prepare`, then all the others.

What each step asks of SageMaker is in the definition that a SageMaker pipeline would have (`cf/training.pipeline.json`,
filled in by Build); its parameters are the properties of the workflow's run, and so are the results. The script is on
its own in S3; what it imports comes by `--extra-py-files`, as a wheel (`config/workflow.py`).
https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from botocore.exceptions import ClientError

from workflow import check
from workflow.run import Run, StepFailed


def register(run: Run) -> None:
    """Register the model's package, and tell it and its model."""
    made = run.sagemaker.create_model_package(ClientToken=run.properties["job"], **run.arguments("Register"))
    model = run.resolve({"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"})
    run.put(model_package_arn=made["ModelPackageArn"], model_data_url=model)


STEPS: dict[str, Callable[[Run], None]] = {
    "Prepare": lambda run: run.job("Prepare", "processing"),
    "Train": lambda run: run.job("Train", "training"),
    "Evaluate": lambda run: run.job("Evaluate", "processing"),
    "Gate": check.gate,
    "Check": check.check,
    "Register": register,
}


def main(words: list[str]) -> None:
    """Do the steps that this job is for."""
    parser = argparse.ArgumentParser()
    for option in ("steps", "definition", "WORKFLOW_NAME", "WORKFLOW_RUN_ID"):
        parser.add_argument(f"--{option}", required=True)
    options, _ = parser.parse_known_args(words)
    run = Run(options)
    for name in options.steps.split(","):
        print(name)
        try:
            STEPS[name](run)
        except check.GateClosed:
            return
        except (StepFailed, ClientError) as error:
            run.put(failed_step=name, failure=str(error))
            raise


if __name__ == "__main__":
    main(sys.argv[1:])
