"""Endpoints as a caller sees them: in service, invoked, scaled, updated, captured, deleted."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Hosted, eventually, model_archive, variant

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html")


class Load:
    """Invokes an endpoint without pause and keeps every answer and error."""

    def __init__(self, hosted: Hosted, name: str) -> None:
        self.models: list[str] = []
        self.errors: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(hosted, name)) for _ in range(3)]

    def _run(self, hosted: Hosted, name: str) -> None:
        while not self._stop.is_set():
            try:
                self.models.append(hosted.invoke(name)["model"])
            except ClientError as error:
                self.errors.append(str(error))

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_an_endpoint_comes_into_service_and_answers(hosted: Hosted) -> None:
    name = hosted.serving("the model")
    answer = hosted.runtime.invoke_endpoint(
        EndpointName=name, Body="1,2", ContentType="text/csv", Accept="application/json", CustomAttributes="trace=7"
    )
    told = json.loads(answer["Body"].read())
    assert (told["model"], told["body"], told["accept"], told["attributes"]) == (
        "the model",
        "1,2",
        "application/json",
        "trace=7",
    )
    assert answer["ContentType"] == "application/json"
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    eventually(lambda: "serving" in hosted.account.log(f"/aws/sagemaker/Endpoints/{name}"))


def test_an_endpoint_says_which_image_it_runs_by_digest(hosted: Hosted) -> None:
    described = hosted.client.describe_endpoint(EndpointName=hosted.serving())
    image = described["ProductionVariants"][0]["DeployedImages"][0]
    assert image["SpecifiedImage"] == IMAGE
    assert image["ResolvedImage"] == f"{IMAGE.removesuffix(':tests')}@sha256:{'0' * 64}"


def test_an_endpoint_that_is_not_there_is_a_validation_error(hosted: Hosted) -> None:
    with pytest.raises(ClientError, match="Endpoint nobody of account 111122223333 not found") as error:
        hosted.invoke("nobody")
    assert error.value.response["Error"]["Code"] == "ValidationError"


def test_what_the_container_answers_comes_back_as_a_model_error(hosted: Hosted) -> None:
    name = hosted.serving()
    with pytest.raises(ClientError, match=r"Received client error \(400\) from primary with message") as error:
        hosted.invoke(name, "status=400")
    assert error.value.response["Error"]["Code"] == "ModelError"
    assert error.value.response["OriginalStatusCode"] == 400
    assert error.value.response["OriginalMessage"] == '{"error": "as you wished"}'
    with pytest.raises(ClientError, match=r"Received server error \(503\)"):
        hosted.invoke(name, "status=503")


def test_a_body_above_six_megabytes_is_refused(hosted: Hosted) -> None:
    name = hosted.serving()
    with pytest.raises(ClientError, match="HTTP content length exceeded 6291456 bytes"):
        hosted.runtime.invoke_endpoint(EndpointName=name, Body=b"x" * 6291457)


def test_a_server_that_crashes_at_its_start_fails_the_endpoint_at_once(hosted: Hosted) -> None:
    name = hosted.endpoint(hosted.config(variant(hosted.model("m", CRASH="1"))))
    found = hosted.settled(name)
    assert found["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check: its process ended with exit code 7" in found["FailureReason"]
    assert f"log group /aws/sagemaker/Endpoints/{name}" in found["FailureReason"]
    eventually(lambda: "cannot load the model" in hosted.account.log(f"/aws/sagemaker/Endpoints/{name}"))


@pytest.mark.parametrize("content", [b"no archive", model_archive("cut")[:-20]], ids=["no archive", "cut"])
def test_model_data_that_is_no_archive_fails_the_endpoint_by_its_url(hosted: Hosted, content: bytes) -> None:
    model = hosted.model("m")
    config = hosted.config(variant(model))
    hosted.account.put(f"models/{model}/model.tar.gz", content)
    found = hosted.settled(hosted.endpoint(config))
    assert found["EndpointStatus"] == "Failed"
    assert found["FailureReason"].startswith(
        'Failed to extract model data archive for container "container_1" from URL'
    )


def test_model_data_that_is_gone_fails_the_endpoint_by_its_url(hosted: Hosted) -> None:
    model = hosted.model("m")
    config = hosted.config(variant(model))
    hosted.account.client("s3").delete_object(Bucket=BUCKET, Key=f"models/{model}/model.tar.gz")
    found = hosted.settled(hosted.endpoint(config))
    assert found["FailureReason"].startswith('Failed to download model data for container "container_1" from URL')


def test_a_model_whose_data_is_not_there_is_refused(hosted: Hosted) -> None:
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/none.tar.gz"}
    with pytest.raises(ClientError, match="Could not find model data at s3://"):
        hosted.client.create_model(ModelName="none", PrimaryContainer=container, ExecutionRoleArn=ROLE)


def test_a_model_whose_role_cannot_read_its_data_is_refused(hosted: Hosted) -> None:
    url = hosted.account.put("readable/model.tar.gz", model_archive("m"))
    container = {"Image": IMAGE, "ModelDataUrl": url}
    role = ROLE.replace("Job", "Powerless")
    with pytest.raises(ClientError, match=r'Could not access model data at .* has "s3:GetObject" permissions'):
        hosted.client.create_model(ModelName="none", PrimaryContainer=container, ExecutionRoleArn=role)


def test_a_server_that_dies_is_started_again(hosted: Hosted) -> None:
    name = hosted.serving()
    first = hosted.invoke(name)["pid"]
    with pytest.raises(ClientError, match="ModelError"):
        hosted.invoke(name, "die")
    assert eventually(lambda: answering(hosted, name)) != first


def answering(hosted: Hosted, name: str) -> int | None:
    """The process that answers, None while the instance is between two of them."""
    try:
        return int(hosted.invoke(name)["pid"])
    except ClientError:
        return None


def test_requests_go_to_variants_by_weight_or_by_name(hosted: Hosted) -> None:
    config = hosted.config(variant(hosted.model("a"), name="A"), variant(hosted.model("b"), name="B", weight=0.0))
    name = hosted.endpoint(config)
    hosted.settled(name)
    assert {hosted.invoke(name)["variant"] for _ in range(10)} == {"A"}
    assert hosted.invoke(name, TargetVariant="B")["model"] == "b"
    with pytest.raises(ClientError, match=f"Variant C of endpoint {name} of account 111122223333 not found"):
        hosted.invoke(name, TargetVariant="C")
    weights = [{"VariantName": "A", "DesiredWeight": 0.0}, {"VariantName": "B", "DesiredWeight": 1.0}]
    hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=weights)
    hosted.settled(name)
    assert {hosted.invoke(name)["variant"] for _ in range(10)} == {"B"}


def test_more_instances_than_any_account_has_are_refused(hosted: Hosted) -> None:
    many = 2_000_000_000
    config = hosted.config(variant(hosted.model("one"), many))
    with pytest.raises(hosted.client.exceptions.ResourceLimitExceeded, match="for endpoint usage' is 100 Instances"):
        hosted.endpoint(config)
    name = hosted.serving()
    with pytest.raises(hosted.client.exceptions.ResourceLimitExceeded, match="with a request of 2000000000 Instances"):
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": many}]
    with pytest.raises(hosted.client.exceptions.ResourceLimitExceeded, match=r"ml\.m5\.large for endpoint usage"):
        hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
    assert hosted.settled(name)["EndpointStatus"] == "InService"


def test_instances_are_added_and_drained_without_a_dropped_request(hosted: Hosted) -> None:
    name = hosted.serving()
    with Load(hosted, name) as load:
        for count in (3, 1):
            wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": count}]
            hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
            found = hosted.settled(name)["ProductionVariants"][0]
            assert found["CurrentInstanceCount"] == found["DesiredInstanceCount"] == count
            if count == 3:
                eventually(lambda: len({hosted.invoke(name)["pid"] for _ in range(12)}) == 3)
    assert load.errors == []
    assert len({hosted.invoke(name)["pid"] for _ in range(5)}) == 1


def test_an_update_takes_over_without_a_dropped_request(hosted: Hosted) -> None:
    name = hosted.serving("old", 2)
    with Load(hosted, name) as load:
        config = hosted.config(variant(hosted.model("new"), 2))
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
        found = hosted.settled(name)
        answered = len(load.models)
        # Three may have been under way when it was settled.
        eventually(lambda: len(load.models) > answered + 3)
    assert load.errors == []
    assert found["EndpointConfigName"] == config
    assert load.models[0] == "old"
    assert load.models[-1] == "new"


def canary(wait: int = 30, **more: Any) -> dict[str, Any]:
    """A canary deployment of one instance."""
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 1},
                "WaitIntervalInSeconds": wait,
            },
            "TerminationWaitInSeconds": 0,
        },
        **more,
    }


def going_on(hosted: Hosted, name: str) -> str:
    """What is done with the new variant; nothing when no deployment is under way."""
    pending = hosted.client.describe_endpoint(EndpointName=name).get("PendingDeploymentSummary", {})
    variants = pending.get("ProductionVariants", [{}])
    return str(variants[0].get("VariantStatus", [{}])[0].get("Status", ""))


def test_a_canary_shares_the_traffic_while_it_bakes(hosted: Hosted) -> None:
    name = hosted.serving("old", 2)
    config = hosted.config(variant(hosted.model("new"), 2))
    with Load(hosted, name) as load:
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=canary(120))
        assert eventually(lambda: going_on(hosted, name) in {"ActivatingTraffic", "Baking"})
        hosted.settled(name)
    first = load.models.index("new")
    assert "old" in load.models[first:]
    assert load.errors == []
    assert "LastDeploymentConfig" in hosted.settled(name)


def test_an_alarm_rolls_the_canary_back(hosted: Hosted) -> None:
    alarm = "rollback-alarm"
    cloudwatch = hosted.account.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[{"Name": "EndpointName", "Value": "unused"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    name = hosted.serving("old", 2)
    config = hosted.config(variant(hosted.model("new"), 2))
    rollback = {"Alarms": [{"AlarmName": alarm}]}
    deployment = canary(3600, AutoRollbackConfiguration=rollback)
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=deployment)
    eventually(lambda: "new" in {hosted.invoke(name)["model"] for _ in range(5)})

    def alarmed() -> bool:
        """The alarm has no data, so its own evaluation would soon end the state that is set here."""
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
        return hosted.client.describe_endpoint(EndpointName=name)["EndpointStatus"] != "Updating"

    eventually(alarmed)
    found = hosted.settled(name)
    assert found["EndpointStatus"] == "InService"
    assert found["EndpointConfigName"] != config
    assert f"were tripped: {alarm}" in found["FailureReason"]
    assert {hosted.invoke(name)["model"] for _ in range(5)} == {"old"}


def test_a_new_model_that_does_not_start_leaves_the_old_one_in_service(hosted: Hosted) -> None:
    name = hosted.serving("old")
    config = hosted.config(variant(hosted.model("new", CRASH="1")))
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
    found = hosted.settled(name)
    assert found["EndpointStatus"] == "InService"
    assert "did not pass the ping health check" in found["FailureReason"]
    assert hosted.invoke(name)["model"] == "old"


def test_a_canary_of_one_instance_is_refused(hosted: Hosted) -> None:
    name = hosted.serving("old")
    config = hosted.config(variant(hosted.model("new")))
    with pytest.raises(ClientError, match="it must be at most 50% of the variant's instances"):
        hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=canary())


@pytest.mark.parametrize(("retain", "count"), [(True, 2), (False, 1)])
def test_an_update_keeps_the_scaled_count_only_when_told_to(hosted: Hosted, retain: bool, count: int) -> None:
    name = hosted.serving("old")
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}]
    hosted.client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
    hosted.settled(name)
    config = hosted.config(variant(hosted.model("new"), 1))
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config, RetainAllVariantProperties=retain)
    assert hosted.settled(name)["ProductionVariants"][0]["CurrentInstanceCount"] == count


def test_an_endpoint_that_is_being_changed_refuses_another_change(hosted: Hosted) -> None:
    name = hosted.endpoint(hosted.config(variant(hosted.model("m"))))
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        hosted.client.delete_endpoint(EndpointName=name)


def test_requests_and_answers_are_captured(hosted: Hosted) -> None:
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/capture",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    name = hosted.serving("m", DataCaptureConfig=capture)
    hosted.runtime.invoke_endpoint(
        EndpointName=name, Body="1,2", ContentType="text/csv", InferenceId="id-1", CustomAttributes="a"
    )
    key = eventually(lambda: hosted.account.keys(f"capture/{name}/AllTraffic/"))[0]
    assert key.endswith(".jsonl")
    assert len(key.split("/")) == 8
    line = json.loads(hosted.account.get(key))
    assert line["captureData"]["endpointInput"] == {
        "observedContentType": "text/csv",
        "mode": "INPUT",
        "data": "1,2",
        "encoding": "CSV",
    }
    assert line["captureData"]["endpointOutput"]["encoding"] == "BASE64"
    assert line["eventMetadata"]["inferenceId"] == "id-1"
    assert line["eventMetadata"]["customAttributes"] == ["a"]
    assert line["eventVersion"] == "0"
    described = hosted.client.describe_endpoint(EndpointName=name)["DataCaptureConfig"]
    assert (described["CaptureStatus"], described["CurrentSamplingPercentage"]) == ("Started", 100)


def test_invocations_are_counted_in_cloudwatch(hosted: Hosted) -> None:
    name = hosted.serving("m", 2)
    for _ in range(4):
        hosted.invoke(name)
    with pytest.raises(ClientError):
        hosted.invoke(name, "status=500")

    def total(metric: str) -> float:
        now = time.time()
        points = hosted.account.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}],
            StartTime=now - 300,
            EndTime=now + 60,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    eventually(lambda: total("Invocations") == 5)
    eventually(lambda: total("InvocationsPerInstance") == 2.5)
    eventually(lambda: total("Invocation5XXErrors") == 1)
    assert total("Invocation4XXErrors") == 0
    eventually(lambda: total("ModelLatency") > 0)


def test_a_deleted_endpoint_leaves_no_process(hosted: Hosted) -> None:
    name = hosted.serving()
    pid = hosted.invoke(name)["pid"]
    hosted.delete(name)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ClientError, match='Could not find endpoint "arn:aws:sagemaker:us-east-1:111122223333:endpoint'):
        hosted.client.describe_endpoint(EndpointName=name)


def test_a_deployment_whose_role_may_not_read_its_alarms_is_rolled_back(hosted: Hosted) -> None:
    iam = hosted.account.client("iam")
    trust = iam.get_role(RoleName="Job")["Role"]["AssumeRolePolicyDocument"]
    role = iam.create_role(RoleName="WithoutAlarms", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "logs:*"], "Resource": "*"}],
    }
    iam.put_role_policy(RoleName="WithoutAlarms", PolicyName="job", PolicyDocument=json.dumps(policy))
    name = hosted.serving("old", 2)
    url = hosted.account.put("models/without-alarms/model.tar.gz", model_archive("new"))
    container = {"Image": IMAGE, "ModelDataUrl": url}
    hosted.client.create_model(ModelName="without-alarms", PrimaryContainer=container, ExecutionRoleArn=role)
    deployment = canary(60, AutoRollbackConfiguration={"Alarms": [{"AlarmName": "errors"}]})
    config = hosted.config(variant("without-alarms", 2))
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=config, DeploymentConfig=deployment)
    found = hosted.settled(name)
    assert found["EndpointConfigName"] != config
    assert "not authorized to perform: cloudwatch:DescribeAlarms" in found["FailureReason"]
    assert hosted.invoke(name)["model"] == "old"
