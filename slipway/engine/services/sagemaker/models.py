"""Models.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker import tags
from slipway.engine.services.sagemaker.launch import pull
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.model_containers import ModelContainer, definitions, is_direct, resolved
from slipway.engine.services.sagemaker.refusal import accept_only, refuse_value
from slipway.engine.services.sagemaker.service import (
    PRINCIPAL,
    SERVICE,
    arn,
    find,
    invalid,
    named,
    now,
    pick,
    rendered,
    role_caller,
    table,
)
from slipway.engine.services.sagemaker.storage import Location, NothingThere, under_prefix

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call

_CONTAINER = (
    "ContainerHostname",
    "Image",
    "Mode",
    "MultiModelConfig.ModelCacheSetting",
    "ModelDataUrl",
    "ModelDataSource.S3DataSource.S3Uri",
    "ModelDataSource.S3DataSource.S3DataType",
    "ModelDataSource.S3DataSource.CompressionType",
    "Environment",
    "ModelPackageName",
    "ImageConfig.RepositoryAccessMode",
)
ACCEPTED = (
    "ModelName",
    "ExecutionRoleArn",
    "Tags",
    "VpcConfig",
    "EnableNetworkIsolation",
    "InferenceExecutionConfig.Mode",
    *(f"PrimaryContainer.{member}" for member in _CONTAINER),
    *(f"Containers.{member}" for member in _CONTAINER),
)
TABLE = "models"
_LISTING = Listing("Models", "ModelName")


def find_model(engine: Engine, name: str) -> dict[str, Any]:
    """The model's record, or SageMaker's error."""
    return find(engine, TABLE, name, f'Could not find model "{arn(engine, "model", name)}".')


@SERVICE.operation("CreateModel", resource=named("model", "ModelName"), passes={"ExecutionRoleArn": PRINCIPAL})
def create_model(call: Call) -> dict[str, Any]:
    """Register a model whose image and data its role can read."""
    params = call.params
    accept_only("CreateModel", params, ACCEPTED)
    _check_direct(params)
    if "ExecutionRoleArn" not in params:
        raise invalid("A model must be given an ExecutionRoleArn")
    model_arn = arn(call.engine, "model", params["ModelName"])
    tags.check(call, model_arn)
    for container in resolved(call.engine, params):
        _check_access(call.engine, params["ExecutionRoleArn"], container)
    record = {key: value for key, value in params.items() if key != "Tags"}
    if not table(call.engine, TABLE).claim(
        params["ModelName"], {**record, "ModelArn": model_arn, "CreationTime": now()}
    ):
        raise invalid(f'Cannot create already existing model "{model_arn}".')
    tags.put(call.engine, model_arn, params.get("Tags", []))
    return {"ModelArn": model_arn}


def _check_direct(params: dict[str, Any]) -> None:
    """A request names its container by its hostname, so there must be one.

    docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html
    """
    mode = params.get("InferenceExecutionConfig", {}).get("Mode", "Serial")
    refuse_value("CreateModel", "InferenceExecutionConfig.Mode", mode, ("Serial", "Direct"))
    if is_direct(params) and any("ContainerHostname" not in container for container in definitions(params)):
        raise invalid("ContainerHostname must be given for every container when InferenceExecutionConfig is Direct")


def _check_access(engine: Engine, role_arn: str, container: ModelContainer) -> None:
    caller = role_caller(engine, role_arn)
    try:
        pull(caller, container.image)
    except (ClientError, AwsError) as error:
        raise invalid(
            f'Requested image "{container.image}" could not be read under the role "{role_arn}": {error}'
        ) from error
    if container.model_data and not container.cache:
        _check_data(caller, role_arn, container.model_data)


def _check_data(caller: Caller, role_arn: str, source: dict[str, Any]) -> None:
    at = Location.parse(source["S3Uri"])
    try:
        if source["S3DataType"] == "S3Prefix":
            under_prefix(caller, source["S3Uri"])
        else:
            caller.client("s3").head_object(Bucket=at.bucket, Key=at.key)
    except NothingThere:
        raise invalid(f"Could not find model data at {at}.") from None
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NoSuchBucket"}:
            raise invalid(f"Could not find model data at {at}.") from error
        raise invalid(
            f'Could not access model data at {at}. Please ensure that the role "{role_arn}" exists and that its trust '
            f'relationship policy allows the action "sts:AssumeRole" for the service principal "{PRINCIPAL}". Also '
            f'ensure that the role has "s3:GetObject" permissions and that the object is located in '
            f"{caller.engine.region}."
        ) from error


@SERVICE.operation("DescribeModel", resource=named("model", "ModelName"))
def describe_model(call: Call) -> dict[str, Any]:
    """One model; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html."""
    return rendered(find_model(call.engine, call.params["ModelName"]))


@SERVICE.operation("ListModels")
def list_models(call: Call) -> dict[str, Any]:
    """One page of models; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModels.html."""
    return _LISTING.page(
        table(call.engine, TABLE).values(),
        call.params,
        lambda record: pick(record, "ModelName", "ModelArn", "CreationTime"),
    )


@SERVICE.operation("DeleteModel", resource=named("model", "ModelName"))
def delete_model(call: Call) -> None:
    """Forget a model; endpoints that run it serve on.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModel.html
    """
    record = find_model(call.engine, call.params["ModelName"])
    del table(call.engine, TABLE)[call.params["ModelName"]]
    tags.drop(call.engine, record["ModelArn"])
