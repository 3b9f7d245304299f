"""Jobs: their definitions.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.service import Call
from slipway.engine.services.glue import definition, tags
from slipway.engine.services.glue.service import (
    PRINCIPAL,
    SERVICE,
    each_named,
    find,
    named,
    now,
    page,
    rendered,
    table,
    taken,
)

KIND = "job"


@SERVICE.operation("CreateJob", resource=named(KIND))
def create_job(call: Call) -> dict[str, Any]:
    """A job; what the engine would not execute is refused now, not when it runs."""
    name = call.params["Name"]
    record = _checked(call, "CreateJob", call.params)
    tags.check(call, call.arn(f"{KIND}/{name}"))
    at = now()
    if not table(call.engine, KIND).claim(name, {**record, "CreatedOn": at, "LastModifiedOn": at}):
        raise taken("Job", name)
    tags.put(call.engine, call.arn(f"{KIND}/{name}"), call.params.get("Tags", {}))
    return {"Name": name}


@SERVICE.operation("UpdateJob", resource=named(KIND, "JobName"))
def update_job(call: Call) -> dict[str, Any]:
    """A new definition in place of the old one: what it leaves out goes back to its default."""
    name = call.params["JobName"]
    before = find(call.engine, KIND, name)
    record = _checked(call, "UpdateJob", {"Name": name, **call.params["JobUpdate"]})
    table(call.engine, KIND)[name] = {**record, "CreatedOn": before["CreatedOn"], "LastModifiedOn": now()}
    return {"JobName": name}


def _checked(call: Call, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    given = {member: value for member, value in params.items() if member != "Tags"}
    definition.check(operation, given)
    call.caller.check_pass_role(definition.role_arn(call.account, given["Role"]), PRINCIPAL)
    return definition.complete(given)


@SERVICE.operation("GetJob", resource=named(KIND, "JobName"))
def get_job(call: Call) -> dict[str, Any]:
    """One job's definition."""
    return {"Job": rendered(find(call.engine, KIND, call.params["JobName"]))}


@SERVICE.operation("GetJobs")
def get_jobs(call: Call) -> dict[str, Any]:
    """All definitions."""
    return page([rendered(record) for record in table(call.engine, KIND).values()], call.params, "Jobs")


@SERVICE.operation("BatchGetJobs", resource=each_named(KIND, "JobNames"))
def batch_get_jobs(call: Call) -> dict[str, Any]:
    """Several definitions, and the names that are none's."""
    found = {name: table(call.engine, KIND).get(name) for name in call.params["JobNames"]}
    return {
        "Jobs": [rendered(record) for record in found.values() if record],
        "JobsNotFound": [name for name, record in found.items() if record is None],
    }


@SERVICE.operation("ListJobs")
def list_jobs(call: Call) -> dict[str, Any]:
    """The names of all jobs, or of those with some tags."""
    wanted = call.params.get("Tags", {})
    names = [name for name in table(call.engine, KIND) if tags.has(call.engine, call.arn(f"{KIND}/{name}"), wanted)]
    return page(names, call.params, "JobNames")


@SERVICE.operation("DeleteJob", resource=named(KIND, "JobName"))
def delete_job(call: Call) -> dict[str, Any]:
    """Forget a job and its runs; one that is not there is no error."""
    name = call.params["JobName"]
    table(call.engine, KIND).pop(name, None)
    tags.drop(call.engine, call.arn(f"{KIND}/{name}"))
    return {"JobName": name}
