"""CloudFormation's Lambda types."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html"
)
SERVICE = "cloudformation.amazonaws.com"
MAKES = ["lambda:CreateFunction", "lambda:DeleteFunction", "lambda:GetFunction"]


def source(answer: str) -> str:
    return f"def handler(event, context):\n    return {answer!r}\n"


def role(stacks: Any) -> str:
    statements = [{"Action": ["logs:*", "sqs:*"], "Resource": "*"}]
    arn: str = stacks.role("lambda.amazonaws.com", statements, "function-role")
    return arn


def function(role_arn: str, answer: str = "one", **properties: Any) -> dict[str, Any]:
    declared = {
        "Role": role_arn,
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": source(answer)},
        **properties,
    }
    return {"Type": "AWS::Lambda::Function", "Properties": declared}


def template(outputs: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    named = outputs or {"Name": {"Ref": "Function"}, "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}
    return {"Resources": resources, "Outputs": {name: {"Value": value} for name, value in named.items()}}


def invoked(stacks: Any, name: str, **options: str) -> Any:
    return json.loads(stacks.engine.client("lambda").invoke(FunctionName=name, **options)["Payload"].read())


def package(stacks: Any, answer: str, key: str = "code.zip") -> dict[str, str]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", source(answer))
        archive.writestr("python/shared.py", f"ANSWER = {answer!r}\n")
    bucket = stacks.name("code")
    stacks.s3.create_bucket(Bucket=bucket)
    stacks.s3.put_object(Bucket=bucket, Key=key, Body=buffer.getvalue())
    return {"S3Bucket": bucket, "S3Key": key}


def test_a_function_is_made_changed_in_place_and_deleted(stacks: Any) -> None:
    client, arn = stacks.engine.client("lambda"), role(stacks)
    first = function(
        arn,
        Description="first",
        Timeout=7,
        Environment={"Variables": {"AB": "1"}},
        Tags=[{"Key": "a", "Value": "1"}],
        ReservedConcurrentExecutions=2,
    )
    stack = stacks.create(template(Function=first))
    made = stacks.outputs(stack)
    assert made["Arn"] == f"arn:aws:lambda:us-east-1:111122223333:function:{made['Name']}"
    assert invoked(stacks, made["Name"]) == "one"
    found = client.get_function(FunctionName=made["Name"])
    assert (found["Tags"], found["Concurrency"]["ReservedConcurrentExecutions"]) == ({"a": "1"}, 2)

    second = function(arn, "two", MemorySize=256, Tags=[{"Key": "b", "Value": "2"}])
    assert stacks.outputs(stacks.update(template(Function=second))) == made
    found = client.get_function(FunctionName=made["Name"])
    configuration = found["Configuration"]
    assert (configuration["MemorySize"], configuration["Timeout"], configuration["Description"]) == (256, 3, "")
    assert (configuration["State"], configuration["LastUpdateStatus"]) == ("Active", "Successful")
    assert configuration["Environment"]["Variables"] == {}
    assert (found["Tags"], "Concurrency" in found) == ({"b": "2"}, False)
    assert invoked(stacks, made["Name"]) == "two"
    stacks.delete(stack["StackId"])
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName=made["Name"])


def test_code_comes_from_s3_with_the_rights_of_the_stack(stacks: Any) -> None:
    code, arn = package(stacks, "stored"), role(stacks)
    stack = stacks.create(template(Function=function(arn, Code=code)))
    assert invoked(stacks, stacks.outputs(stack)["Name"]) == "stored"
    passing = {"Action": "iam:PassRole", "Resource": arn}
    deployer = stacks.role(SERVICE, [{"Action": MAKES, "Resource": "*"}, passing])
    refused = stacks.create(template(Function=function(arn, Code=code)), suffix="refused", RoleARN=deployer)
    assert refused["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Your access has been denied by S3" in stacks.reasons(refused["StackId"])


def test_a_function_needs_the_right_to_pass_its_role(stacks: Any) -> None:
    deployer = stacks.role(SERVICE, [{"Action": MAKES, "Resource": "*"}])
    stack = stacks.create(template(Function=function(role(stacks))), RoleARN=deployer)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: iam:PassRole" in stacks.reasons(stack["StackId"])


def test_a_function_that_may_not_be_waited_for_is_removed_again(stacks: Any) -> None:
    arn, name = role(stacks), stacks.name("made")
    allowed = {"Action": ["lambda:CreateFunction", "lambda:DeleteFunction"], "Resource": "*"}
    deployer = stacks.role(SERVICE, [allowed, {"Action": "iam:PassRole", "Resource": arn}])
    stack = stacks.create(template(Function=function(arn, FunctionName=name)), RoleARN=deployer)
    assert "is not authorized to perform: lambda:GetFunction" in stacks.reasons(stack["StackId"])
    client = stacks.engine.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName=name)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Code": {}}, "Please provide a source for function code."),
        ({"Code": {"S3Bucket": "no-such-bucket", "S3Key": "k"}}, "The specified bucket does not exist"),
        (
            {"Role": "arn:aws:iam::111122223333:role/nobody"},
            "The role defined for the function cannot be assumed by Lambda.",
        ),
    ],
    ids=["no code", "no bucket", "no role"],
)
def test_a_function_that_lambda_refuses_fails_the_stack(stacks: Any, properties: dict[str, Any], message: str) -> None:
    stack = stacks.create(template(Function=function(role(stacks), **properties)))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert message in stacks.reasons(stack["StackId"])


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html"
)
def test_only_inline_code_has_cfnresponse_beside_it(stacks: Any) -> None:
    imports = "import cfnresponse\ndef handler(event, context):\n    return cfnresponse.SUCCESS\n"
    arn = role(stacks)
    stack = stacks.create(template(Function=function(arn, Code={"ZipFile": imports})))
    assert invoked(stacks, stacks.outputs(stack)["Name"]) == "SUCCESS"


VERSION = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html"
)


def version(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}, **properties}}


def alias(at: str) -> dict[str, Any]:
    number = {"Fn::GetAtt": [at, "Version"]}
    properties = {"FunctionName": {"Ref": "Function"}, "Name": "live", "FunctionVersion": number}
    return {"Type": "AWS::Lambda::Alias", "Properties": properties}


@VERSION
@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html"
)
def test_an_alias_leads_to_the_version_of_its_template(stacks: Any) -> None:
    arn, outputs = role(stacks), {"Alias": {"Ref": "Alias"}, "Name": {"Ref": "Function"}}
    first = template(outputs, Function=function(arn), One=version(), Alias=alias("One"))
    made = stacks.outputs(stacks.create(first))
    assert made["Alias"].endswith(f":function:{made['Name']}:live")
    second = template(outputs, Function=function(arn, "two"), Two=version(), Alias=alias("Two"))
    stack = stacks.update(second)
    assert stacks.outputs(stack) == made
    assert invoked(stacks, made["Name"], Qualifier="live") == "two"
    listed = stacks.engine.client("lambda").list_versions_by_function(FunctionName=made["Name"])["Versions"]
    assert [found["Version"] for found in listed] == ["$LATEST", "2"]
    assert stacks.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


@VERSION
def test_a_second_version_of_the_same_code_fails(stacks: Any) -> None:
    arn = role(stacks)
    stacks.create(template(Function=function(arn), One=version()))
    stack = stacks.update(template(Function=function(arn), One=version(), Two=version()))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    expected = "A version for this Lambda function exists ( 1 ). Modify the function to create a new version."
    assert expected in stacks.reasons(stack["StackId"])


@VERSION
def test_a_version_of_other_code_than_the_template_says_fails(stacks: Any) -> None:
    other = base64.b64encode(b"x" * 32).decode()
    stack = stacks.create(template(Function=function(role(stacks)), One=version(CodeSha256=other)))
    assert f"CodeSHA256 ({other}) is different from current CodeSHA256 in $LATEST" in stacks.reasons(stack["StackId"])


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html"
)
def test_a_permission_is_a_statement_of_the_functions_policy(stacks: Any) -> None:
    def of(account: str) -> dict[str, Any]:
        properties = {
            "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]},
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
            "SourceAccount": account,
        }
        permission = {"Type": "AWS::Lambda::Permission", "Properties": properties}
        outputs = {"Name": {"Ref": "Function"}, "Permission": {"Ref": "Permission"}}
        return template(outputs, Function=function(arn), Permission=permission)

    arn, client = role(stacks), stacks.engine.client("lambda")
    first = stacks.outputs(stacks.create(of("111122223333")))
    second = stacks.outputs(stacks.update(of("444455556666")))
    assert first["Permission"] != second["Permission"]
    [statement] = json.loads(client.get_policy(FunctionName=first["Name"])["Policy"])["Statement"]
    assert (statement["Sid"], statement["Principal"]) == (second["Permission"], {"Service": "s3.amazonaws.com"})
    assert "444455556666" in json.dumps(statement["Condition"])
    stacks.update(template({"Name": {"Ref": "Function"}}, Function=function(arn)))
    with pytest.raises(ClientError):
        client.get_policy(FunctionName=first["Name"])


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html"
)
def test_a_queue_is_mapped_to_a_function(stacks: Any) -> None:
    def of(**properties: Any) -> dict[str, Any]:
        declared = {"FunctionName": {"Ref": "Function"}, "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}}
        mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {**declared, **properties}}
        queue = {"Type": "AWS::SQS::Queue"}
        outputs = {"Mapping": {"Ref": "Mapping"}, "Arn": {"Fn::GetAtt": ["Mapping", "EventSourceMappingArn"]}}
        return template(outputs, Function=function(arn), Queue=queue, Mapping=mapping)

    arn, client = role(stacks), stacks.engine.client("lambda")
    scaling, reports = {"MaximumConcurrency": 2}, ["ReportBatchItemFailures"]
    made = stacks.outputs(
        stacks.create(of(BatchSize=5, Enabled=False, FunctionResponseTypes=reports, ScalingConfig=scaling))
    )
    assert made["Arn"].endswith(f":event-source-mapping:{made['Mapping']}")
    found = client.get_event_source_mapping(UUID=made["Mapping"])
    assert (found["BatchSize"], found["State"], found["ScalingConfig"]) == (5, "Disabled", scaling)
    stack = stacks.update(of())
    assert stacks.outputs(stack) == made
    found = client.get_event_source_mapping(UUID=made["Mapping"])
    assert (found["BatchSize"], found["State"], found["FunctionResponseTypes"]) == (10, "Enabled", [])
    assert not found.get("ScalingConfig")
    stacks.delete(stack["StackId"])
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_event_source_mapping(UUID=made["Mapping"])


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html"
)
def test_asynchronous_invocations_are_configured(stacks: Any) -> None:
    def of(**properties: Any) -> dict[str, Any]:
        declared = {"FunctionName": {"Ref": "Function"}, "Qualifier": "$LATEST", **properties}
        config = {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": declared}
        return template(Function=function(arn), Config=config)

    arn, client = role(stacks), stacks.engine.client("lambda")
    name = stacks.outputs(stacks.create(of(MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60)))["Name"]
    found = client.get_function_event_invoke_config(FunctionName=name, Qualifier="$LATEST")
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (0, 60)
    stacks.update(of(MaximumRetryAttempts=1))
    found = client.get_function_event_invoke_config(FunctionName=name, Qualifier="$LATEST")
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 21600)
    stacks.update(template(Function=function(arn)))
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_event_invoke_config(FunctionName=name, Qualifier="$LATEST")


@pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html"
)
def test_a_function_has_its_layers(stacks: Any) -> None:
    uses = "import shared\ndef handler(event, context):\n    return shared.ANSWER\n"
    content = {"Content": package(stacks, "layered"), "LayerName": stacks.name("layer")}
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": content}
    declared = function(role(stacks), Code={"ZipFile": uses}, Layers=[{"Ref": "Layer"}])
    outputs = {"Name": {"Ref": "Function"}, "Layer": {"Ref": "Layer"}}
    stack = stacks.create(template(outputs, Function=declared, Layer=layer))
    assert stacks.outputs(stack)["Layer"].endswith(f":layer:{stacks.name('layer')}:1")
    assert invoked(stacks, stacks.outputs(stack)["Name"]) == "layered"
    stacks.delete(stack["StackId"])
    assert stacks.engine.client("lambda").list_layer_versions(LayerName=stacks.name("layer"))["LayerVersions"] == []


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html")
@pytest.mark.parametrize(
    ("properties", "message"),
    [
        pytest.param({"Runtime": "nodejs22.x"}, "Runtime nodejs22.x is not executed by this engine", id="a runtime"),
        pytest.param({"PackageType": "Image"}, "PackageType Image: container functions need Docker", id="an image"),
    ],
)
def test_a_function_that_cannot_run_here_is_refused_before_anything_is_made(
    stacks: Any, properties: dict[str, Any], message: str
) -> None:
    declared = function("arn:aws:iam::111122223333:role/mine")
    declared["Properties"] |= properties
    assert message in stacks.refused(template(Function=declared))
