"""A job and an endpoint from a real image: built and pushed by the docker stand-in, pulled from ECR under the role."""

from __future__ import annotations

import base64
import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from slipway.engine.docker.cli import main as docker
from tests.engine.services.sagemaker.support import Hosted, Sagemaker, prepare_account, variant
from tests.engine.services.sagemaker.test_training import BUCKET, finished, request

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html"
)

REPOSITORY = "111122223333.dkr.ecr.us-east-1.amazonaws.com/sagemaker-program"
DOCKERFILE = """FROM python:3.11-slim
ENV GREETING=hello
COPY container.py talk.py /opt/program/
ENTRYPOINT ["python", "/opt/program/container.py"]
"""
PULL = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.fixture(scope="module")
def account(engine: Any) -> Sagemaker:
    """The account of an engine that pulls images as it always does."""
    made = Sagemaker(engine.engine)
    prepare_account(made)
    made.client("ecr").create_repository(repositoryName="sagemaker-program")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": PULL, "Resource": "*"}]}
    made.client("iam").put_role_policy(RoleName="Job", PolicyName="pull", PolicyDocument=json.dumps(policy))
    return made


@pytest.fixture
def image(account: Sagemaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of the image of `container.py`."""
    keys = account.running.session().get_credentials()
    variables = {
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_ENDPOINT_URL": account.running.url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    for name in ("container.py", "talk.py"):
        shutil.copy(Path(__file__).parent / name, tmp_path)
    token = account.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    monkeypatch.setattr("sys.stdin", io.StringIO(base64.b64decode(token).decode().partition(":")[2]))
    images = str(account.running.home / "images")
    for words in (
        ["login", "--username", "AWS", "--password-stdin", REPOSITORY.partition("/")[0]],
        ["build", "-t", f"{REPOSITORY}:one", str(tmp_path)],
        ["push", f"{REPOSITORY}:one"],
    ):
        assert docker([images, *words]) == 0
    return f"{REPOSITORY}:one"


def test_an_image_trains_and_its_model_is_served(account: Sagemaker, image: str) -> None:
    account.put("train/a.csv", "1,2")
    wanted = request(AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"})
    account.client("sagemaker").create_training_job(**wanted)
    job = finished(account, wanted["TrainingJobName"])
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]

    hosted = Hosted(account)
    hosted.client.create_model(
        ModelName="from-image",
        PrimaryContainer={"Image": image, "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]},
        ExecutionRoleArn=wanted["RoleArn"],
    )
    name = hosted.endpoint(hosted.config(variant("from-image")))
    found = hosted.settled(name)
    assert found["EndpointStatus"] == "InService", found["FailureReason"]
    assert hosted.invoke(name)["greeting"] == "hello"
    resolved = found["ProductionVariants"][0]["DeployedImages"][0]["ResolvedImage"]
    assert resolved.startswith(f"{REPOSITORY}@sha256:")
    assert account.keys(f"models/{wanted['TrainingJobName']}/output/")
    assert BUCKET in job["ModelArtifacts"]["S3ModelArtifacts"]
    hosted.delete_all()


@pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"
)
def test_the_instances_of_a_job_talk_to_each_other_by_name(account: Sagemaker, image: str) -> None:
    account.put("train/a.csv", "1,2")
    entrypoint = ["python", "/opt/program/talk.py"]
    wanted = request(
        AlgorithmSpecification={
            "TrainingImage": image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": entrypoint,
        },
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 3, "VolumeSizeInGB": 5},
        HyperParameters={"port": str(local.free_port())},
    )
    account.client("sagemaker").create_training_job(**wanted)
    job = finished(account, wanted["TrainingJobName"])
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    packed = account.get(job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/"))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        talk = json.load(archive.extractfile("talk.json"))  # type: ignore[arg-type]
    here = {"algo-1": "127.0.0.1", "algo-2": "127.0.0.1", "algo-3": "127.0.0.1"}
    assert talk["names"] == talk["found"] == here
    assert sorted(item["from"] for item in talk["said"]) == ["algo-2", "algo-3"]
