"""What is wrong with a job's data, role or specification ends it, in words, before anything is trained."""

from __future__ import annotations

import gzip
import json
import uuid
from typing import Any

import pytest

from tests.engine.services.sagemaker.automl.support import job, table
from tests.engine.services.sagemaker.support import Sagemaker, eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeAutoMLJobV2.html")


def ended(sagemaker: Sagemaker, data: str | bytes, tabular: dict[str, Any] | None = None, **changes: Any) -> Any:
    """The job over `data`, once it has ended."""
    key = f"automl/{uuid.uuid4().hex}"
    uri = sagemaker.put(f"{key}/data", data)
    channel = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}, **changes.pop("channel", {})}
    given = {
        "AutoMLJobInputDataConfig": [channel, *changes.pop("channels", [])],
        "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y", **(tabular or {})}},
        **changes,
    }
    request = job(**given)
    client = sagemaker.client("sagemaker")
    client.create_auto_ml_job_v2(**request)
    name = request["AutoMLJobName"]

    def found() -> Any:
        described = client.describe_auto_ml_job_v2(AutoMLJobName=name)
        return described if described["AutoMLJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    return eventually(found)


BINARY = {"ProblemType": "BinaryClassification"}
REGRESSION = {"ProblemType": "Regression"}


@pytest.mark.parametrize(
    ("data", "tabular", "metric", "reason"),
    [
        (table(500, "z"), {}, "", "The target attribute y is not a column of data; its header has: x, z"),
        (table(499), {}, "", "The training dataset has 499 rows; a minimum of 500 rows is required"),
        (table(600, "y", "a", "b", "c"), BINARY, "F1", "has more than two values, and BinaryClassification was asked"),
        (table(600), REGRESSION, "MSE", "has values that are no numbers, and Regression was asked for"),
        (table(600, "y", "a"), {}, "", "The target attribute has fewer than two values"),
        (table(600) + "1,2,3\n", {}, "", "has a row of 3 values below a header of 2 columns"),
        ("y,y\n" + "1,2\n" * 500, {}, "", "data names a column twice: y, y"),
        ("", {}, "", "The target attribute y is not a column of data"),
    ],
    ids=["no target", "few rows", "three classes", "words to regress", "one value", "ragged", "twice", "empty"],
)
def test_data_that_cannot_be_learnt_from_fails_the_job_and_says_why(
    sagemaker: Sagemaker, data: str, tabular: dict[str, Any], metric: str, reason: str
) -> None:
    objective = {"AutoMLJobObjective": {"MetricName": metric}} if metric else {}
    found = ended(sagemaker, data, tabular, **objective)
    assert (found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]) == ("Failed", "Failed")
    assert found["FailureReason"].startswith("ClientError: ")
    assert reason in found["FailureReason"]
    assert found["EndTime"] >= found["CreationTime"]
    assert "BestCandidate" not in found


def test_bytes_that_are_no_text_fail_the_job(sagemaker: Sagemaker) -> None:
    found = ended(sagemaker, b"x,y\n\xff\xfe,1\n" * 600)
    assert "data is not CSV in UTF-8" in found["FailureReason"]


def test_data_that_is_not_there_fails_the_job(sagemaker: Sagemaker) -> None:
    request = job()
    client = sagemaker.client("sagemaker")
    client.create_auto_ml_job_v2(**request)
    name = request["AutoMLJobName"]
    found = eventually(lambda: client.describe_auto_ml_job_v2(AutoMLJobName=name).get("FailureReason"))
    assert "Data download failed:No S3 objects found under S3 URL" in found


def test_compressed_data_is_read_and_what_is_not_compressed_is_said(sagemaker: Sagemaker) -> None:
    packed = {"channel": {"CompressionType": "Gzip"}}
    found = ended(sagemaker, gzip.compress(table(10).encode()), **packed)
    assert "The training dataset has 10 rows" in found["FailureReason"]
    found = ended(sagemaker, table(10), **packed)
    assert "data is not compressed with gzip" in found["FailureReason"]


def test_a_validation_channel_has_the_training_datas_header(sagemaker: Sagemaker) -> None:
    uri = sagemaker.put(f"automl/{uuid.uuid4().hex}/validation", "w,y\n1,yes\n")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
    found = ended(sagemaker, table(600), channels=[{"ChannelType": "validation", "DataSource": source}])
    assert "The validation and training datasets must contain the same headers" in found["FailureReason"]


@pytest.mark.parametrize(
    ("specification", "reason"),
    [
        ("no json", "The feature specification is not JSON"),
        ({"Features": []}, "may have FeatureAttributeNames and FeatureDataTypes only"),
        ({"FeatureAttributeNames": ["x", "w"]}, "names columns that are not in the data: w"),
        ({"FeatureAttributeNames": ["x", "y"]}, "names the target column y"),
        ({"FeatureDataTypes": {"x": "sequence"}}, "x: sequence is not executed by this engine"),
        ({"FeatureAttributeNames": ["x", "x"]}, "must be a list of names, each once"),
    ],
    ids=["no JSON", "unknown", "no column", "target", "sequence", "twice"],
)
def test_a_feature_specification_that_does_not_fit_fails_the_job(
    sagemaker: Sagemaker, specification: Any, reason: str
) -> None:
    text = specification if isinstance(specification, str) else json.dumps(specification)
    uri = sagemaker.put(f"automl/{uuid.uuid4().hex}.json", text)
    found = ended(sagemaker, table(600), {"FeatureSpecificationS3Uri": uri})
    assert reason in found["FailureReason"]


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html")
def test_a_role_that_may_not_pass_itself_on_fails_the_job_as_autopilots_own_jobs_would(sagemaker: Sagemaker) -> None:
    found = ended(sagemaker, table(600), RoleArn="arn:aws:iam::111122223333:role/Job")
    assert "is not authorized to perform: iam:PassRole" in found["FailureReason"]


def test_a_program_that_fails_fails_the_job_and_the_log_has_what_it_said(sagemaker: Sagemaker) -> None:
    found = ended(sagemaker, table(600), {"Mode": "ENSEMBLING"})
    reason = "AlgorithmError: the program that trains the candidates failed; see the job's log, exit code: 3"
    assert found["FailureReason"] == reason
    log = sagemaker.log("/aws/sagemaker/AutoMLJobs")
    assert "it cannot be done" in log
    assert "a local stand-in of Autopilot: AutoGluon" in log
    assert "without catboost, fastai, nn-torch, which this engine has not" in log


def test_jobs_are_listed_by_name_and_status(sagemaker: Sagemaker) -> None:
    found = ended(sagemaker, table(10), AutoMLJobName="listed-automl-job")
    client = sagemaker.client("sagemaker")
    listed = client.list_auto_ml_jobs(NameContains="listed-automl", StatusEquals="Failed")["AutoMLJobSummaries"]
    assert [(item["AutoMLJobName"], item["FailureReason"]) for item in listed] == [
        ("listed-automl-job", found["FailureReason"])
    ]
    assert not client.list_auto_ml_jobs(NameContains="listed-automl", StatusEquals="Stopped")["AutoMLJobSummaries"]
    with pytest.raises(client.exceptions.ClientError, match="the AutoML job is in status Failed"):
        client.stop_auto_ml_job(AutoMLJobName="listed-automl-job")
    assert client.list_tags(ResourceArn=found["AutoMLJobArn"])["Tags"] == []
