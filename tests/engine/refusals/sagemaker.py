"""SageMaker: docs.aws.amazon.com/sagemaker/latest/APIReference."""

from typing import Any

from tests.engine.refusals.attempt import NAME, ROLE, Attempt, World, call, operation

SERVICE = "sagemaker"
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/jobs:1"
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
TRAINING: dict[str, Any] = {
    "TrainingJobName": NAME,
    "RoleArn": ROLE,
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": f"s3://{NAME}/out"},
    "ResourceConfig": CLUSTER,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}
PROCESSING: dict[str, Any] = {
    "ProcessingJobName": NAME,
    "RoleArn": ROLE,
    "AppSpecification": {"ImageUri": IMAGE},
    "ProcessingResources": {"ClusterConfig": CLUSTER},
}
CONTAINER = {"Image": IMAGE, "ModelDataUrl": f"s3://{NAME}/model.tar.gz"}
VARIANT = {"VariantName": "one", "ModelName": NAME, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def training(item: str, says: str, **members: Any) -> Attempt:
    return call(item, says, SERVICE, "create_training_job", **TRAINING | members)


def channel(item: str, says: str, source: dict[str, Any], **members: Any) -> Attempt:
    given = {"ChannelName": "train", "DataSource": source, **members}
    return training(item, says, InputDataConfig=[given])


def s3(kind: str = "S3Prefix") -> dict[str, Any]:
    return {
        "S3DataSource": {"S3DataType": kind, "S3Uri": f"s3://{NAME}/in", "S3DataDistributionType": "FullyReplicated"}
    }


def processing(item: str, says: str, **members: Any) -> Attempt:
    return call(item, says, SERVICE, "create_processing_job", **PROCESSING | members)


def model(item: str, says: str, **members: Any) -> Attempt:
    return call(item, says, SERVICE, "create_model", ModelName=NAME, ExecutionRoleArn=ROLE, **members)


def package_of_two(world: World) -> str:
    client, containers = world.client("sagemaker"), [CONTAINER, CONTAINER]
    specification = {"Containers": containers, "SupportedContentTypes": [], "SupportedResponseMIMETypes": []}
    client.create_model_package(ModelPackageName=f"{NAME}-of-two", InferenceSpecification=specification)
    named = {"ModelPackageName": f"{NAME}-of-two", "Environment": {"A": "1"}}
    return model("", "", Containers=[named]).act(world)


def transform(item: str, says: str, source: dict[str, Any] | None = None, **members: Any) -> Attempt:
    given = {
        "TransformJobName": NAME,
        "ModelName": NAME,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{NAME}/in"}},
            **(source or {}),
        },
        "TransformOutput": {"S3OutputPath": f"s3://{NAME}/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **members,
    }
    return call(item, says, SERVICE, "create_transform_job", **given)


def tuning(item: str, says: str, config: dict[str, Any] | None = None, **members: Any) -> Attempt:
    objective = {"Type": "Maximize", "MetricName": "auc"}
    limits = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    given = {
        "HyperParameterTuningJobName": NAME,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": objective,
            "ResourceLimits": limits,
            **(config or {}),
        },
        **members,
    }
    return call(item, says, SERVICE, "create_hyper_parameter_tuning_job", **given)


def trial(item: str, says: str, **members: Any) -> Attempt:
    definition = {key: value for key, value in TRAINING.items() if key != "TrainingJobName"}
    return tuning(item, says, TrainingJobDefinition=definition | members)


def config(item: str, says: str, variant: dict[str, Any] | None = None, **members: Any) -> Attempt:
    given = {"EndpointConfigName": NAME, "ProductionVariants": [VARIANT | (variant or {})], **members}
    return call(item, says, SERVICE, "create_endpoint_config", **given)


FILE_SYSTEM = {
    "FileSystemDataSource": {
        "FileSystemId": "fs-12345678901",
        "FileSystemAccessMode": "ro",
        "FileSystemType": "EFS",
        "DirectoryPath": "/in",
    }
}
CONTINUOUS = {"S3Uri": f"s3://{NAME}/out", "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "Continuous"}
ROLLING = {
    "RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 1}, "WaitIntervalInSeconds": 1}
}

ATTEMPTS = (
    channel("Pipe mode", "InputMode = Pipe is not executed", s3(), InputMode="Pipe"),
    channel("augmented manifests", "S3DataType = AugmentedManifestFile", s3("AugmentedManifestFile")),
    channel("compressed or RecordIO channels", "CompressionType = Gzip", s3(), CompressionType="Gzip"),
    channel("compressed or RecordIO channels", "RecordWrapperType = RecordIO", s3(), RecordWrapperType="RecordIO"),
    channel("file systems", "FileSystemDataSource is not executed", FILE_SYSTEM),
    training(
        "checkpoints outside `/opt/ml`",
        "LocalPath",
        CheckpointConfig={"S3Uri": f"s3://{NAME}/checkpoints", "LocalPath": "/tmp/checkpoints"},  # noqa: S108
    ),
    training("warm pools", "KeepAlivePeriodInSeconds", ResourceConfig={**CLUSTER, "KeepAlivePeriodInSeconds": 60}),
    training("instance groups", "InstanceGroups", ResourceConfig={"VolumeSizeInGB": 1, "InstanceGroups": [{}]}),
    training("debugger", "DebugHookConfig", DebugHookConfig={"S3OutputPath": f"s3://{NAME}/debug"}),
    training("profiler", "ProfilerConfig", ProfilerConfig={"S3OutputPath": f"s3://{NAME}/profile"}),
    training("experiments", "ExperimentConfig", ExperimentConfig={"ExperimentName": "one"}),
    processing(
        "processing outputs uploaded continuously",
        "S3UploadMode = Continuous",
        ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": CONTINUOUS}]},
    ),
    processing(
        "data managed by the application",
        "AppManaged",
        ProcessingInputs=[
            {
                "InputName": "in",
                "AppManaged": True,
                "S3Input": {"S3Uri": f"s3://{NAME}/in", "S3DataType": "S3Prefix", "S3InputMode": "File"},
            }
        ],
    ),
    processing(
        "dataset definitions", "DatasetDefinition", ProcessingInputs=[{"InputName": "in", "DatasetDefinition": {}}]
    ),
    Attempt(
        "`Environment` for a model package of several containers",
        "Environment with a model package of several containers = {'A': '1'} is not executed",
        package_of_two,
    ),
    config(
        "responses in notifications of asynchronous endpoints",
        "IncludeInferenceResponseIn is not executed",
        AsyncInferenceConfig={
            "OutputConfig": {
                "S3OutputPath": f"s3://{NAME}/out",
                "NotificationConfig": {"IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"]},
            }
        },
    ),
    config(
        "asynchronous configurations without `S3OutputPath`",
        "S3OutputPath = not given is not executed",
        AsyncInferenceConfig={"OutputConfig": {}},
    ),
    config("shadow variants", "ShadowProductionVariants", ShadowProductionVariants=[{**VARIANT, "VariantName": "two"}]),
    operation("inference components", SERVICE, "CreateInferenceComponent", "create_inference_component"),
    call(
        "rolling updates",
        "RollingUpdatePolicy",
        SERVICE,
        "create_endpoint",
        EndpointName=NAME,
        EndpointConfigName=NAME,
        DeploymentConfig=ROLLING,
    ),
    config("explainers", "ExplainerConfig", ExplainerConfig={"ClarifyExplainerConfig": {}}),
    operation(
        "responses as streams",
        "sagemaker-runtime",
        "InvokeEndpointWithResponseStream",
        "invoke_endpoint_with_response_stream",
        EndpointName=NAME,
        Body=b"1",
    ),
    call(
        "bodies above 6 MB",
        "6291456",
        "sagemaker-runtime",
        "invoke_endpoint",
        EndpointName=NAME,
        Body=bytes(6 * 1024 * 1024 + 1),
    ),
    transform("binary records of transform jobs", "SplitType = RecordIO", {"SplitType": "RecordIO"}),
    transform("binary records of transform jobs", "SplitType = TFRecord", {"SplitType": "TFRecord"}),
    transform("payloads without a limit", "MaxPayloadInMB = 0", MaxPayloadInMB=0),
    transform("data capture of transform jobs", "DataCaptureConfig", DataCaptureConfig={"DestinationS3Uri": "s3://a"}),
    transform("experiments", "ExperimentConfig", ExperimentConfig={"ExperimentName": "one"}),
    tuning("Hyperband", "Strategy = Hyperband", {"Strategy": "Hyperband"}),
    tuning("early stopping of trials", "TrainingJobEarlyStoppingType = Auto", {"TrainingJobEarlyStoppingType": "Auto"}),
    tuning(
        "detection of convergence",
        "ConvergenceDetected",
        {"TuningJobCompletionCriteria": {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}},
    ),
    tuning("Autotune", "Autotune", Autotune={"Mode": "Enabled"}),
    tuning("Autotune", "AutoParameters", {"ParameterRanges": {"AutoParameters": [{"Name": "x", "ValueHint": "1"}]}}),
    tuning("several definitions of trials", "TrainingJobDefinitions", TrainingJobDefinitions=[{}]),
    trial(
        "flexible instances of trials",
        "HyperParameterTuningResourceConfig",
        HyperParameterTuningResourceConfig={"InstanceCount": 1},
    ),
    trial("checkpoints of trials", "CheckpointConfig", CheckpointConfig={"S3Uri": f"s3://{NAME}/checkpoints"}),
    operation(
        "every operation that `engine-operations.md` does not list",
        SERVICE,
        "CreateNotebookInstance",
        "create_notebook_instance",
    ),
)
