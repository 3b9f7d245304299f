"""Training jobs: the operations. What a job does is in `training_run`.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine import images
from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import jobs, tags
from slipway.engine.services.sagemaker.jobs import TRAINING
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.metrics import compiled
from slipway.engine.services.sagemaker.quota import check_instances
from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.service import PRINCIPAL, SERVICE, invalid, named, pick, rendered, table
from slipway.engine.services.sagemaker.storage import Location
from slipway.engine.services.sagemaker.training_run import run

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call

ACCEPTED = (
    "TrainingJobName",
    "RoleArn",
    "HyperParameters",
    "Environment",
    "Tags",
    "AlgorithmSpecification.TrainingImage",
    "AlgorithmSpecification.TrainingInputMode",
    "AlgorithmSpecification.MetricDefinitions",
    "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries",
    "AlgorithmSpecification.ContainerEntrypoint",
    "AlgorithmSpecification.ContainerArguments",
    "InputDataConfig.ChannelName",
    "InputDataConfig.ContentType",
    "InputDataConfig.CompressionType",
    "InputDataConfig.RecordWrapperType",
    "InputDataConfig.InputMode",
    "InputDataConfig.DataSource.S3DataSource.S3DataType",
    "InputDataConfig.DataSource.S3DataSource.S3Uri",
    "InputDataConfig.DataSource.S3DataSource.S3DataDistributionType",
    "OutputDataConfig",
    "ResourceConfig.InstanceType",
    "ResourceConfig.InstanceCount",
    "ResourceConfig.VolumeSizeInGB",
    "ResourceConfig.VolumeKmsKeyId",
    "StoppingCondition.MaxRuntimeInSeconds",
    "StoppingCondition.MaxWaitTimeInSeconds",
    "EnableManagedSpotTraining",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "CheckpointConfig",
    "VpcConfig",
    "ProfilerConfig.DisableProfiler",
    "RetryStrategy",
)
_DEFAULT_MAX_RUNTIME = 86400
_LISTING = Listing("TrainingJobSummaries", "TrainingJobName", "TrainingJobStatus")


@SERVICE.operation("CreateTrainingJob", resource=named(TRAINING.arn, "TrainingJobName"), passes={"RoleArn": PRINCIPAL})
def create_training_job(call: Call) -> dict[str, Any]:
    """Register the job and start it."""
    params = call.params
    check(params)
    tags.check(call, call.arn(f"{TRAINING.arn}/{params['TrainingJobName']}"))
    return {"TrainingJobArn": start(call.engine, params)}


def check(params: dict[str, Any]) -> None:
    """Refuse a request that SageMaker refuses, or this engine."""
    accept_only("CreateTrainingJob", params, ACCEPTED)
    _check(params)


def start(engine: Engine, params: dict[str, Any], **more: str) -> str:
    """Register and start what was checked; its ARN. `more` is what only its description has."""
    record = {**{key: value for key, value in params.items() if key != "Tags"}, **more}
    record["AlgorithmSpecification"] = _with_metrics(params["AlgorithmSpecification"])
    record["StoppingCondition"] = {
        "MaxRuntimeInSeconds": _DEFAULT_MAX_RUNTIME,
        **params.get("StoppingCondition", {}),
    }
    record["TrainingJobStatus"] = "InProgress"
    jobs.transition(record, "Starting")
    job_arn = jobs.create(engine, TRAINING, record, run)
    tags.put(engine, job_arn, params.get("Tags", []))
    return job_arn


def _with_metrics(algorithm: dict[str, Any]) -> dict[str, Any]:
    """An algorithm of AWS's own brings its metrics along; a definition of the same name that is given goes first.

    docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html
    """
    given = algorithm.get("MetricDefinitions", [])
    named = {definition["Name"] for definition in given}
    own = [item for item in images.metric_definitions(algorithm["TrainingImage"]) if item["Name"] not in named]
    return {**algorithm, "MetricDefinitions": [*given, *own]} if own else algorithm


def _check(params: dict[str, Any]) -> None:
    algorithm = params.get("AlgorithmSpecification", {})
    if "TrainingImage" not in algorithm:
        raise invalid("AlgorithmSpecification must name a TrainingImage")
    resources = params.get("ResourceConfig", {})
    if not resources.get("InstanceType") or not resources.get("InstanceCount"):
        raise invalid("ResourceConfig must give an InstanceType and an InstanceCount of at least 1")
    usage = f"{'spot ' if params.get('EnableManagedSpotTraining') else ''}training job usage"
    check_instances(resources["InstanceCount"], resources["InstanceType"], usage)
    Location.parse(params["OutputDataConfig"]["S3OutputPath"])
    compiled(algorithm.get("MetricDefinitions", []))
    _check_spot(params)
    _check_channels(params)
    _check_checkpoints(params)


def _check_spot(params: dict[str, Any]) -> None:
    condition = params.get("StoppingCondition", {})
    wait = condition.get("MaxWaitTimeInSeconds")
    spot = params.get("EnableManagedSpotTraining", False)
    if spot and (wait is None or wait < condition.get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME)):
        raise invalid(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds"
        )
    if wait is not None and not spot:
        raise invalid("MaxWaitTimeInSeconds may only be given with EnableManagedSpotTraining")


def _check_channels(params: dict[str, Any]) -> None:
    channels = params.get("InputDataConfig", [])
    names = [channel["ChannelName"] for channel in channels]
    if len(set(names)) != len(names):
        raise invalid("Channel names must be unique within InputDataConfig")
    default_mode = params["AlgorithmSpecification"]["TrainingInputMode"]
    for index, channel in enumerate(channels):
        where = f"InputDataConfig[{index}]"
        source = channel["DataSource"].get("S3DataSource")
        if source is None:
            raise invalid(f"{where}.DataSource must hold an S3DataSource")
        mode = channel.get("InputMode", default_mode)
        refuse_value("CreateTrainingJob", f"{where}.InputMode", mode, ("File", "FastFile"))
        data_type = f"{where}.DataSource.S3DataSource.S3DataType"
        refuse_value("CreateTrainingJob", data_type, source["S3DataType"], ("S3Prefix", "ManifestFile"))
        for member in ("CompressionType", "RecordWrapperType"):
            refuse_value("CreateTrainingJob", f"{where}.{member}", channel.get(member, "None"), ("None",))
        Location.parse(source["S3Uri"])


def _check_checkpoints(params: dict[str, Any]) -> None:
    """A process writes where it wants; only below /opt/ml does this engine know where that is."""
    config = params.get("CheckpointConfig")
    if config is not None:
        Location.parse(config["S3Uri"])
        path = config.get("LocalPath", "/opt/ml/checkpoints")
        if not path.startswith("/opt/ml/") or ".." in path.split("/"):
            raise AwsError(
                "UnsupportedOperation",
                f"CreateTrainingJob: CheckpointConfig.LocalPath = {path} is not executed by this engine "
                "(executed: paths below /opt/ml/)",
                status=400,
            )


@SERVICE.operation("DescribeTrainingJob", resource=named(TRAINING.arn, "TrainingJobName"))
def describe_training_job(call: Call) -> dict[str, Any]:
    """Everything about one job.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
    """
    return rendered(TRAINING.find(call.engine, call.params["TrainingJobName"]))


@SERVICE.operation("ListTrainingJobs")
def list_training_jobs(call: Call) -> dict[str, Any]:
    """One page of jobs; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html."""
    for member in ("WarmPoolStatusEquals", "TrainingPlanArnEquals"):
        if member in call.params:
            accept_only("ListTrainingJobs", {member: call.params[member]}, ())
    return _LISTING.page(table(call.engine, TRAINING.table).values(), call.params, _summary)


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    return pick(
        record,
        "TrainingJobName",
        "TrainingJobArn",
        "CreationTime",
        "TrainingEndTime",
        "LastModifiedTime",
        "TrainingJobStatus",
        "SecondaryStatus",
    )


@SERVICE.operation("StopTrainingJob", resource=named(TRAINING.arn, "TrainingJobName"))
def stop_training_job(call: Call) -> None:
    """SIGTERM, and SIGKILL 120 s later; docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html."""
    jobs.stop(call.engine, TRAINING, call.params["TrainingJobName"])
