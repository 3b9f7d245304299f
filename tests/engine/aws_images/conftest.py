"""A role, a bucket and jobs of the built-in XGBoost algorithm on a running engine."""

from __future__ import annotations

import io
import json
import random
import tarfile
import time
import uuid
from typing import Any

import pytest

ACCOUNT = "683313688378"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
ROLE = "arn:aws:iam::111122223333:role/Xgboost"
BUCKET = "xgboost-tests"
_SECONDS = 180
_PULL = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


class Xgboost:
    """The person's clients, and jobs of the algorithm."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.client = engine.client("sagemaker")

    def put(self, key: str, text: str) -> str:
        """An object; its S3 URI."""
        self.engine.client("s3").put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        return f"s3://{BUCKET}/{key}"

    def objects(self, uri: str) -> dict[str, bytes]:
        """What is below a prefix, by the rest of the key."""
        prefix = uri.removeprefix(f"s3://{BUCKET}/")
        s3 = self.engine.client("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]
        return {key.removeprefix(prefix): s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def start(
        self,
        hyperparameters: dict[str, str],
        channels: dict[str, str],
        *,
        content_type: str = "text/csv",
        count: int = 1,
        image: str = IMAGE,
        distribution: str = "FullyReplicated",
        role: str = ROLE,
        **more: Any,
    ) -> str:
        """A training job under way; its name."""
        name = f"xgboost-{uuid.uuid4().hex[:8]}"
        sources = {
            channel: {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": distribution}
            for channel, uri in channels.items()
        }
        self.client.create_training_job(
            TrainingJobName=name,
            AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
            RoleArn=role,
            HyperParameters=hyperparameters,
            InputDataConfig=[
                {"ChannelName": channel, "ContentType": content_type, "DataSource": {"S3DataSource": source}}
                for channel, source in sources.items()
            ],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/output"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": count, "VolumeSizeInGB": 1},
            **{"StoppingCondition": {"MaxRuntimeInSeconds": _SECONDS}, **more},
        )
        return name

    def ended(self, name: str) -> dict[str, Any]:
        """The job's description at its end."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.client.describe_training_job(TrainingJobName=name)
            if job["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}:
                return job
            time.sleep(0.1)
        return pytest.fail(f"{name} does not end")

    def train(self, *args: Any, **more: Any) -> dict[str, Any]:
        """A training job, ended."""
        return self.ended(self.start(*args, **more))

    def log(self, name: str, host: str = "algo-1") -> list[str]:
        """The lines of one instance."""
        found = self.engine.client("logs").filter_log_events(
            logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=f"{name}/{host}"
        )
        return [event["message"] for event in found["events"]]

    def artifact(self, job: dict[str, Any]) -> dict[str, bytes]:
        """The files of model.tar.gz."""
        key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
        body = self.engine.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            files = [member for member in archive.getmembers() if member.isfile()]
            return {member.name: archive.extractfile(member).read() for member in files}  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def xgboost(engine: Any) -> Xgboost:
    """One role and bucket for all of the algorithm's tests."""
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": ["s3:*", "logs:*", "cloudwatch:PutMetricData"], "Resource": "*"}
    iam = engine.client("iam")
    for role, statements in {"Xgboost": [allowed, {**allowed, "Action": _PULL}], "Unpulling": [allowed]}.items():
        iam.create_role(
            RoleName=role, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=role, PolicyName="job", PolicyDocument=document)
    engine.client("s3").create_bucket(Bucket=BUCKET)
    return Xgboost(engine)


def rows(count: int, seed: int) -> str:
    """CSV: whether two numbers add up to more than 1, and the numbers; some are missing."""
    source = random.Random(seed)  # noqa: S311 - data, not secrets
    lines = []
    for _ in range(count):
        first, second = source.random(), source.random()
        lines.append(f"{int(first + second > 1)},{first:.5f},{f'{second:.5f}' if source.random() > 0.05 else ''}")
    return "\n".join(lines) + "\n"
