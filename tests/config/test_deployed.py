"""config.deployed, config.parameters, config.template: what a commit may deploy over what is there, and with what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config import configuration, deployed, parameters, template
from tests import sample

SERVING = configuration.resolve(sample.written())["serving"]
FORM = {"MinCapacity": "3", "MaxCapacity": "6"}


class CloudFormation:
    """Stacks in memory: parameters or template by name."""

    def __init__(self, **stacks: Any) -> None:
        self.stacks = stacks

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName not in self.stacks:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        status, values = self.stacks[StackName]
        items = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
        return {"Stacks": [{"StackStatus": status, "Parameters": items}]}

    def describe_stack_resources(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        resource = {"LogicalResourceId": "Part", "ResourceType": "AWS::CloudFormation::Stack"}
        return {"StackResources": [{**resource, "PhysicalResourceId": "part"}]}

    def get_template(self, *, StackName: str, TemplateStage: str) -> dict[str, Any]:  # noqa: N803
        assert TemplateStage == "Original"
        return {"TemplateBody": self.stacks[StackName]}


def change_instance_type(status: str, **values: str) -> None:
    client: Any = CloudFormation(production=(status, {"InstanceType": "ml.m5.large", **values}))
    deployed.refuse_instance_type_change(client, "production", {"InstanceType": "ml.m5.xlarge"})


def test_an_endpoint_under_autoscaling_keeps_its_instance_type() -> None:
    with pytest.raises(deployed.CannotDeploy) as raised:
        change_instance_type("UPDATE_COMPLETE", MinCapacity="2", MaxCapacity="4")
    assert str(raised.value) == (
        "$.serving.production.instanceType: ml.m5.xlarge instead of ml.m5.large, but SageMaker refuses another "
        "instance type for an endpoint under autoscaling. Deploy twice: first set autoscaling.minCapacity to the same "
        "as autoscaling.maxCapacity, which turns autoscaling off; then change the instance type and set them back."
    )


def test_with_autoscaling_off_the_instance_type_may_change() -> None:
    change_instance_type("UPDATE_COMPLETE", MinCapacity="2", MaxCapacity="2")


def test_a_serverless_endpoint_has_no_instance_type_to_keep() -> None:
    change_instance_type("UPDATE_COMPLETE", MinCapacity="2", MaxCapacity="4", DeployMode="serverless")


def test_a_stack_that_was_never_created_limits_nothing() -> None:
    change_instance_type("ROLLBACK_COMPLETE", MinCapacity="2", MaxCapacity="4")
    client: Any = CloudFormation()
    deployed.refuse_instance_type_change(client, "production", {"InstanceType": "ml.m5.xlarge"})


def test_a_region_without_log_role_is_refused_with_what_to_do() -> None:
    class ApiGateway:
        def get_account(self) -> dict[str, str]:
            return {}

    client: Any = ApiGateway()
    with pytest.raises(deployed.CannotDeploy, match="Launch the root stack with ManageApiGatewayLogging=true"):
        deployed.refuse_missing_log_role(client)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(
        "Resources: {Part: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: part.yaml}}}"
    )
    (tmp_path / "part.yaml").write_text("Resources: {Name: !Sub '${AWS::StackName}', Role: !GetAtt A.B.C, Count: 2}")
    return tmp_path / "template.yaml"


def packaged(root: Path, part: str) -> Any:
    return CloudFormation(stack=root.read_text().replace("part.yaml", "https://bucket/part"), part=part)


def test_a_packaged_template_is_the_same_template(root: Path) -> None:
    name, role = '{"Fn::Sub": "${AWS::StackName}"}', '{"Fn::GetAtt": ["A", "B.C"]}'
    long_form = f'{{"Resources": {{"Name": {name}, "Role": {role}, "Count": "2", "Metadata": {{}}}}}}'
    assert deployed.drifted(packaged(root, long_form), "stack", root) == []


def test_a_changed_part_is_named(root: Path) -> None:
    client = packaged(root, "Resources: {}")
    assert deployed.drifted(client, "stack", root) == [str(root.parent / "part.yaml")]


def test_a_template_with_short_forms_is_read_in_long_ones() -> None:
    found = template.load("{A: !Ref B, C: !If [D, !Join ['', [x]], !Ref 'AWS::NoValue'], E: !Condition F}")
    assert found == {
        "A": {"Ref": "B"},
        "C": {"Fn::If": ["D", {"Fn::Join": ["", ["x"]]}, {"Ref": "AWS::NoValue"}]},
        "E": {"Condition": "F"},
    }


def test_a_capacity_of_the_form_holds_until_the_configuration_states_one() -> None:
    found = parameters.production_parameters(SERVING["production"], {}, FORM)
    assert (found["MinCapacity"], found["MaxCapacity"]) == ("3", "6")
    written = {"serving": {"production": {"autoscaling": {"minCapacity": 2}}}}
    found = parameters.production_parameters(SERVING["production"], written, FORM)
    assert (found["MinCapacity"], found["MaxCapacity"]) == ("2", "6")


def test_every_parameter_is_a_text_that_its_stack_declares() -> None:
    for stack, found in (
        ("test", parameters.test_parameters(SERVING["test"])),
        ("production", parameters.production_parameters(SERVING["production"], {}, FORM)),
    ):
        declared = template.load(Path(f"cf/{stack}.yaml").read_text("utf-8"))["Parameters"]
        assert set(found) <= set(declared)
        assert all(isinstance(value, str) for value in found.values())


def test_a_private_api_needs_an_endpoint_to_be_called_through() -> None:
    private = {"ApiEndpointType": "PRIVATE", "ApiVpcEndpointIds": ""}
    with pytest.raises(
        deployed.CannotDeploy, match=r"^\$\.serving\.test\.api\.endpointType: PRIVATE, but nobody could"
    ):
        deployed.refuse_unreachable_api("test", private)
    deployed.refuse_unreachable_api("test", {**private, "ApiVpcEndpointIds": "vpce-1"})
    deployed.refuse_unreachable_api("test", {"ApiEndpointType": "REGIONAL"})
