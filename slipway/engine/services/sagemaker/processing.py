"""Processing jobs: the operations. What a job does is in `processing_run`.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import jobs, tags
from slipway.engine.services.sagemaker.jobs import PROCESSING
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.processing_run import run
from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.service import PRINCIPAL, SERVICE, invalid, named, pick, rendered, table
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.service import Call

ACCEPTED = (
    "ProcessingJobName",
    "RoleArn",
    "Environment",
    "Tags",
    "AppSpecification",
    "ProcessingInputs.InputName",
    "ProcessingInputs.AppManaged",
    "ProcessingInputs.S3Input",
    "ProcessingOutputConfig.KmsKeyId",
    "ProcessingOutputConfig.Outputs.OutputName",
    "ProcessingOutputConfig.Outputs.AppManaged",
    "ProcessingOutputConfig.Outputs.S3Output",
    "ProcessingResources.ClusterConfig.InstanceCount",
    "ProcessingResources.ClusterConfig.InstanceType",
    "ProcessingResources.ClusterConfig.VolumeSizeInGB",
    "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
    "StoppingCondition",
    "NetworkConfig",
)
_LISTING = Listing("ProcessingJobSummaries", "ProcessingJobName", "ProcessingJobStatus")
_DEFAULT_MAX_RUNTIME = 86400


@SERVICE.operation(
    "CreateProcessingJob", resource=named(PROCESSING.arn, "ProcessingJobName"), passes={"RoleArn": PRINCIPAL}
)
def create_processing_job(call: Call) -> dict[str, Any]:
    """Register the job and start it."""
    params = call.params
    accept_only("CreateProcessingJob", params, ACCEPTED)
    _check(params)
    tags.check(call, call.arn(f"{PROCESSING.arn}/{params['ProcessingJobName']}"))
    record = {key: value for key, value in params.items() if key != "Tags"}
    record.setdefault("StoppingCondition", {"MaxRuntimeInSeconds": _DEFAULT_MAX_RUNTIME})
    record["ProcessingJobStatus"] = "InProgress"
    job_arn = jobs.create(call.engine, PROCESSING, record, run)
    tags.put(call.engine, job_arn, params.get("Tags", []))
    return {"ProcessingJobArn": job_arn}


def _check(params: dict[str, Any]) -> None:
    cluster = params["ProcessingResources"]["ClusterConfig"]
    if "InstanceType" not in cluster or "InstanceCount" not in cluster:
        raise invalid("ProcessingResources.ClusterConfig must give an InstanceType and an InstanceCount")
    for index, item in enumerate(params.get("ProcessingInputs", [])):
        _check_input(f"ProcessingInputs[{index}]", item)
    for index, item in enumerate(params.get("ProcessingOutputConfig", {}).get("Outputs", [])):
        _check_output(f"ProcessingOutputConfig.Outputs[{index}]", item)


def _check_input(where: str, item: dict[str, Any]) -> None:
    source = item.get("S3Input")
    if source is None:
        raise invalid(f"{where} must hold an S3Input")
    refuse_value("CreateProcessingJob", f"{where}.AppManaged", item.get("AppManaged", False), (False,))
    refuse_value("CreateProcessingJob", f"{where}.S3Input.S3InputMode", source.get("S3InputMode", "File"), ("File",))
    compression = source.get("S3CompressionType", "None")
    refuse_value("CreateProcessingJob", f"{where}.S3Input.S3CompressionType", compression, ("None",))
    _check_place(f"{where}.S3Input", source)


def _check_output(where: str, item: dict[str, Any]) -> None:
    output = item.get("S3Output")
    if output is None:
        raise invalid(f"{where} must hold an S3Output")
    refuse_value("CreateProcessingJob", f"{where}.AppManaged", item.get("AppManaged", False), (False,))
    mode = output["S3UploadMode"]
    refuse_value("CreateProcessingJob", f"{where}.S3Output.S3UploadMode", mode, ("EndOfJob",))
    _check_place(f"{where}.S3Output", output)


def _check_place(where: str, place: dict[str, Any]) -> None:
    """A LocalPath must be an absolute path that begins with /opt/ml/processing.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Input.html
    """
    Location.parse(place["S3Uri"])
    path = place.get("LocalPath", "")
    if not f"{path}/".startswith("/opt/ml/processing/") or ".." in path.split("/"):
        raise invalid(
            f"{where}.LocalPath is {path!r}; it must be an absolute path that begins with /opt/ml/processing/"
        )


@SERVICE.operation("DescribeProcessingJob", resource=named(PROCESSING.arn, "ProcessingJobName"))
def describe_processing_job(call: Call) -> dict[str, Any]:
    """Everything about one job.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html
    """
    return rendered(PROCESSING.find(call.engine, call.params["ProcessingJobName"]))


@SERVICE.operation("ListProcessingJobs")
def list_processing_jobs(call: Call) -> dict[str, Any]:
    """One page of jobs; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListProcessingJobs.html."""
    return _LISTING.page(table(call.engine, PROCESSING.table).values(), call.params, _summary)


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    return pick(
        record,
        "ProcessingJobName",
        "ProcessingJobArn",
        "CreationTime",
        "ProcessingEndTime",
        "LastModifiedTime",
        "ProcessingJobStatus",
        "FailureReason",
        "ExitMessage",
    )


@SERVICE.operation("StopProcessingJob", resource=named(PROCESSING.arn, "ProcessingJobName"))
def stop_processing_job(call: Call) -> None:
    """SIGTERM, then SIGKILL; docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopProcessingJob.html."""
    jobs.stop(call.engine, PROCESSING, call.params["ProcessingJobName"])
