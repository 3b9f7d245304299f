"""SageMaker Autopilot, version 2 of its API, for tabular data: a local AutoML library does what Autopilot does.

    operations              CreateAutoMLJobV2, DescribeAutoMLJobV2, ListAutoMLJobs, StopAutoMLJob
    candidates              ListCandidatesForAutoMLJob, and what a candidate is
    request, features       what a request may ask for
    records, life           a job's record, its thread, its end
    inputs, run, progress   what a job does; `slipway/engine/aws_images/autogluon/autopilot` is the program that trains

docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development.html
"""

from slipway.engine.services.sagemaker.automl import candidates, operations

__all__ = ["candidates", "operations"]
