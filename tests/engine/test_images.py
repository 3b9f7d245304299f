"""From a commit to a running process: CodeCommit, CodeBuild, the docker stand-in, ECR and the image."""

import json
import subprocess
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from slipway.engine import images
from slipway.engine.errors import AwsError

DOCKERFILE = """FROM python:3.11-slim
ENV GREETING=hello DATA=/opt/program/data PYTHONPATH=/opt/program
WORKDIR /opt/program
COPY . .
ENTRYPOINT ["python", "-m", "job"]
CMD ["nobody"]
"""
JOB = "import os, sys; print(os.environ['GREETING'], sys.argv[1], open(os.environ['DATA']).read())"
BUILDSPEC = """version: 0.2
env:
  shell: bash
  variables: {REPOSITORY: job-image}
  exported-variables: [DIGEST]
phases:
  build:
    commands:
      - python --version && pip --version
      - account=$(python -c "import os; print(os.environ['CODEBUILD_BUILD_ARN'].split(':')[4])")
      - registry=$account.dkr.ecr.$AWS_REGION.amazonaws.com
      - aws ecr get-login-password | docker login --username AWS --password-stdin $registry
      - docker build -t $registry/$REPOSITORY:one image
      - docker push $registry/$REPOSITORY:one
      - DIGEST=$(docker inspect --format '{{.Id}}' $registry/$REPOSITORY:one)
"""
STATEMENTS = [
    {"Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    {"Action": "codecommit:GitPull", "Resource": "*"},
    {"Action": "ecr:GetAuthorizationToken", "Resource": "*"},
    {
        "Action": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:InitiateLayerUpload",
            "ecr:UploadLayerPart",
            "ecr:CompleteLayerUpload",
            "ecr:PutImage",
        ],
        "Resource": "arn:aws:ecr:*:*:repository/job-image",
    },
]


@pytest.fixture(scope="module")
def role(engine: Any) -> str:
    iam = engine.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    arn = iam.create_role(RoleName="image-build", AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **item} for item in STATEMENTS]}
    iam.put_role_policy(RoleName="image-build", PolicyName="Build", PolicyDocument=json.dumps(policy))
    return str(arn)


@pytest.fixture(scope="module")
def build(engine: Any, role: str) -> Iterator[dict[str, Any]]:
    codecommit, codebuild, ecr = engine.client("codecommit"), engine.client("codebuild"), engine.client("ecr")
    codecommit.create_repository(repositoryName="job-source")
    files = {"buildspec.yml": BUILDSPEC, "image/Dockerfile": DOCKERFILE, "image/job.py": JOB, "image/data": "there"}
    codecommit.create_commit(
        repositoryName="job-source",
        branchName="main",
        putFiles=[{"filePath": path, "fileContent": text.encode()} for path, text in files.items()],
    )
    ecr.create_repository(repositoryName="job-image", imageTagMutability="IMMUTABLE")
    codebuild.create_project(
        name="job-image",
        source={"type": "CODECOMMIT", "location": "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/job-source"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:8.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=role,
    )
    started = codebuild.start_build(projectName="job-image")["build"]
    deadline = time.monotonic() + 120
    while not (record := codebuild.batch_get_builds(ids=[started["id"]])["builds"][0])["buildComplete"]:
        assert time.monotonic() < deadline, record["currentPhase"]
        time.sleep(0.1)
    yield record
    codebuild.delete_project(name="job-image")
    ecr.delete_repository(repositoryName="job-image", force=True)
    codecommit.delete_repository(repositoryName="job-source")


def person(engine: Any) -> Any:
    """What `resolve` needs of a caller."""
    return SimpleNamespace(client=engine.client, engine=SimpleNamespace(account="111122223333", home=engine.home))


def test_a_build_pushes_an_image_that_ecr_describes(engine: Any, build: dict[str, Any]) -> None:
    events = engine.client("logs").filter_log_events(logGroupName="/aws/codebuild/job-image")["events"]
    assert build["buildStatus"] == "SUCCEEDED", "\n".join(event["message"] for event in events)
    exported = {item["name"]: item["value"] for item in build["exportedEnvironmentVariables"]}
    [image] = engine.client("ecr").describe_images(repositoryName="job-image")["imageDetails"]
    assert (image["imageDigest"], image["imageTags"]) == (exported["DIGEST"], ["one"])
    assert len(build["resolvedSourceVersion"]) == 40


def test_a_pushed_image_runs_as_a_process(engine: Any, build: dict[str, Any]) -> None:
    image = images.resolve(person(engine), "111122223333.dkr.ecr.us-east-1.amazonaws.com/job-image:one")
    for args, expected in ((["you"], "hello you there\n"), ([], "hello nobody there\n")):
        argv, env, cwd = image.command(args)
        ran = subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True, check=True)
        assert ran.stdout == expected


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/job-image:two", "two: Requested image not found"),
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5", "no stand-in of it; it stands in for"),
        ("public.ecr.aws/docker/library/python:3.13", "is not provided by the local engine"),
    ],
)
def test_an_image_that_is_not_there_is_refused_by_name(
    engine: Any, build: dict[str, Any], uri: str, message: str
) -> None:
    with pytest.raises((AwsError, engine.client("ecr").exceptions.ClientError), match=message):
        images.resolve(person(engine), uri)


def test_the_log_of_a_build_is_in_cloudwatch(engine: Any, build: dict[str, Any]) -> None:
    events = engine.client("logs").filter_log_events(logGroupName="/aws/codebuild/job-image")["events"]
    text = "\n".join(event["message"] for event in events)
    assert "Login Succeeded" in text
    assert "Phase complete: BUILD State: SUCCEEDED" in text
