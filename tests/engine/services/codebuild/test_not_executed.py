"""What is refused of a project before its stack makes anything."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.resource import Partly
from slipway.engine.resources.codebuild import RESOURCES

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html"
)


def reasons(**properties: Any) -> list[str]:
    """Of a project that builds a pipeline's artifacts, with other properties."""
    given = {
        "ServiceRole": Partly("${Role.Arn}"),
        "Artifacts": {"Type": "CODEPIPELINE"},
        "Environment": {"Type": "LINUX_CONTAINER", "ComputeType": "BUILD_GENERAL1_SMALL", "Image": "aws/codebuild/x"},
        "Source": {"Type": "CODEPIPELINE"},
        **properties,
    }
    return list(RESOURCES["AWS::CodeBuild::Project"].check(given))


def buildspec(text: str) -> dict[str, Any]:
    return {"Type": "NO_SOURCE", "BuildSpec": f"version: 0.2\n{text}"}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        pytest.param({"Source": {"Type": "GITHUB"}}, "source/type GITHUB is not executed", id="a git host"),
        pytest.param({"SecondarySources": [{"Type": "BITBUCKET"}]}, "source/type BITBUCKET", id="a second git host"),
        pytest.param({"Environment": {"Type": "LINUX_GPU_CONTAINER"}}, "type LINUX_GPU_CONTAINER", id="a GPU"),
        pytest.param({"Cache": {"Type": "S3", "Location": Partly("${Bucket}")}}, "cache/type S3", id="an S3 cache"),
        pytest.param(
            {"Source": buildspec("phases: {build: {commands: [pytest]}}\nreports: {unit: {files: ['*.xml']}}")},
            "buildspec: reports: reports is not executed by the local engine",
            id="reports",
        ),
        pytest.param(
            {"Source": buildspec("phases: {install: {runtime-versions: {nodejs: 22}}}")},
            "runtime-versions/nodejs: only python is provided by the local engine",
            id="another runtime",
        ),
    ],
)
def test_what_is_not_executed_is_told_by_name(properties: dict[str, Any], reason: str) -> None:
    (told,) = reasons(**properties)
    assert reason in told


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({}, id="nothing else"),
        pytest.param({"Environment": Partly("${Settings.Environment}")}, id="an unknown environment"),
        pytest.param({"Source": {"Type": Partly("${Settings.Type}")}}, id="an unknown type of source"),
        pytest.param({"SecondarySources": [{"Type": Partly("${Settings.Type}")}]}, id="an unknown second source"),
        pytest.param({"Source": {"Type": "NO_SOURCE", "BuildSpec": "other.yml"}}, id="a buildspec in a file"),
        pytest.param({"Source": buildspec("phases: [")}, id="a buildspec that CodeBuild takes and cannot run"),
    ],
)
def test_what_codebuild_takes_is_let_through(properties: dict[str, Any]) -> None:
    assert reasons(**properties) == []
