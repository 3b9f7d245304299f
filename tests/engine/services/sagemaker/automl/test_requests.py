"""What CreateAutoMLJobV2 takes, refuses, and says about it, before anything is trained."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.automl.support import job
from tests.engine.services.sagemaker.support import BUCKET, Sagemaker

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html")

TABULAR = {"TargetAttributeName": "y"}
URI = f"s3://{BUCKET}/nowhere.csv"


def refused(sagemaker: Sagemaker, **changes: Any) -> tuple[str, str]:
    """The error's code and message."""
    with pytest.raises(ClientError) as error:
        sagemaker.client("sagemaker").create_auto_ml_job_v2(**job(**changes))
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def tabular(**members: Any) -> dict[str, Any]:
    return {"AutoMLProblemTypeConfig": {"TabularJobConfig": {**TABULAR, **members}}}


def chosen(*names: str) -> dict[str, Any]:
    return {"AlgorithmsConfig": [{"AutoMLAlgorithms": list(names)}]}


def channel(kind: str = "training", data_type: str = "S3Prefix", **members: str) -> dict[str, Any]:
    return {"ChannelType": kind, "DataSource": {"S3DataSource": {"S3DataType": data_type, "S3Uri": URI}}, **members}


FORECAST = {
    "ForecastFrequency": "D",
    "ForecastHorizon": 1,
    "TimeSeriesConfig": {
        "TargetAttributeName": "y",
        "TimestampAttributeName": "at",
        "ItemIdentifierAttributeName": "item",
    },
}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"AutoMLProblemTypeConfig": {"ImageClassificationJobConfig": {}}}, "ImageClassificationJobConfig"),
        ({"AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": FORECAST}}, "TimeSeriesForecastingJobConfig"),
        ({"AutoMLProblemTypeConfig": {"TextGenerationJobConfig": {}}}, "TextGenerationJobConfig"),
        (tabular(SampleWeightAttributeName="w"), "TabularJobConfig.SampleWeightAttributeName"),
        (tabular(GenerateCandidateDefinitionsOnly=True), "GenerateCandidateDefinitionsOnly = True"),
        (
            tabular(Mode="ENSEMBLING", CandidateGenerationConfig=chosen("catboost")),
            "AutoMLAlgorithms = catboost is not executed by this engine (executed: extra-trees, lightgbm, "
            "linear-learner, randomforest, xgboost)",
        ),
        (tabular(Mode="HYPERPARAMETER_TUNING", CandidateGenerationConfig=chosen("mlp")), "AutoMLAlgorithms = mlp"),
        ({"ModelDeployConfig": {"AutoGenerateEndpointName": True}}, "ModelDeployConfig"),
        (
            {"AutoMLJobInputDataConfig": [channel(ContentType="x-application/vnd.amazon+parquet")]},
            "AutoMLJobInputDataConfig[0].ContentType = x-application/vnd.amazon+parquet",
        ),
    ],
    ids=["images", "forecasts", "texts", "weights", "definitions only", "catboost", "mlp", "deployment", "Parquet"],
)
def test_what_is_not_executed_is_refused_by_name(sagemaker: Sagemaker, changes: dict[str, Any], where: str) -> None:
    code, message = refused(sagemaker, **changes)
    assert code == "UnsupportedOperation"
    assert message.startswith("CreateAutoMLJobV2: ")
    assert where in message
    assert "is not executed by this engine" in message


BINARY = {"ProblemType": "BinaryClassification"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {**tabular(**BINARY), "AutoMLJobObjective": {"MetricName": "MSE"}},
            "The objective metric MSE is not available for BinaryClassification. Available metrics: Accuracy, AUC, "
            "BalancedAccuracy, F1, Precision, Recall",
        ),
        (tabular(**BINARY), "You must either provide both the AutoMLJobObjective and TabularJobConfig.ProblemType"),
        ({"AutoMLJobObjective": {"MetricName": "F1"}}, "You must either provide both"),
        (tabular(CandidateGenerationConfig=chosen("xgboost")), "should not be set when the training mode is AUTO"),
        (
            tabular(Mode="HYPERPARAMETER_TUNING", CandidateGenerationConfig=chosen("lightgbm")),
            "lightgbm is not available in HYPERPARAMETER_TUNING mode. Available: linear-learner, mlp, xgboost",
        ),
        ({"AutoMLJobInputDataConfig": [channel("validation")]}, "must have one training channel"),
        ({"AutoMLJobInputDataConfig": [channel(), channel()]}, "must have one training channel"),
        (
            {
                "AutoMLJobInputDataConfig": [channel(), channel("validation")],
                "DataSplitConfig": {"ValidationFraction": 0.2},
            },
            "ValidationFraction must not be set when a validation channel is given",
        ),
        ({"DataSplitConfig": {"ValidationFraction": 1}}, "greater than 0 and less than 1"),
        ({"AutoMLJobInputDataConfig": [channel(data_type="AugmentedManifestFile")]}, "AugmentedManifestFile is not"),
        (
            {"AutoMLJobInputDataConfig": [channel(data_type="ManifestFile", CompressionType="Gzip")]},
            "the compression type Gzip is allowed for S3Prefix inputs only",
        ),
    ],
)
def test_a_wrong_request_is_a_validation_exception(sagemaker: Sagemaker, changes: dict[str, Any], message: str) -> None:
    code, said = refused(sagemaker, **changes)
    assert code == "ValidationException"
    assert message in said


def test_a_name_is_taken_whatever_its_case_and_found_so_too(sagemaker: Sagemaker) -> None:
    client = sagemaker.client("sagemaker")
    name = f"Once-{uuid.uuid4().hex[:8]}"
    client.create_auto_ml_job_v2(**job(AutoMLJobName=name))
    with pytest.raises(client.exceptions.ResourceInUse, match="AutoML job names must be unique"):
        client.create_auto_ml_job_v2(**job(AutoMLJobName=name.upper()))
    assert client.describe_auto_ml_job_v2(AutoMLJobName=name.lower())["AutoMLJobName"] == name


@pytest.mark.parametrize(
    "operation", ["describe_auto_ml_job_v2", "stop_auto_ml_job", "list_candidates_for_auto_ml_job"]
)
def test_a_job_that_is_not_there_is_resource_not_found(sagemaker: Sagemaker, operation: str) -> None:
    client = sagemaker.client("sagemaker")
    with pytest.raises(client.exceptions.ResourceNotFound, match="Requested resource not found"):
        getattr(client, operation)(AutoMLJobName="nowhere")


def test_a_role_that_sagemaker_may_not_assume_is_refused(sagemaker: Sagemaker) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    sagemaker.client("iam").create_role(RoleName="AutomlNobody", AssumeRolePolicyDocument=document)
    code, message = refused(sagemaker, RoleArn="arn:aws:iam::111122223333:role/AutomlNobody")
    assert code == "ValidationException"
    assert "AutomlNobody" in message
