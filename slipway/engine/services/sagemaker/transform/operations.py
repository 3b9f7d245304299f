"""Transform jobs: the operations.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import jobs, tags
from slipway.engine.services.sagemaker.jobs import TRANSFORM
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.quota import check_instances
from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.service import SERVICE, invalid, named, pick, rendered, table
from slipway.engine.services.sagemaker.storage import Location
from slipway.engine.services.sagemaker.transform import joining
from slipway.engine.services.sagemaker.transform.json_path import PathInvalid
from slipway.engine.services.sagemaker.transform.plan import Plan
from slipway.engine.services.sagemaker.transform.run import run

if TYPE_CHECKING:
    from slipway.engine.service import Call

ACCEPTED = (
    "TransformJobName",
    "ModelName",
    "MaxConcurrentTransforms",
    "ModelClientConfig",
    "MaxPayloadInMB",
    "BatchStrategy",
    "Environment",
    "TransformInput",
    "TransformOutput",
    "TransformResources.InstanceType",
    "TransformResources.InstanceCount",
    "TransformResources.VolumeKmsKeyId",
    "DataProcessing",
    "Tags",
)
_LISTING = Listing("TransformJobSummaries", "TransformJobName", "TransformJobStatus")
_MOST_MEGABYTES = 100


@SERVICE.operation("CreateTransformJob", resource=named(TRANSFORM.arn, "TransformJobName"))
def create_transform_job(call: Call) -> dict[str, Any]:
    """Register the job and start it. It works under its model's role, which was passed with the model."""
    params = call.params
    accept_only("CreateTransformJob", params, ACCEPTED)
    _check(params)
    plan = Plan.of(call.engine, params["ModelName"])
    tags.check(call, call.arn(f"{TRANSFORM.arn}/{params['TransformJobName']}"))
    record = {key: value for key, value in params.items() if key != "Tags"}
    record |= {"TransformJobStatus": "InProgress", "_Plan": plan.to_json()}
    job_arn = jobs.create(call.engine, TRANSFORM, record, run)
    tags.put(call.engine, job_arn, params.get("Tags", []))
    return {"TransformJobArn": job_arn}


def _check(params: dict[str, Any]) -> None:
    source, output = params["TransformInput"], params["TransformOutput"]
    s3 = source["DataSource"]["S3DataSource"]
    where = "TransformInput.DataSource.S3DataSource.S3DataType"
    refuse_value("CreateTransformJob", where, s3["S3DataType"], ("S3Prefix", "ManifestFile"))
    split = source.get("SplitType", "None")
    refuse_value("CreateTransformJob", "TransformInput.SplitType", split, ("None", "Line"))
    Location.parse(s3["S3Uri"])
    Location.parse(output["S3OutputPath"])
    resources = params["TransformResources"]
    check_instances(resources["InstanceCount"], resources["InstanceType"], "transform job usage")
    if split == "None" and "BatchStrategy" in params and params["BatchStrategy"] == "SingleRecord":
        raise invalid("BatchStrategy SingleRecord needs a SplitType other than None")
    _check_payload(params)
    _check_processing(params.get("DataProcessing", {}), source, output)


def _check_payload(params: dict[str, Any]) -> None:
    payload, concurrent = params.get("MaxPayloadInMB", 6), params.get("MaxConcurrentTransforms", 0)
    if payload == 0:
        refuse_value("CreateTransformJob", "MaxPayloadInMB", payload, ("1 to 100",))
    if max(payload, payload * concurrent) > _MOST_MEGABYTES:
        raise invalid(
            f"MaxPayloadInMB ({payload}), and its product with MaxConcurrentTransforms ({concurrent}), cannot exceed "
            f"{_MOST_MEGABYTES} MB"
        )


def _check_processing(wanted: dict[str, Any], source: dict[str, Any], output: dict[str, Any]) -> None:
    """Filters and joins need one of three types, the same on both sides, and CSV is taken line by line.

    docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html#batch-transform-data-processing-steps
    """
    content_type = joining.media_type(source.get("ContentType", ""))
    try:
        processing = joining.Processing.parse(wanted, content_type)
    except PathInvalid as error:
        raise invalid(f"DataProcessing: {error}") from error
    if not processing.input_filter and not processing.reads_answers:
        return
    accept = joining.media_type(output.get("Accept", ""))
    if content_type not in joining.TYPES or accept != content_type:
        raise invalid(
            "DataProcessing needs the same ContentType and Accept, one of "
            f"{', '.join(joining.TYPES)}; they are {content_type!r} and {accept!r}"
        )
    by_line = source.get("SplitType", "None") == output.get("AssembleWith", "None") == "Line"
    if content_type == joining.CSV and not by_line:
        raise invalid("DataProcessing of text/csv needs Line as both SplitType and AssembleWith")


@SERVICE.operation("DescribeTransformJob", resource=named(TRANSFORM.arn, "TransformJobName"))
def describe_transform_job(call: Call) -> dict[str, Any]:
    """Everything about one job.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html
    """
    record = TRANSFORM.find(call.engine, call.params["TransformJobName"])
    return rendered({key: value for key, value in record.items() if key != "LastModifiedTime"})


@SERVICE.operation("ListTransformJobs")
def list_transform_jobs(call: Call) -> dict[str, Any]:
    """One page of jobs; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html."""
    return _LISTING.page(table(call.engine, TRANSFORM.table).values(), call.params, _summary)


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    return pick(
        record,
        "TransformJobName",
        "TransformJobArn",
        "CreationTime",
        "TransformEndTime",
        "LastModifiedTime",
        "TransformJobStatus",
        "FailureReason",
    )


@SERVICE.operation("StopTransformJob", resource=named(TRANSFORM.arn, "TransformJobName"))
def stop_transform_job(call: Call) -> None:
    """End the job; it leaves no output. docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTransformJob.html."""
    jobs.stop(call.engine, TRANSFORM, call.params["TransformJobName"])
