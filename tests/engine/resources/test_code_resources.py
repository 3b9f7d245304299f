"""AWS::CodeCommit::Repository, AWS::CodeBuild::Project and AWS::ECR::Repository through CloudFormation."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"
)

Deploy = Callable[[dict[str, Any]], dict[str, str]]


@pytest.fixture
def cloudformation(engine: Any) -> Any:
    return engine.client("cloudformation")


@pytest.fixture
def deploy(cloudformation: Any) -> Iterator[Deploy]:
    """Create or update the stack; its outputs. A failure raises with the reason of the resource that failed."""
    made: list[str] = []

    def run(resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> dict[str, str]:
        template = {"Resources": resources, "Outputs": {k: {"Value": v} for k, v in (outputs or {}).items()}}
        body = {"StackName": "code", "TemplateBody": json.dumps(template)}
        operation = "update" if made else "create"
        getattr(cloudformation, f"{operation}_stack")(**body)
        made.append("code")
        try:
            cloudformation.get_waiter(f"stack_{operation}_complete").wait(
                StackName="code", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
            )
        except Exception as error:
            events = cloudformation.describe_stack_events(StackName="code")["StackEvents"]
            reasons = [e["ResourceStatusReason"] for e in events if e["ResourceStatus"].endswith("FAILED")]
            raise AssertionError(" | ".join(reasons)) from error
        [stack] = cloudformation.describe_stacks(StackName="code")["Stacks"]
        return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}

    yield run
    cloudformation.delete_stack(StackName="code")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="code", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )


@pytest.fixture(scope="module")
def bucket(engine: Any) -> str:
    engine.client("s3").create_bucket(Bucket="seeds")
    return "seeds"


def put_zip(engine: Any, bucket: str, files: dict[str, str]) -> dict[str, str]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            item = zipfile.ZipInfo(name)
            item.external_attr = (0o100755 if name.endswith(".sh") else 0o100644) << 16
            archive.writestr(item, content)
    engine.client("s3").put_object(Bucket=bucket, Key="seed.zip", Body=buffer.getvalue())
    return {"Bucket": bucket, "Key": "seed.zip"}


def repository(**properties: Any) -> dict[str, Any]:
    return {
        "Repository": {"Type": "AWS::CodeCommit::Repository", "Properties": {"RepositoryName": "seeded", **properties}}
    }


def test_a_repository_is_seeded_from_a_zip(engine: Any, deploy: Any, bucket: str) -> None:
    seed = put_zip(engine, bucket, {"README.md": "hello", "bin/run.sh": "true"})
    outputs = deploy(
        repository(Code={"S3": seed, "BranchName": "master"}),
        {
            "Name": {"Fn::GetAtt": ["Repository", "Name"]},
            "Url": {"Fn::GetAtt": ["Repository", "CloneUrlHttp"]},
            "Id": {"Ref": "Repository"},
        },
    )
    codecommit = engine.client("codecommit")
    metadata = codecommit.get_repository(repositoryName="seeded")["repositoryMetadata"]
    assert outputs == {"Name": "seeded", "Url": f"{engine.url}/v1/repos/seeded", "Id": metadata["repositoryId"]}
    assert metadata["defaultBranch"] == "master"
    assert codecommit.get_file(repositoryName="seeded", filePath="bin/run.sh")["fileMode"] == "EXECUTABLE"


def test_a_repository_is_renamed_in_place(engine: Any, deploy: Any) -> None:
    deploy(repository(RepositoryDescription="old"))
    deploy(repository(RepositoryName="renamed", Tags=[{"Key": "team", "Value": "ml"}]))
    codecommit = engine.client("codecommit")
    metadata = codecommit.get_repository(repositoryName="renamed")["repositoryMetadata"]
    assert "repositoryDescription" not in metadata
    assert codecommit.list_tags_for_resource(resourceArn=metadata["Arn"])["tags"] == {"team": "ml"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.txt": "a", "pkg/__init__.py": ""}, "holds an empty file, pkg/__init__.py; CodeCommit takes none"),
        ({"a.txt": "a" * 21_000_000}, "at most 20 MB are allowed"),
    ],
    ids=["an empty file", "too large"],
)
def test_a_seed_that_codecommit_would_not_take_fails_the_stack(
    engine: Any, deploy: Any, bucket: str, files: dict[str, str], message: str
) -> None:
    seed = put_zip(engine, bucket, files)
    with pytest.raises(AssertionError, match=message):
        deploy(repository(Code={"S3": seed}))
    assert "seeded" not in [
        r["repositoryName"] for r in engine.client("codecommit").list_repositories()["repositories"]
    ]


def test_triggers_of_a_repository_are_refused_by_name(deploy: Any) -> None:
    trigger = {"Name": "t", "DestinationArn": "arn:aws:sns:us-east-1:111122223333:t", "Events": ["all"]}
    with pytest.raises(ClientError, match="Triggers"):
        deploy(repository(Triggers=[trigger]))


def test_a_project_and_a_registry_are_made_changed_and_deleted(engine: Any, deploy: Any) -> None:
    iam = engine.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="code-resources", AssumeRolePolicyDocument=document)["Role"]["Arn"]

    def resources(timeout: int, mutability: str) -> dict[str, Any]:
        project = {
            "ServiceRole": role,
            "TimeoutInMinutes": timeout,
            "Source": {"Type": "CODEPIPELINE", "BuildSpec": "buildspec.yml"},
            "Artifacts": {"Type": "CODEPIPELINE"},
            "Environment": {
                "Type": "LINUX_CONTAINER",
                "Image": "aws/codebuild/standard:8.0",
                "ComputeType": "BUILD_GENERAL1_SMALL",
                "PrivilegedMode": True,
                "EnvironmentVariables": [{"Name": "A", "Value": "1", "Type": "PLAINTEXT"}],
            },
        }
        policy = {"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan",
                  "countNumber": 5}, "action": {"type": "expire"}}]}  # fmt: skip
        registry = {
            "ImageTagMutability": mutability,
            "EmptyOnDelete": True,
            "LifecyclePolicy": {"LifecyclePolicyText": json.dumps(policy)},
            "ImageScanningConfiguration": {"ScanOnPush": True},
        }
        return {
            "Project": {"Type": "AWS::CodeBuild::Project", "Properties": project},
            "Registry": {"Type": "AWS::ECR::Repository", "Properties": registry},
        }

    outputs = {
        "Project": {"Ref": "Project"},
        "ProjectArn": {"Fn::GetAtt": ["Project", "Arn"]},
        "Registry": {"Ref": "Registry"},
        "Uri": {"Fn::GetAtt": ["Registry", "RepositoryUri"]},
    }
    first = deploy(resources(10, "IMMUTABLE"), outputs)
    assert first["Uri"] == f"111122223333.dkr.ecr.us-east-1.amazonaws.com/{first['Registry']}"
    [project] = engine.client("codebuild").batch_get_projects(names=[first["Project"]])["projects"]
    assert (project["timeoutInMinutes"], project["source"]["buildspec"]) == (10, "buildspec.yml")

    assert deploy(resources(20, "MUTABLE"), outputs) == first
    [project] = engine.client("codebuild").batch_get_projects(names=[first["Project"]])["projects"]
    [registry] = engine.client("ecr").describe_repositories(repositoryNames=[first["Registry"]])["repositories"]
    assert (project["timeoutInMinutes"], registry["imageTagMutability"]) == (20, "MUTABLE")
