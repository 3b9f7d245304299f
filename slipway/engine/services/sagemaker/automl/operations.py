"""AutoML jobs: the operations. What a job does is in `run`.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import tags
from slipway.engine.services.sagemaker.automl import life, records, request
from slipway.engine.services.sagemaker.automl.run import run
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.service import PRINCIPAL, SERVICE, arn, named, now, pick, rendered, table

if TYPE_CHECKING:
    from slipway.engine.service import Call

_LISTING = Listing("AutoMLJobSummaries", "AutoMLJobName", "AutoMLJobStatus")
_NAMED = named(records.ARN, "AutoMLJobName")


@SERVICE.operation("CreateAutoMLJobV2", resource=_NAMED, passes={"RoleArn": PRINCIPAL})
def create_automl_job(call: Call) -> dict[str, Any]:
    """Register the job and start it."""
    params = call.params
    request.check(params)
    name = params["AutoMLJobName"]
    job_arn = arn(call.engine, records.ARN, name)
    tags.check(call, job_arn)
    record = {
        **{key: value for key, value in params.items() if key != "Tags"},
        "AutoMLJobArn": job_arn,
        "AutoMLProblemTypeConfigName": "Tabular",
        "AutoMLJobStatus": "InProgress",
        "AutoMLJobSecondaryStatus": "Starting",
        "CreationTime": now(),
        "LastModifiedTime": now(),
        "_candidates": {},
    }
    records.claim(call.engine, record)
    tags.put(call.engine, job_arn, params.get("Tags", []))
    life.start(call.engine, name, run)
    return {"AutoMLJobArn": job_arn}


@SERVICE.operation("DescribeAutoMLJobV2", resource=_NAMED)
def describe_automl_job(call: Call) -> dict[str, Any]:
    """Everything about one job, with its best candidate once there is one.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeAutoMLJobV2.html
    """
    return rendered(records.find(call.engine, call.params["AutoMLJobName"]))


@SERVICE.operation("ListAutoMLJobs")
def list_automl_jobs(call: Call) -> dict[str, Any]:
    """One page of jobs; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListAutoMLJobs.html."""
    params = {"SortBy": "Name", **call.params}
    return _LISTING.page(table(call.engine, records.TABLE).values(), params, _summary)


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    return pick(
        record,
        "AutoMLJobName",
        "AutoMLJobArn",
        "AutoMLJobStatus",
        "AutoMLJobSecondaryStatus",
        "CreationTime",
        "EndTime",
        "LastModifiedTime",
        "FailureReason",
        "PartialFailureReasons",
    )


@SERVICE.operation("StopAutoMLJob", resource=_NAMED)
def stop_automl_job(call: Call) -> None:
    """End the program; candidates that were completed stay.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopAutoMLJob.html
    """
    life.stop(call.engine, call.params["AutoMLJobName"])
