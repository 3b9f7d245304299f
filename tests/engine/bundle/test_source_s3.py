"""The S3 source for real: the bundle's own pipeline and rules on a versioned bucket that sends its events."""

from __future__ import annotations

import copy
import io
import json
import re
import time
import uuid
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cf import templates
from tests.engine.conftest import RunningEngine

KEY = "bundle/source.zip"
# The runs are about Source; a build that ends at once keeps them short.
BUILDSPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - exit 1\n"
FUNCTIONS = {"Outcome": "outcome", "Promote": "promote", "Smoke": "smoke"}
_LONGEST_SECONDS = 60.0
_QUIET_SECONDS = 1.0


class Install:
    """Those parts of the bundle that a source needs, each as a stack of its own."""

    def __init__(self, engine: RunningEngine) -> None:
        self.engine = engine
        self.prefix = f"s3-{uuid.uuid4().hex[:8]}"
        self.sources = f"{self.prefix}-sources"
        self.values: dict[str, str] = {}
        s3 = engine.client("s3")
        s3.create_bucket(Bucket=self.sources)
        s3.put_bucket_versioning(Bucket=self.sources, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_notification_configuration(
            Bucket=self.sources, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )

    def upload(self, buildspec: str = BUILDSPEC, key: str = KEY) -> str:
        """A zip of the source; its version."""
        version: str = self.engine.client("s3").put_object(
            Bucket=self.sources, Key=key, Body=zipped({"buildspec.yml": buildspec})
        )["VersionId"]
        return version

    def deploy(self, part: str, parameters: dict[str, str], suffix: str = "") -> tuple[dict[str, str], list[str]]:
        """Create the stack of a part with those parameters that it has; its outputs, and why resources failed."""
        stack = f"{self.prefix}-part-{part}{suffix}"
        template = self.packaged(part)
        cloudformation = self.engine.client("cloudformation")
        cloudformation.create_stack(
            StackName=stack,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in parameters.items()
                if key in template["Parameters"]
            ],
        )
        found = wait(lambda: settled(cloudformation, stack))
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
        return outputs, reasons(cloudformation, stack)

    def launch(self) -> None:
        """Storage, source, topic, pipeline, rules: in the order of the root template."""
        values = {
            "Prefix": self.prefix,
            "SourceProvider": "S3",
            "RepositoryName": self.prefix,
            "Branch": "master",
            "ConnectionArn": "",
            "RepositoryArn": "",
            "SourceBucket": self.sources,
            "SourceKey": KEY,
            "DeployedBoundaryArn": "arn:aws:iam::111122223333:policy/none",
        }
        for name in FUNCTIONS:
            values |= {f"{name}Name": name, f"{name}Arn": f"arn:aws:lambda:us-east-1:111122223333:function:{name}"}
        for name in ("Training", "Test", "Production"):
            values[f"{name}RoleArn"] = f"arn:aws:iam::111122223333:role/{name}"
        for part in ("storage", "source", "notifications", "pipeline", "triggers"):
            outputs, failed = self.deploy(part, values)
            assert failed == []
            values |= outputs
        self.values = values

    def packaged(self, part: str) -> dict[str, Any]:
        """A template whose function's code is in S3, as `sam package` would have put it there."""
        template = copy.deepcopy(templates.load(part))
        for resource in template["Resources"].values():
            if "CodeUri" in resource.get("Properties", {}):
                folder = templates.FOLDER / resource["Properties"]["CodeUri"]
                code = zipped({path.name: path.read_text() for path in folder.glob("*.py")})
                self.engine.client("s3").put_object(Bucket=self.sources, Key="packages/code.zip", Body=code)
                resource["Properties"]["CodeUri"] = f"s3://{self.sources}/packages/code.zip"
        return template

    def runs(self) -> list[dict[str, Any]]:
        """The runs that are over, oldest first; none while one is going on."""
        pipeline = self.engine.client("codepipeline")
        found: list[dict[str, Any]] = pipeline.list_pipeline_executions(pipelineName=self.prefix)[
            "pipelineExecutionSummaries"
        ][::-1]
        return [] if any(run["status"] == "InProgress" for run in found) else found

    def action(self, run: dict[str, Any], name: str) -> dict[str, Any]:
        """An action of a run."""
        found = self.engine.client("codepipeline").list_action_executions(
            pipelineName=self.prefix, filter={"pipelineExecutionId": run["pipelineExecutionId"]}
        )["actionExecutionDetails"]
        return next(item for item in found if item["actionName"] == name)


def zipped(files: dict[str, str]) -> bytes:
    """A zip of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def settled(cloudformation: Any, stack: str) -> dict[str, Any] | None:
    """A stack's description once nothing is in progress."""
    found: dict[str, Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return None if found["StackStatus"].endswith("_IN_PROGRESS") else found


def reasons(cloudformation: Any, stack: str) -> list[str]:
    """Why a stack's resources failed."""
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [event["ResourceStatusReason"] for event in events if event["ResourceStatus"].endswith("_FAILED")]


def wait(look: Any) -> Any:
    """Ask until the answer is truthy."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        answer = look()
        if answer:
            return answer
        time.sleep(0.05)
    return pytest.fail("waited in vain")


@pytest.fixture(scope="module")
def install(engine: RunningEngine) -> Install:
    """An install whose source is a zip that was there before it."""
    found = Install(engine)
    found.upload()
    found.launch()
    return found


def test_a_launch_starts_one_run_of_the_zips_version_and_each_new_zip_one_more(install: Install) -> None:
    (first,) = wait(install.runs)
    assert first["trigger"]["triggerType"] == "CreatePipeline"
    source = install.action(first, "Source")
    assert source["status"] == "Succeeded"
    assert source["input"]["actionTypeId"]["provider"] == "S3"
    version = install.upload(BUILDSPEC.replace("exit 1", "exit 2"))
    second = wait(lambda: install.runs()[1:])[0]
    assert second["trigger"]["triggerType"] == "CloudWatchEvent"
    assert install.action(second, "Source")["output"]["outputVariables"]["VersionId"] == version
    # The build got the zip, and its version as the commit.
    build = install.action(second, "Build")
    assert build["status"] == "Failed"
    assert json.loads(build["input"]["resolvedConfiguration"]["EnvironmentVariables"])[0] == {
        "name": "COMMIT",
        "value": version,
    }


def test_another_object_of_the_bucket_starts_nothing(install: Install) -> None:
    before = len(wait(install.runs))
    install.upload(key="bundle/other.zip")
    time.sleep(_QUIET_SECONDS)
    assert len(wait(install.runs)) == before


def test_a_connection_is_refused_by_the_engine_with_its_sentence(install: Install) -> None:
    connected = {
        "Prefix": f"{install.prefix}-connected",
        "SourceProvider": "CodeConnections",
        "RepositoryName": "owner/repository",
        "ConnectionArn": "arn:aws:codeconnections:us-east-1:111122223333:connection/0",
    }
    sentence = re.escape("a connection needs its git host (GitHub, GitLab, Bitbucket); use CodeCommit or S3")
    with pytest.raises(ClientError, match=f"Resource Pipeline: .*{sentence}"):
        install.deploy("pipeline", {**install.values, **connected}, suffix="-connected")
