"""The events that AWS's services put on the default bus, each as its page shows it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from slipway.engine.clock import Clock
from slipway.engine.engine import Engine
from slipway.engine.services.sagemaker import endpoint_records, events, tags
from slipway.engine.services.sagemaker.service import table
from tests.engine.mend.account import ACCOUNT, eventually, let_in, messages, queue, role

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html")


class Bus:
    """What comes over the default bus from one service, kept in a queue."""

    def __init__(self, engine: Any, name: str, source: str, detail: dict[str, Any]) -> None:
        self._engine = engine
        client = engine.client("events")
        self._url, arn = queue(engine, f"bus-{name}")
        pattern = json.dumps({"source": [source], "detail": detail})
        rule = client.put_rule(Name=f"bus-{name}", EventPattern=pattern)["RuleArn"]
        let_in(engine, self._url, arn, "events.amazonaws.com", rule)
        client.put_targets(Rule=f"bus-{name}", Targets=[{"Id": "q", "Arn": arn}])
        self._seen: list[dict[str, Any]] = []

    def events(self, count: int) -> list[dict[str, Any]]:
        """The first `count` events."""

        def received() -> bool:
            for message in messages(self._engine, self._url):
                self._engine.client("sqs").delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                self._seen.append(json.loads(message["Body"]))
            return len(self._seen) >= count

        eventually(received, 60)
        return self._seen

    def one(self) -> dict[str, Any]:
        """The only event."""
        (event,) = self.events(1)
        return event


@pytest.mark.specification("docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html")
def test_codecommit_tells_of_references(engine: Any) -> None:
    client = engine.client("codecommit")
    bus = Bus(engine, "codecommit", "aws.codecommit", {"repositoryName": ["told"]})
    repository = client.create_repository(repositoryName="told")["repositoryMetadata"]
    commit = client.put_file(
        repositoryName="told", branchName="main", fileContent=b"x", filePath="f", name="n", email="e@example.com"
    )["commitId"]
    event = bus.one()
    assert (event["detail-type"], event["resources"]) == ("CodeCommit Repository State Change", [repository["Arn"]])
    assert event["detail"] == {
        "event": "referenceCreated",
        "repositoryName": "told",
        "repositoryId": repository["repositoryId"],
        "referenceType": "branch",
        "referenceName": "main",
        "referenceFullName": "refs/heads/main",
        "commitId": commit,
        "callerUserArn": f"arn:aws:iam::{ACCOUNT}:user/person-at-the-keyboard",
    }


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html")
def test_step_functions_tells_of_executions(engine: Any) -> None:
    client = engine.client("stepfunctions")
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    who = role(engine, "told-machine", "states.amazonaws.com")
    machine = client.create_state_machine(name="told", definition=definition, roleArn=who)["stateMachineArn"]
    bus = Bus(engine, "states", "aws.states", {"stateMachineArn": [machine]})
    execution = client.start_execution(stateMachineArn=machine, input='{"a": 1}')["executionArn"]
    running, succeeded = sorted(bus.events(2), key=lambda event: event["detail"]["status"])
    assert {event["detail-type"] for event in (running, succeeded)} == {"Step Functions Execution Status Change"}
    assert (running["detail"]["status"], succeeded["detail"]["status"]) == ("RUNNING", "SUCCEEDED")
    assert succeeded["resources"] == [execution]
    assert json.loads(succeeded["detail"]["input"]) == {"a": 1}
    assert succeeded["detail"]["inputDetails"] == {"included": True}
    assert running["detail"]["stopDate"] is None
    assert set(succeeded["detail"]) == {
        *("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "input", "inputDetails"),
        *("output", "outputDetails", "error", "cause", "stateMachineVersionArn", "stateMachineAliasArn"),
        *("redriveCount", "redriveDate", "redriveStatus", "redriveStatusReason"),
    }


@pytest.mark.specification("docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html")
def test_codebuild_tells_of_builds_and_phases(engine: Any) -> None:
    client = engine.client("codebuild")
    logs = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    who = role(engine, "told-build", "codebuild.amazonaws.com", [logs])
    buildspec = json.dumps({"version": "0.2", "phases": {"build": {"commands": ["true"]}}})
    client.create_project(
        name="told",
        source={"type": "NO_SOURCE", "buildspec": buildspec},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=who,
    )
    bus = Bus(engine, "codebuild", "aws.codebuild", {"project-name": ["told"]})
    build = client.start_build(projectName="told")["build"]
    eventually(lambda: client.batch_get_builds(ids=[build["id"]])["builds"][0]["buildComplete"], 60)
    told = bus.events(12)  # ten phases end, and the build begins and ends
    states = [event["detail"] for event in told if event["detail-type"] == "CodeBuild Build State Change"]
    phases = [event["detail"] for event in told if event["detail-type"] == "CodeBuild Build Phase Change"]
    assert {detail["build-status"] for detail in states} == {"IN_PROGRESS", "SUCCEEDED"}
    assert {"SUBMITTED", "PROVISIONING", "BUILD", "FINALIZING"} <= {detail["completed-phase"] for detail in phases}
    assert all(detail["build-id"] == build["arn"] for detail in (*states, *phases))
    assert {"current-phase", "current-phase-context", "version", "additional-information"} <= set(states[0])
    assert {
        *("completed-phase-status", "completed-phase-context", "completed-phase-duration-seconds"),
        *("completed-phase-start", "completed-phase-end", "version", "additional-information"),
    } <= set(phases[0])


@pytest.mark.specification("docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html")
def test_ecr_tells_of_images(engine: Any) -> None:
    client = engine.client("ecr")
    client.create_repository(repositoryName="told")
    content = b"{}"
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    upload = client.initiate_layer_upload(repositoryName="told")["uploadId"]
    client.upload_layer_part(
        repositoryName="told", uploadId=upload, partFirstByte=0, partLastByte=1, layerPartBlob=content
    )
    client.complete_layer_upload(repositoryName="told", uploadId=upload, layerDigests=[digest])
    layer = {"mediaType": "application/octet-stream", "digest": digest, "size": len(content)}
    manifest = json.dumps({"schemaVersion": 2, "config": layer, "layers": [layer]})
    bus = Bus(engine, "ecr", "aws.ecr", {"repository-name": ["told"]})
    image = client.put_image(repositoryName="told", imageManifest=manifest, imageTag="v1")["image"]["imageId"]
    client.batch_delete_image(repositoryName="told", imageIds=[{"imageDigest": image["imageDigest"]}])
    pushed, deleted = sorted(bus.events(2), key=lambda event: event["detail"]["action-type"], reverse=True)
    assert (pushed["detail-type"], pushed["resources"]) == ("ECR Image Action", [])
    common = {
        "result": "SUCCESS",
        "repository-name": "told",
        "image-digest": image["imageDigest"],
        "image-tag": "v1",
    }
    assert pushed["detail"] == {"action-type": "PUSH", **common}
    assert deleted["detail"] == {"action-type": "DELETE", **common}


@pytest.mark.specification("docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html")
def test_cloudwatch_tells_of_alarms(engine: Any) -> None:
    client = engine.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="told-by-event",
        Namespace="Test",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        AlarmDescription="d",
    )
    bus = Bus(engine, "cloudwatch", "aws.cloudwatch", {"alarmName": ["told-by-event"], "state": {"value": ["ALARM"]}})
    client.set_alarm_state(AlarmName="told-by-event", StateValue="ALARM", StateReason="said so")
    event = bus.one()
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"] == [f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:told-by-event"]
    detail = event["detail"]
    assert (detail["state"]["reason"], detail["previousState"]["value"]) == ("said so", "INSUFFICIENT_DATA")
    assert detail["configuration"]["description"] == "d"
    (metric,) = detail["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["name"] == "m"


@pytest.mark.specification("docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html")
def test_systems_manager_tells_of_parameters(engine: Any) -> None:
    client = engine.client("ssm")
    bus = Bus(engine, "ssm", "aws.ssm", {"name": ["/told"]})
    client.put_parameter(Name="/told", Type="String", Value="1", Description="d")
    client.put_parameter(Name="/told", Value="2", Overwrite=True)
    client.label_parameter_version(Name="/told", Labels=["l"])
    client.delete_parameter(Name="/told")
    told = bus.events(4)
    assert {event["detail"]["operation"] for event in told} == {"Create", "Update", "LabelParameterVersion", "Delete"}
    created = next(event for event in told if event["detail"]["operation"] == "Create")
    assert (created["detail-type"], created["resources"]) == (
        "Parameter Store Change",
        [f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/told"],
    )
    assert created["detail"] == {"operation": "Create", "name": "/told", "type": "String", "description": "d"}


Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Engine, Told]:
    """An engine without a server, and what it emits."""
    emitted: Told = []
    engine = Engine(tmp_path, 1, "us-east-1", Clock(1))

    def emit(source: str, detail_type: str, detail: dict[str, Any], resources: list[str]) -> None:
        assert (source, len(resources)) == ("aws.sagemaker", 1)
        emitted.append((detail_type, detail))

    monkeypatch.setattr(engine, "emit", emit)
    return engine, emitted


SAGEMAKER = "docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"


@pytest.mark.specification(SAGEMAKER)
@pytest.mark.parametrize("what", ["Training Job", "Processing Job", "Model Package"])
def test_sagemaker_tells_what_describe_would_answer_with_milliseconds_and_tags(
    told: tuple[Engine, Told], what: str
) -> None:
    engine, emitted = told
    arn = engine.arn("sagemaker", "thing/t")
    tags.put(engine, arn, [{"Key": "team", "Value": "a"}])
    events.state_change(engine, what, {"Status": "Completed", "CreationTime": 1.5, "_ours": 1}, arn)
    expected = {"Status": "Completed", "CreationTime": 1500, "Tags": {"team": "a"}}
    assert emitted == [(f"SageMaker {what} State Change", expected)]


@pytest.mark.specification(SAGEMAKER)
def test_an_endpoint_tells_of_its_status_and_of_its_deployments(told: tuple[Engine, Told]) -> None:
    engine, emitted = told
    arn = engine.arn("sagemaker", "endpoint/e")
    table(engine, endpoint_records.TABLE)["e"] = {
        "EndpointName": "e",
        "EndpointArn": arn,
        "EndpointStatus": "InService",
        "ProductionVariants": [{"VariantName": "v"}],
    }

    def change(alter: Callable[[dict[str, Any]], None]) -> None:
        endpoint_records.change(engine, "e", alter)

    change(lambda record: record.update(EndpointStatus="Updating"))
    baking = {"ProductionVariants": [{"VariantName": "v", "VariantStatus": [{"Status": "Baking"}]}]}
    change(lambda record: record.update(PendingDeploymentSummary=baking))
    change(lambda record: record.update(EndpointConfigName="unchanged doing"))
    change(lambda record: record.update(EndpointStatus="InService") or record.pop("PendingDeploymentSummary"))
    assert [(detail_type, detail["EndpointStatus"]) for detail_type, detail in emitted] == [
        ("SageMaker Endpoint State Change", "UPDATING"),
        ("SageMaker Endpoint Deployment State Change", "UPDATING"),
        ("SageMaker Endpoint State Change", "IN_SERVICE"),
    ]
    assert emitted[1][1]["PendingDeploymentSummary"] == baking
