"""AWS Glue: jobs as real processes, and workflows of them.

    definition, arguments   what a job may be, and what its script is given
    jobs, runs              the operations
    running, run            the life of a run; environment, files, output, spark: what it needs
    runtime/                what is on the path of a job's own Python: `awsglue`, and S3 for PySpark
    triggers, workflows     the operations; trigger_check: what of a trigger is executed
    workflow_runs, flow     the operations, and what moves a run on; graph, workflow_records: how it is shown
    tags                    of all of them

The Data Catalog, crawlers and everything else is refused by the dispatcher, since no operation of theirs is declared.
"""

from slipway.engine.services.glue import jobs, runs, tags, triggers, workflow_runs, workflows
from slipway.engine.services.glue.service import SERVICE

__all__ = ["SERVICE", "jobs", "runs", "tags", "triggers", "workflow_runs", "workflows"]
