"""SageMaker Pipelines: definitions in JSON, executed step by step under the pipeline's role.

    definition, step_checks, arguments   a definition, checked as a whole when its pipeline is made
    expressions, paths, conditions       what stands for values in it
    pipelines_api, executions_api, …     the operations
    driver                               an execution's way through its steps; it goes on after a restart
    steps/                               what each type of step does
    retries, caching                     when a step is tried again, and when it need not run at all

docs.aws.amazon.com/sagemaker/latest/dg/pipelines.html
"""

from __future__ import annotations

from slipway.engine.services.sagemaker.pipelines import callbacks_api, executions_api, pipelines_api, reads_api
from slipway.engine.services.sagemaker.pipelines.driver import resume

__all__ = ["callbacks_api", "executions_api", "pipelines_api", "reads_api", "resume"]
