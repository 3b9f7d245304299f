"""The direct flow with a model that is there already: refused, deployed, updated, transformed, and cleaned up after.

Its way with AutoGluon's training is in tests/heavy/test_direct.py.
"""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway import direct, install, launch
from slipway.errors import BadInput
from tests.end_to_end.failing import processes
from tests.end_to_end.plant import STACK, eventually
from tests.end_to_end.support import run_slipway
from tests.end_to_end.training_request import training_request
from tests.end_to_end.workshop import Workshop, customer, opened

ENDPOINT = f"{STACK}-direct"
# Rows that take a transform job some seconds.
MANY = 150_000
REQUEST: dict[str, Any] = {
    "Parameters": {
        "Flow": {"Train": False, "Evaluate": False, "Deploy": True},
        "PretrainedModel": {"Name": "..."},
        "Deploy": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "Mode": "endpoint"},
    }
}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with opened(tmp_path_factory.mktemp("direct") / ".slipway") as made:
        yield made


@pytest.fixture(scope="module")
def package(workshop: Workshop) -> str:
    """The ARN of production's model package, of the job image."""
    found = workshop.client("ssm").get_parameter(Name=f"/{STACK}/production/champion")["Parameter"]["Value"]
    return str(json.loads(found)["modelPackageArn"])


def asking(name: str, **deploy: Any) -> dict[str, Any]:
    """A request that deploys that model."""
    request = copy.deepcopy(REQUEST)
    request["Parameters"]["PretrainedModel"]["Name"] = name
    request["Parameters"]["Deploy"] |= deploy
    return request


def done(workshop: Workshop, request: dict[str, Any]) -> Any:
    """The output of an execution that succeeds."""
    return direct.wait(workshop.plant.installed, direct.execute(workshop.plant.installed, request)).output


def failure(workshop: Workshop, request: dict[str, Any]) -> str:
    """Why an execution fails."""
    with pytest.raises(direct.ExecutionFailed) as failed:
        done(workshop, request)
    return str(failed.value)


def left(workshop: Workshop) -> tuple[set[str], set[str], set[str]]:
    """The names of the flow's endpoints, configurations and models."""
    sagemaker = workshop.client("sagemaker")
    found = (
        (sagemaker.list_endpoints()["Endpoints"], "EndpointName"),
        (sagemaker.list_endpoint_configs()["EndpointConfigs"], "EndpointConfigName"),
        (sagemaker.list_models()["Models"], "ModelName"),
    )
    endpoints, configs, models = (
        {item[name] for item in items if item[name].startswith(ENDPOINT)} for items, name in found
    )
    return endpoints, configs, models


def predicted(workshop: Workshop) -> Any:
    """What the flow's endpoint answers for a customer."""
    answer = workshop.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=ENDPOINT, ContentType="application/json", Body=json.dumps({"instances": [customer()]})
    )
    return json.loads(answer["Body"].read())["predictions"]


def test_the_parts_of_the_install_are_found_by_ssm(workshop: Workshop) -> None:
    pages = workshop.client("ssm").get_parameters_by_path(Path=f"/{STACK}/training")["Parameters"]
    found = {item["Name"].rpartition("/")[2]: item["Value"] for item in pages}
    assert found["direct-state-machine"].endswith(f":stateMachine:{STACK}-direct")
    assert found["state-machine"].endswith(f":stateMachine:{STACK}-training")
    assert found["execution-role"].startswith("arn:aws:iam::")
    assert found["model-package-group"].endswith(f"model-package-group/{STACK}")
    for environment in ("test", "production"):
        outputs = workshop.plant.installed.environment(environment)
        for name, output in (("endpoint-name", "EndpointName"), ("api-url", "ApiUrl")):
            parameter = workshop.client("ssm").get_parameter(Name=f"/{STACK}/{environment}/{name}")["Parameter"]
            assert parameter["Value"] == outputs[output]


def test_a_wrong_request_is_refused_by_field_before_anything_starts(workshop: Workshop) -> None:
    request = asking("", Mode="serverless", InstanceCount=0, Colour="red")
    del request["Parameters"]["Flow"]["Evaluate"]
    with pytest.raises(BadInput) as refused:
        direct.execute(workshop.plant.installed, request)
    states = workshop.client("stepfunctions")
    machine = workshop.plant.installed.environment("training")["DirectStateMachineArn"]
    arn = states.start_execution(stateMachineArn=machine, input=json.dumps(request))["executionArn"]

    def ended() -> Any:
        described = states.describe_execution(executionArn=arn)
        return None if described["status"] == "RUNNING" else described

    found = eventually(ended, "the refusal")
    assert (found["status"], found["error"]) == ("FAILED", "Request")
    assert [line.strip() for line in str(refused.value).splitlines()[1:]] == found["cause"].splitlines()
    assert found["cause"].splitlines() == [
        "Parameters.Deploy.Colour: unknown; expected "
        "InstanceCount, InstanceType, Mode, BatchInputDataPath, BatchOutputDataPath",
        "Parameters.Deploy.InstanceCount: expected a whole number from 1, "
        "the instances of the endpoint or of the transform job; found 0",
        'Parameters.Deploy.Mode: expected endpoint or batch; found "serverless"',
        "Parameters.Flow.Evaluate: missing; expected true or false, whether its score decides on the deployment",
        'Parameters.PretrainedModel.Name: expected the name of a model, or the ARN of a model package; found ""',
    ]
    assert left(workshop) == (set(), set(), set())


def test_text_that_is_no_json_is_refused_like_any_field(workshop: Workshop) -> None:
    outputs = workshop.plant.installed.outputs
    request = training_request(outputs["DataBucket"], outputs["ArtifactBucket"])
    request["Parameters"]["Train"] |= {"FitArgs": "{not json", "InitArgs": '{"no": "label"}'}
    states = workshop.client("stepfunctions")
    machine = workshop.plant.installed.environment("training")["DirectStateMachineArn"]
    arn = states.start_execution(stateMachineArn=machine, input=json.dumps(request))["executionArn"]
    found = eventually(lambda: states.describe_execution(executionArn=arn).get("cause"), "the refusal")
    assert [line.split(":")[0] for line in found.splitlines()] == [
        "Parameters.Train.FitArgs",
        "Parameters.Train.InitArgs",
    ]


def test_a_model_that_is_not_there_leaves_nothing(workshop: Workshop) -> None:
    reason = failure(workshop, asking("no-such-model"))
    assert "Pretrained: " in reason and "no-such-model" in reason
    assert left(workshop) == (set(), set(), set())


def test_a_package_is_deployed_and_the_next_request_updates_the_endpoint(workshop: Workshop, package: str) -> None:
    first = done(workshop, asking(package))["Deployment"]
    assert (first["Deployed"], first["Mode"], first["EndpointName"]) == (True, "endpoint", ENDPOINT)
    assert set(predicted(workshop)[0]) == {"label", "score"}
    second = done(workshop, asking(first["ModelName"], InstanceCount=2))["Deployment"]
    described = workshop.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    assert described["EndpointConfigName"] == second["EndpointConfigName"]
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert set(predicted(workshop)[0]) == {"label", "score"}
    assert left(workshop) == ({ENDPOINT}, {second["EndpointConfigName"]}, {first["ModelName"]})


def test_an_update_that_fails_leaves_what_served_before(workshop: Workshop, package: str) -> None:
    before = left(workshop)
    sagemaker = workshop.client("sagemaker")
    (model,) = before[2]
    described = sagemaker.describe_model(ModelName=model)
    container = sagemaker.describe_model_package(ModelPackageName=package)["InferenceSpecification"]["Containers"][0]
    broken = f"{STACK}-broken"
    sagemaker.create_model(
        ModelName=broken,
        ExecutionRoleArn=described["ExecutionRoleArn"],
        PrimaryContainer={
            "Image": container["Image"],
            "ModelDataUrl": container["ModelDataUrl"],
            "Environment": {"SERVE": "nothing"},
        },
    )
    assert "Update: " in failure(workshop, asking(broken))
    assert left(workshop) == before
    assert set(predicted(workshop)[0]) == {"label", "score"}


def batch(workshop: Workshop, package: str, name: str, rows: int) -> dict[str, Any]:
    """A request that predicts for that many rows, which lie in an object of that name."""
    outputs = workshop.plant.installed.outputs
    text = io.StringIO()
    csv.writer(text).writerows([list(customer().values())] * rows)
    key = f"direct/{name}.csv"
    workshop.client("s3").put_object(Bucket=outputs["DataBucket"], Key=key, Body=text.getvalue().encode())
    return asking(
        package,
        Mode="batch",
        BatchInputDataPath=f"s3://{outputs['DataBucket']}/{key}",
        BatchOutputDataPath=f"s3://{outputs['ArtifactBucket']}/direct/predictions",
    )


def predictions(workshop: Workshop, name: str) -> int | None:
    """For how many rows of that object there is a prediction; None without any output."""
    s3, bucket = workshop.client("s3"), workshop.plant.installed.outputs["ArtifactBucket"]
    key = f"direct/predictions/{name}.csv.out"
    if not s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"]:
        return None
    return len(s3.get_object(Bucket=bucket, Key=key)["Body"].read().split())


def under_way(workshop: Workshop) -> str:
    """The name of the transform job that is under way, once it predicts."""

    def found() -> str | None:
        jobs = workshop.client("sagemaker").list_transform_jobs(StatusEquals="InProgress")["TransformJobSummaries"]
        return next((str(job["TransformJobName"]) for job in jobs if processes(job["TransformJobName"])), None)

    return eventually(found, "a transform job is under way")


def test_batch_predicts_for_rows_without_a_header(workshop: Workshop, package: str) -> None:
    deployment = done(workshop, batch(workshop, package, "rows", 3))["Deployment"]
    assert (deployment["Deployed"], deployment["Mode"]) == (True, "batch")
    assert predictions(workshop, "rows") == 3


def test_a_batch_that_is_stopped_stops_its_job_and_is_made_again_by_the_same_request(
    workshop: Workshop, package: str
) -> None:
    request = batch(workshop, package, "many", MANY)
    started = direct.execute(workshop.plant.installed, request)
    job = under_way(workshop)
    workshop.client("stepfunctions").stop_execution(executionArn=started.arn, cause="stopped by a test")
    with pytest.raises(direct.ExecutionFailed, match="has the status ABORTED: stopped by a test"):
        direct.wait(workshop.plant.installed, started)
    sagemaker = workshop.client("sagemaker")
    eventually(lambda: sagemaker.describe_transform_job(TransformJobName=job)["TransformJobStatus"] == "Stopped", job)
    assert processes(job) == []
    assert predictions(workshop, "many") is None
    assert done(workshop, request)["Deployment"]["Deployed"] is True
    assert predictions(workshop, "many") == MANY


def test_a_batch_whose_job_is_stopped_is_told_so(workshop: Workshop, package: str) -> None:
    started = direct.execute(workshop.plant.installed, batch(workshop, package, "halted", MANY))
    job = under_way(workshop)
    workshop.client("sagemaker").stop_transform_job(TransformJobName=job)
    expected = rf"Transform: States.TaskFailed: the job ended as Stopped \(job {job}\)"
    with pytest.raises(direct.ExecutionFailed, match=expected):
        direct.wait(workshop.plant.installed, started)
    assert predictions(workshop, "halted") is None


def test_a_batch_that_a_power_cut_interrupts_is_told_so_and_made_again_by_the_same_request(
    workshop: Workshop, package: str
) -> None:
    before = left(workshop)
    request = batch(workshop, package, "cut", MANY)
    started = direct.execute(workshop.plant.installed, request)
    job = under_way(workshop)
    workshop.plant.kill()
    workshop.plant.revive()
    expected = f"Transform: .* the engine was restarted while transform-job {job} ran; start it again"
    with pytest.raises(direct.ExecutionFailed, match=expected):
        direct.wait(workshop.plant.installed, started)
    assert left(workshop) == before
    assert processes(job) == []
    assert done(workshop, request)["Deployment"]["Deployed"] is True
    assert predictions(workshop, "cut") == MANY


def test_the_command_line_checks_starts_and_waits(workshop: Workshop, package: str, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(asking(package) | {"Extra": 1}))
    refused = run_slipway(workshop.plant.home, "execute", str(file))
    assert refused.returncode == 2
    assert "Extra: unknown; expected Parameters" in refused.stderr
    file.write_text(json.dumps(asking(package)))
    waited = run_slipway(workshop.plant.home, "execute", str(file), "--wait", "--json")
    assert waited.returncode == 0, waited.stderr
    assert json.loads(waited.stdout)["output"]["Deployment"]["Deployed"] is True


def test_a_schedule_starts_runs(workshop: Workshop) -> None:
    before = workshop.plant.newest()
    workshop.client("cloudformation").update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Capabilities=launch.CAPABILITIES,
        Parameters=[{"ParameterKey": "Schedule", "ParameterValue": "rate(5 minutes)"}],
    )
    eventually(lambda: workshop.plant.newest() != before, "a run by the schedule")


def test_the_deletion_of_the_root_takes_what_the_flow_deployed_along(workshop: Workshop) -> None:
    assert left(workshop)[0] == {ENDPOINT}
    workshop.client("cloudformation").delete_stack(StackName=STACK)
    eventually(lambda: install.describe(workshop.plant.target, STACK) is None, "the root is gone")
    assert left(workshop) == (set(), set(), set())
