"""deploy.mode multi-model: the versions that one endpoint holds, as objects below one prefix.

The champion and, newest first, the versions that were approved before it and can answer what it answers: SageMaker
serves all of them by one container, and the API checks rows by one set of columns. They are copied below a prefix that
their numbers name, so that a deployment's instances have the versions of that deployment, while others come and go.
https://docs.aws.amazon.com/sagemaker/latest/dg/create-multi-model-endpoint.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

Document = dict[str, Any]

ARTIFACT_BUCKET: Final = os.environ["ARTIFACT_BUCKET"]
KEY_ARN: Final = os.environ["KEY_ARN"]
# Which version the request that names none gets; jobs/multi_model.py and functions/predict/versions.py know it too.
CHAMPION: Final = "champion"
# What a version has to have in common with the champion: the algorithm too, since its packages are in the image.
COMMON: Final = (("dataset", "columns"), ("dataset", "target"), ("dataset", "task"), ("train", "algorithm"))


class Versions:
    """The versions of one package group, and what their runs left of them."""

    def __init__(self, sagemaker: SageMakerClient, s3: S3Client) -> None:
        self._sagemaker = sagemaker
        self._s3 = s3

    def chosen(self, package_arn: str, execution: Document) -> list[str]:
        """The package and those before it, as many as the configuration of its execution says; their ARNs."""
        config = execution["config"]
        most = config["deploy"]["multiModel"]["models"]
        found = [package_arn]
        for arn in self._approved(package_arn):
            if len(found) == most:
                break
            if arn != package_arn and self._fits(arn, config):
                found.append(arn)
        return found

    def keep(self, arns: list[str]) -> str:
        """Copy their models below a prefix of their own; the prefix, a key that ends in a slash."""
        group = arns[0].partition(":model-package/")[2].rpartition("/")[0]
        prefix = f"models/{group}/multi-model/{'-'.join(map(number, arns))}/"
        for name, arn in [(CHAMPION, arns[0]), *((number(arn), arn) for arn in arns)]:
            (container,) = self.containers(arn)
            bucket, _, key = container["ModelDataUrl"].removeprefix("s3://").partition("/")
            self._s3.copy_object(
                CopySource={"Bucket": bucket, "Key": key},
                Bucket=ARTIFACT_BUCKET,
                Key=f"{prefix}{name}.tar.gz",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=KEY_ARN,
            )
        return prefix

    def containers(self, arn: str) -> list[Document]:
        """The containers of a package."""
        return list(self._described(arn)["InferenceSpecification"]["Containers"])

    def _approved(self, package_arn: str) -> Iterator[str]:
        """The approved versions of the package's group, newest first."""
        pages = self._sagemaker.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=package_arn.partition(":model-package/")[2].rpartition("/")[0],
            ModelApprovalStatus="Approved",
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        return (package["ModelPackageArn"] for page in pages for package in page["ModelPackageSummaryList"])

    def _fits(self, arn: str, config: Document) -> bool:
        """Whether a version has one container, of the job image, and learnt what the champion learnt."""
        package = self._described(arn)
        told = package.get("CustomerMetadataProperties", {})
        if told.get("engine") != "container" or len(package["InferenceSpecification"]["Containers"]) != 1:
            return False
        result = self._read(f"results/{told['trainingKey']}.json")
        if result is None or result["modelPackageArn"] != arn:
            return False  # trained anew as a later version
        execution = self._read(f"{result['run'].removeprefix(f's3://{ARTIFACT_BUCKET}/')}/execution.json")
        return execution is not None and all(
            execution["config"][part][name] == config[part][name] for part, name in COMMON
        )

    def _described(self, arn: str) -> Document:
        return dict(self._sagemaker.describe_model_package(ModelPackageName=arn))

    def _read(self, key: str) -> Document | None:
        """A document that a run left, None when it was deleted since."""
        try:
            document: Document = json.load(self._s3.get_object(Bucket=ARTIFACT_BUCKET, Key=key)["Body"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return document


def number(arn: str) -> str:
    """A package's version, the end of its ARN."""
    return arn.rpartition("/")[2]


def container(containers: list[Document], prefix: str, arns: list[str]) -> Document:
    """The champion's container as that of all versions below a prefix."""
    (own,) = containers
    return {
        **own,
        "Mode": "MultiModel",
        "ModelDataUrl": f"s3://{ARTIFACT_BUCKET}/{prefix}",
        "Environment": {**own.get("Environment", {}), "CHAMPION": number(arns[0])},
    }
