"""SageMaker: jobs as real processes, endpoints as real servers, the model registry.

    training, processing        the jobs' operations; *_run: what a job does; containers: its processes
    transform/, tuning/         batch transform; hyperparameter tuning
    models, endpoint_configs    what an endpoint serves
    endpoints, hosting/         the endpoints' operations, and their life
    registry, package_groups    model packages and their groups
    pipelines/                  SageMaker Pipelines
    automl/                     Autopilot's jobs
    tags, listing, refusal      what all of them share

An operation that is not declared in these modules is refused by the dispatcher; a request's member that is not executed
is refused by name (`refusal.accept_only`).
"""

from slipway.engine.engine import Engine
from slipway.engine.services.sagemaker import (
    automl,
    endpoint_configs,
    endpoints,
    models,
    package_groups,
    pipelines,
    processing,
    registry,
    tags,
    training,
)
from slipway.engine.services.sagemaker.jobs import PROCESSING, TRAINING, TRANSFORM, TUNING, fail_interrupted
from slipway.engine.services.sagemaker.service import SERVICE
from slipway.engine.services.sagemaker.transform import operations as transform_jobs
from slipway.engine.services.sagemaker.tuning import operations as tuning_jobs


@SERVICE.on_start
def fail_interrupted_jobs(engine: Engine) -> None:
    """A job's processes end with the engine; what it wrote to S3 stays."""
    for kind in (TRAINING, PROCESSING, TRANSFORM, TUNING):
        fail_interrupted(engine, kind)


SERVICE.on_start(pipelines.resume)

__all__ = [
    "SERVICE",
    "automl",
    "endpoint_configs",
    "endpoints",
    "models",
    "package_groups",
    "pipelines",
    "processing",
    "registry",
    "tags",
    "training",
    "transform_jobs",
    "tuning_jobs",
]
