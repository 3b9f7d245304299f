"""The run of a Glue workflow that the job is part of: its properties are what the job is given.

https://docs.aws.amazon.com/glue/latest/dg/workflow-run-properties-code.html
"""

from __future__ import annotations

from typing import Any

import boto3


def properties(name: str, run_id: str) -> dict[str, str]:
    """What the run was started with, and what its jobs have told since."""
    glue: Any = boto3.client("glue")
    found: dict[str, str] = glue.get_workflow_run_properties(Name=name, RunId=run_id)["RunProperties"]
    return found
