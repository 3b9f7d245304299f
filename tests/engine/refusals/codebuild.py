"""CodeBuild: docs.aws.amazon.com/codebuild/latest/APIReference and build-spec-ref.html of its user guide."""

from typing import Any

from tests.engine.refusals.attempt import NAME, ROLE, Attempt, builds, call, operation

SERVICE = "codebuild"
ENVIRONMENT = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"}
PROJECT: dict[str, Any] = {
    "name": NAME,
    "serviceRole": ROLE,
    "environment": ENVIRONMENT,
    "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: [ls]}}\n"},
    "artifacts": {"type": "NO_ARTIFACTS"},
}
PHASES = "phases: {build: {commands: [ls]}}\n"


def project(item: str, says: str, **members: Any) -> Attempt:
    return call(item, f"{says} is not executed by the local engine", SERVICE, "create_project", **PROJECT | members)


def environment(item: str, kind: str) -> Attempt:
    return project(item, f"environment/type {kind}", environment={**ENVIRONMENT, "type": kind})


ATTEMPTS = (
    project("Git hosts", "source/type GITHUB", source={"type": "GITHUB", "location": "https://github.com/a/b"}),
    builds("reports", "reports is not executed", f"{PHASES}reports: {{unit: {{files: ['*.xml']}}}}"),
    operation("batch builds", SERVICE, "StartBuildBatch", "start_build_batch", projectName=NAME),
    builds("`run-as`", "run-as", f"{PHASES}run-as: somebody"),
    builds("`proxy`", "proxy", f"{PHASES}proxy: {{upload-artifacts: yes}}"),
    builds("other runtimes", "runtime-versions/nodejs", "phases: {install: {runtime-versions: {nodejs: 22}}}"),
    builds("`on-failure: RETRY`", "RETRY is not executed", "phases: {build: {on-failure: RETRY, commands: [ls]}}"),
    project("S3 cache", "cache/type S3", cache={"type": "S3", "location": NAME}),
    project("S3 logs", "logsConfig/s3Logs", logsConfig={"s3Logs": {"status": "ENABLED", "location": NAME}}),
    project("VPC", "vpcConfig", vpcConfig={"vpcId": "vpc-1", "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}),
    project("file systems", "fileSystemLocations", fileSystemLocations=[{"type": "EFS", "location": "fs-1:/"}]),
    operation("fleets", SERVICE, "CreateFleet", "create_fleet", name=NAME),
    environment("Windows", "WINDOWS_SERVER_2022_CONTAINER"),
    environment("GPU", "LINUX_GPU_CONTAINER"),
    environment("Lambda", "LINUX_LAMBDA_CONTAINER"),
    environment("EC2 environments", "LINUX_EC2"),
    operation("webhooks", SERVICE, "CreateWebhook", "create_webhook", projectName=NAME),
    project("badges", "badgeEnabled", badgeEnabled=True),
    operation("sandboxes", SERVICE, "StartSandbox", "start_sandbox", projectName=NAME),
)
