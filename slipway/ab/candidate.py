"""A model package that a test may try, and all that the production stack has to know of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from slipway.ab.production import Production
from slipway.errors import BadInput, NotFound

Document = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A version of the package group, and what its run left of it."""

    arn: str
    status: str
    description: str
    result: Document
    """What Train handed on: results/<training key>.json."""
    execution: Document
    """What Train was told: execution.json in the run's folder."""

    @property
    def version(self) -> str:
        """Its number."""
        return version(self.arn)

    def parameters(self) -> dict[str, str]:
        """The production stack's parameters with this as the champion."""
        return {
            "ModelTemplate": template_key(self.arn),
            "ModelPackageArn": self.arn,
            "ModelDataUrl": self.result["modelDataUrl"],
            "Run": self.result["run"],
            "DataUri": self.execution["sourceUri"],
            "DataVersion": self.execution["dataVersion"],
            "Commit": self.execution["commit"],
        }


def version(arn: str) -> str:
    """A package's number, the end of its ARN."""
    return arn.rsplit("/", 1)[-1]


def template_key(arn: str) -> str:
    """Where the pipeline's Outcome keeps the template of a package's model."""
    return f"models/{arn.partition(':model-package/')[2]}.json"


def of(production: Production, arn: str) -> Candidate:
    """A package by its ARN; NotFound where it, or what its run left of it, is not there."""
    described = _described(production, arn)
    metadata = described.get("CustomerMetadataProperties", {})
    result = _document(production, f"results/{metadata.get('trainingKey', '')}.json", arn)
    if result["modelPackageArn"] != arn:
        raise NotFound(
            f"model {version(arn)} was trained anew as model {version(result['modelPackageArn'])}; try that one"
        )
    _require_template(production, arn)
    return Candidate(
        arn,
        described["ModelApprovalStatus"],
        described.get("ApprovalDescription", ""),
        result,
        execution_of(production, result["run"], arn),
    )


def execution_of(production: Production, run: str, arn: str) -> Document:
    """What a run was told, from its folder."""
    return _document(production, f"{run.partition(f's3://{production.bucket}/')[2]}/execution.json", arn)


def check(candidate: Candidate, champion: Document) -> None:
    """Refuse a candidate that cannot answer what the champion answers; `champion` is the execution of its run."""
    ours, theirs = candidate.execution["config"]["dataset"], champion["config"]["dataset"]
    for field, what in (("columns", "columns"), ("target", "target"), ("task", "task")):
        if ours[field] != theirs[field]:
            raise BadInput(
                f"model {candidate.version} learnt other {what} than the champion, and production's API asks for the"
                " champion's: it can only go to production by its run's approval"
            )


def _described(production: Production, arn: str) -> Document:
    sagemaker = production.install.target.client("sagemaker")
    try:
        return dict(sagemaker.describe_model_package(ModelPackageName=arn))
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ValidationException", "ResourceNotFound"):
            raise
        there = ", ".join(_versions(production, arn)) or "none"
        raise NotFound(f"there is no model {version(arn)}; the models of this install: {there}") from error


def _versions(production: Production, arn: str) -> list[str]:
    group = arn.split("/")[-2]
    pages = (
        production.install.target.client("sagemaker")
        .get_paginator("list_model_packages")
        .paginate(ModelPackageGroupName=group)
    )
    packages = (package for page in pages for package in page["ModelPackageSummaryList"])
    return [f"{one['ModelPackageVersion']} ({one['ModelApprovalStatus']})" for one in packages]


def _require_template(production: Production, arn: str) -> None:
    try:
        production.install.target.client("s3").head_object(Bucket=production.bucket, Key=template_key(arn))
    except ClientError as error:
        _refuse_missing(error, production, template_key(arn), arn)
        raise


def _document(production: Production, key: str, arn: str) -> Document:
    s3 = production.install.target.client("s3")
    try:
        document: Document = json.loads(s3.get_object(Bucket=production.bucket, Key=key)["Body"].read())
    except ClientError as error:
        _refuse_missing(error, production, key, arn)
        raise
    return document


def _refuse_missing(error: ClientError, production: Production, key: str, arn: str) -> None:
    if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
        raise NotFound(
            f"s3://{production.bucket}/{key} of model {version(arn)} is not there: its run has not passed the stage"
            " Train; `slipway runs` shows the runs"
        ) from error
