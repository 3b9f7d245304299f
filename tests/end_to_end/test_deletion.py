"""Deleting a root stack takes all that its pipeline deployed with it, and leaves what docs/bundle.md says."""

from __future__ import annotations

import contextlib
import json
import time

import pytest

from slipway import api
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.inventory import AUTOSCALING_ROLE, JOB_LOGS, inventory, keys
from tests.end_to_end.second import Second
from tests.end_to_end.support import Desk, wait


def delete(desk: Desk) -> None:
    """Delete the root stack and wait until it is gone."""
    cloudformation = desk.client("cloudformation")
    stack_id = cloudformation.describe_stacks(StackName=desk.install.stack)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=desk.install.stack)

    def ended() -> str | None:
        status = str(cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"])
        return None if status == "DELETE_IN_PROGRESS" else status

    status = wait(ended, f"the deletion of {desk.install.stack}")
    events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    assert status == "DELETE_COMPLETE", [event for event in events if event["ResourceStatus"] == "DELETE_FAILED"]


@pytest.fixture(scope="module")
def second_deleted(second: Second, demonstration: Demonstration) -> Second:
    """The second install, destroyed but for its models' packages while the first serves."""
    second.desk.command("destroy", "--yes", "--keep-model-packages")
    return second


@pytest.fixture(scope="module")
def all_deleted(second_deleted: Second, demonstration: Demonstration) -> Demonstration:
    """The demo's install, deleted too."""
    delete(demonstration.desk)
    return demonstration


def test_of_a_deleted_install_only_its_buckets_its_key_and_kept_packages_stay(second_deleted: Second) -> None:
    stack = second_deleted.desk.install.stack
    ours = {
        kind: [name for name in names if stack in name] for kind, names in inventory(second_deleted.desk.engine).items()
    }
    outputs = second_deleted.desk.install.outputs
    assert {kind: names for kind, names in ours.items() if names} == {
        "buckets": sorted([outputs["ArtifactBucket"], outputs["DataBucket"]]),
        "model package groups": [stack],
    }
    assert f"{stack}: artifacts, data, models, messages" in keys(second_deleted.desk.engine)


def test_model_packages_that_are_kept_can_be_read_and_go_with_their_group(second_deleted: Second) -> None:
    sagemaker = second_deleted.desk.client("sagemaker")
    group = second_deleted.desk.install.stack
    versions = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert versions
    for version in versions:
        found = sagemaker.describe_model_package(ModelPackageName=version["ModelPackageArn"])
        assert found["InferenceSpecification"]["Containers"][0]["ModelDataUrl"].startswith("s3://")
        sagemaker.delete_model_package(ModelPackageName=version["ModelPackageArn"])
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)


def test_the_data_of_a_deleted_install_can_still_be_read(second_deleted: Second) -> None:
    s3 = second_deleted.desk.client("s3")
    bucket = second_deleted.desk.install.data_bucket
    found = s3.list_objects_v2(Bucket=bucket, Prefix="datasets/")["Contents"]
    assert len({item["Key"].split("/")[1] for item in found}) == 2
    for item in found:
        assert s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().startswith(b"customer_id,")


def test_the_other_install_goes_on_serving(second_deleted: Second, demonstration: Demonstration) -> None:
    features = demonstration.record["prediction"]["features"]
    for environment in ("test", "production"):
        assert len(api.of(demonstration.desk.install, environment).predict(features).body["predictions"]) == 1


def test_when_all_is_deleted_only_what_is_documented_stays(all_deleted: Demonstration, second_deleted: Second) -> None:
    desks = (all_deleted.desk, second_deleted.desk)
    left = inventory(all_deleted.desk.engine)
    buckets = [desk.install.outputs[name] for desk in desks for name in ("ArtifactBucket", "DataBucket")]
    uploads = [name for name in left["buckets"] if name.startswith("slipway-launch-")]
    log_role = [name for name in left["roles"] if "ApiGatewayLogRole" in name]
    assert (len(uploads), len(log_role)) == (1, 1)
    assert {kind: names for kind, names in left.items() if names} == {
        "buckets": sorted(buckets + uploads),
        "log groups": JOB_LOGS,
        "roles": sorted([AUTOSCALING_ROLE, *log_role]),
    }
    assert keys(all_deleted.desk.engine) == sorted(
        f"{desk.install.stack}: artifacts, data, models, messages" for desk in desks
    )


def test_no_process_of_an_endpoint_or_a_function_is_left(all_deleted: Demonstration) -> None:
    def left() -> list[str]:
        names = []
        for record in (all_deleted.desk.engine.home / "processes").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it has just ended
                names.append(json.loads(record.read_text())["name"])
        return names

    deadline = time.monotonic() + 30
    while left() and time.monotonic() < deadline:
        time.sleep(0.25)
    assert left() == []
