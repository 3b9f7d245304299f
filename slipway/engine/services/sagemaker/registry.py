"""The model registry: the operations on model packages; their groups are in `package_groups`.

docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import events, tags
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.refusal import accept_only
from slipway.engine.services.sagemaker.registry_records import (
    GROUPS,
    PACKAGES,
    find_group,
    find_package,
    short_name,
)
from slipway.engine.services.sagemaker.service import SERVICE, arn, invalid, now, pick, rendered, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.service import Call

_KEPT = (
    "ModelPackageDescription",
    "InferenceSpecification",
    "SourceAlgorithmSpecification",
    "ModelApprovalStatus",
    "MetadataProperties",
    "ModelMetrics",
    "DriftCheckBaselines",
    "Domain",
    "Task",
    "SamplePayloadUrl",
    "CustomerMetadataProperties",
    "SkipModelValidation",
    "SourceUri",
    "ModelCard",
    "ModelLifeCycle",
)
ACCEPTED = ("ModelPackageName", "ModelPackageGroupName", "Tags", "ClientToken", *_KEPT)
_UPDATED = ("ModelApprovalStatus", "ApprovalDescription", "SourceUri", "ModelCard", "ModelLifeCycle")
_UPDATES = ("ModelPackageArn", "CustomerMetadataProperties", "CustomerMetadataPropertiesToRemove", "ClientToken")
_PACKAGES = Listing("ModelPackageSummaryList", "_Name")


def _package(call: Call) -> str:
    return call.arn(f"model-package/{short_name(call.params['ModelPackageName'])}")


def _created_package(call: Call) -> list[str]:
    """A versioned package is authorized on its group and on the package type."""
    if "ModelPackageGroupName" in call.params:
        group = short_name(call.params["ModelPackageGroupName"])
        return [call.arn(f"model-package-group/{group}"), call.arn(f"model-package/{group}/*")]
    return [call.arn(f"model-package/{call.params.get('ModelPackageName', '*')}")]


@SERVICE.operation("CreateModelPackage", resource=_created_package)
def create_model_package(call: Call) -> dict[str, Any]:
    """Register a package: the next version of a group, or one of its own name.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
    """
    params = call.params
    accept_only("CreateModelPackage", params, ACCEPTED)
    if ("ModelPackageName" in params) == ("ModelPackageGroupName" in params):
        raise invalid(
            "A model package must be given either a ModelPackageName or a ModelPackageGroupName, and not both"
        )
    if params.get("Tags") and "ModelPackageGroupName" in params:
        raise invalid(
            "A version of a model package group uses the group's tags; give no Tags with ModelPackageGroupName"
        )
    tags.check(call, call.arn(f"model-package/{params.get('ModelPackageName', '*')}"))
    earlier = _with_token(call.engine, params.get("ClientToken"))
    if earlier is not None:
        return {"ModelPackageArn": earlier["ModelPackageArn"]}
    names = _versioned(call.engine, params) if "ModelPackageGroupName" in params else _unversioned(call.engine, params)
    record = {
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CreationTime": now(),
        "CreatedBy": {},
        **names,
        **pick(params, *_KEPT),
        "_token": params.get("ClientToken"),
    }
    table(call.engine, PACKAGES)[record["ModelPackageArn"]] = record
    tags.put(call.engine, record["ModelPackageArn"], params.get("Tags", []))
    _announce(call.engine, record)
    return {"ModelPackageArn": record["ModelPackageArn"]}


def _with_token(engine: Engine, token: str | None) -> dict[str, Any] | None:
    packages = table(engine, PACKAGES).values() if token is not None else ()
    return next((record for record in packages if record["_token"] == token), None)


def _versioned(engine: Engine, params: dict[str, Any]) -> dict[str, Any]:
    """The next version of a group; a deleted version's number is not given again."""
    group = find_group(engine, params["ModelPackageGroupName"])["ModelPackageGroupName"]

    def count(record: dict[str, Any]) -> None:
        record["_versions"] += 1

    version = table(engine, GROUPS).change(group, count)["_versions"]
    package_arn = arn(engine, "model-package", f"{group}/{version}")
    approval = params.get("ModelApprovalStatus", "PendingManualApproval")
    return {
        "ModelPackageGroupName": group,
        "ModelPackageVersion": version,
        "ModelPackageArn": package_arn,
        "ModelApprovalStatus": approval,
        "_Name": f"{group}/{version}",
    }


def _unversioned(engine: Engine, params: dict[str, Any]) -> dict[str, Any]:
    name = params["ModelPackageName"]
    package_arn = arn(engine, "model-package", name)
    if package_arn in table(engine, PACKAGES):
        raise invalid(f"Model Package already exists: {package_arn}")
    return {"ModelPackageName": name, "ModelPackageArn": package_arn, "_Name": name}


@SERVICE.operation("DescribeModelPackage", resource=_package)
def describe_model_package(call: Call) -> dict[str, Any]:
    """One package, by name or ARN; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html."""
    record = find_package(call.engine, call.params["ModelPackageName"])
    return rendered({"ModelPackageName": record["_Name"].split("/")[0], **record})


@SERVICE.operation("UpdateModelPackage", resource=lambda call: str(call.params["ModelPackageArn"]))
def update_model_package(call: Call) -> dict[str, Any]:
    """Approve, reject, or describe a version.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
    """
    params = call.params
    accept_only("UpdateModelPackage", params, (*_UPDATES, *_UPDATED))
    record = find_package(call.engine, params["ModelPackageArn"])
    before = record.get("ModelApprovalStatus")

    def alter(record: dict[str, Any]) -> None:
        record.update(pick(params, *_UPDATED), LastModifiedTime=now(), LastModifiedBy={})
        metadata = {**record.get("CustomerMetadataProperties", {}), **params.get("CustomerMetadataProperties", {})}
        for key in params.get("CustomerMetadataPropertiesToRemove", []):
            metadata.pop(key, None)
        record["CustomerMetadataProperties"] = metadata

    after = table(call.engine, PACKAGES).change(record["ModelPackageArn"], alter)
    if after.get("ModelApprovalStatus") != before:
        _announce(call.engine, after)
    return {"ModelPackageArn": after["ModelPackageArn"]}


@SERVICE.operation("DeleteModelPackage", resource=_package)
def delete_model_package(call: Call) -> None:
    """Forget a package; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackage.html."""
    package_arn = find_package(call.engine, call.params["ModelPackageName"])["ModelPackageArn"]
    del table(call.engine, PACKAGES)[package_arn]
    tags.drop(call.engine, package_arn)


@SERVICE.operation("ListModelPackages")
def list_model_packages(call: Call) -> dict[str, Any]:
    """One page of a group's versions, or of packages without a group.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html
    """
    packages = [record for record in table(call.engine, PACKAGES).values() if _listed(call, record)]
    return _PACKAGES.page(packages, call.params, _summary)


def _listed(call: Call, record: dict[str, Any]) -> bool:
    params = call.params
    versioned = "ModelPackageGroupName" in record
    if "ModelPackageGroupName" in params:
        wanted = record.get("ModelPackageGroupName") == short_name(params["ModelPackageGroupName"])
    else:
        kind = params.get("ModelPackageType", "Unversioned")
        wanted = kind == "Both" or versioned == (kind == "Versioned")
    status = params.get("ModelApprovalStatus")
    return wanted and (status is None or record.get("ModelApprovalStatus") == status)


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    return pick(
        record,
        "ModelPackageName",
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageDescription",
        "CreationTime",
        "ModelPackageStatus",
        "ModelApprovalStatus",
        "ModelLifeCycle",
    )


def _announce(engine: Engine, record: dict[str, Any]) -> None:
    """docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html#eventbridge-model-package"""
    events.state_change(engine, "Model Package", record, record["ModelPackageArn"])
