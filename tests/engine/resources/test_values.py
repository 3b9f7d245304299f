"""Values that the engine does not execute are told before a stack makes anything, as far as they are known."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.resource import Partly
from slipway.engine.resource_reference import declared

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"
)
TYPES = declared()
UNKNOWN = Partly("${Other.Attribute}")
FOREIGN_LAYER = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV2:60"
LACKING = "arn:aws:iam::aws:policy/AWSDirectConnectFullAccess"
REFUSED = [
    ("ApiGateway::Method", {"Integration": {"Type": "AWS"}}, "Integration.Type AWS: AWS_PROXY for functions and MOCK"),
    ("ApiGateway::Method", {"Integration": {"Type": "MOCK", "ConnectionType": "VPC_LINK"}}, "ConnectionType VPC_LINK"),
    ("ApiGateway::RestApi", {"ApiKeySourceType": "AUTHORIZER"}, "ApiKeySourceType AUTHORIZER"),
    ("ApiGateway::RestApi", {"EndpointConfiguration": {"Types": ["PRIVATE"]}}, "Types PRIVATE"),
    ("ApiGateway::RestApi", {"Mode": "merge"}, "Mode merge"),
    ("ApiGateway::RestApi", {"Parameters": {"basepath": "split"}}, "Parameters.basepath"),
    ("ApiGateway::Stage", {"MethodSettings": [{"LoggingLevel": "INFO"}]}, "MethodSettings.LoggingLevel INFO"),
    ("ApiGateway::Stage", {"MethodSettings": [{"DataTraceEnabled": "true"}]}, "MethodSettings.DataTraceEnabled"),
    (
        "ApplicationAutoScaling::ScalableTarget",
        {"ServiceNamespace": "ecs", "ResourceId": UNKNOWN},
        "ServiceNamespace ecs is not executed here: sagemaker is",
    ),
    ("ApplicationAutoScaling::ScalingPolicy", {"ResourceId": "service/a/b"}, "Unsupported resource ID, service/a/b"),
    (
        "CloudWatch::Alarm",
        {"AlarmActions": [UNKNOWN, "arn:aws:automate:us-east-1:ec2:stop"]},
        "AlarmActions: arn:aws:automate:us-east-1:ec2:stop is not executed here; actions are SNS topics",
    ),
    ("CloudWatch::Alarm", {"ExtendedStatistic": "tm99"}, "ExtendedStatistic tm99: The statistic tm99 is not executed"),
    ("CloudWatch::CompositeAlarm", {"OKActions": ["arn:aws:ssm:us-east-1:1:opsitem:1"]}, "OKActions: arn:aws:ssm"),
    ("CodeBuild::Project", {"Visibility": "PUBLIC_READ"}, "Visibility PUBLIC_READ: builds are not public"),
    ("Events::Rule", {"Targets": [{"Arn": "arn:aws:batch:us-east-1:1:job-queue/q"}]}, "Targets.Arn arn:aws:batch"),
    ("Events::Rule", {"Targets": [{"Arn": Partly("arn:aws:ecs:${Cluster.Arn}")}]}, "targets are of the services"),
    (
        "Events::Rule",
        {"EventPattern": {"source": "foo"}},
        'EventPattern: Event pattern is not valid. Reason: "source" must be an object or an array',
    ),
    (
        "Events::Rule",
        {"ScheduleExpression": "cron(0 0 * * * *)"},
        "ScheduleExpression cron(0 0 * * * *): Parameter ScheduleExpression is not valid.",
    ),
    ("IAM::Role", {"ManagedPolicyArns": [UNKNOWN, LACKING]}, f"ManagedPolicyArns: Policy {LACKING} does not exist"),
    ("IAM::Group", {"ManagedPolicyArns": [LACKING]}, "`aws iam list-policies --scope AWS` lists them"),
    ("IAM::User", {"ManagedPolicyArns": [LACKING]}, "`aws iam list-policies --scope AWS` lists them"),
    ("Lambda::Function", {"Layers": [UNKNOWN, FOREIGN_LAYER]}, f"{FOREIGN_LAYER} is a layer of account 017000801446"),
    ("SNS::Subscription", {"Protocol": "sms"}, "Protocol sms: messages go to queues and functions"),
    ("SNS::Topic", {"Subscription": [{"Protocol": "https"}]}, "Subscription.Protocol https"),
]
EXECUTED = [
    ("Lambda::Function", {"Layers": [UNKNOWN, "arn:aws:lambda:us-east-1:111122223333:layer:mine:1"]}),
    ("IAM::Role", {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess", UNKNOWN]}),
    ("IAM::Role", {"ManagedPolicyArns": ["arn:aws:iam::111122223333:policy/made-meanwhile"]}),
    ("Lambda::Function", {"Layers": UNKNOWN}),
    ("ApiGateway::Method", {"Integration": UNKNOWN}),
    ("ApiGateway::Method", {"Integration": {"Type": "AWS_PROXY", "Uri": UNKNOWN}}),
    ("ApiGateway::RestApi", {"EndpointConfiguration": {"Types": ["REGIONAL"]}, "Parameters": UNKNOWN}),
    ("ApiGateway::RestApi", {"Parameters": {"endpointConfigurationTypes": "REGIONAL"}}),
    ("ApiGateway::Stage", {"MethodSettings": [{"LoggingLevel": "OFF", "DataTraceEnabled": False}]}),
    ("ApiGateway::Stage", {"MethodSettings": UNKNOWN}),
    ("ApiGateway::Stage", {"MethodSettings": [UNKNOWN]}),
    ("SNS::Topic", {"Subscription": [UNKNOWN]}),
    ("Events::Rule", {"Targets": [{"Arn": UNKNOWN}, {"Arn": "arn:aws:sqs:us-east-1:1:q"}, UNKNOWN]}),
    ("ApplicationAutoScaling::ScalableTarget", {"ServiceNamespace": "sagemaker", "ResourceId": UNKNOWN}),
    ("ApplicationAutoScaling::ScalingPolicy", {"ScalingTargetId": UNKNOWN}),
    ("CloudWatch::Alarm", {"AlarmActions": [UNKNOWN, "arn:aws:sns:us-east-1:1:t"], "ExtendedStatistic": "p99"}),
    ("CloudWatch::Alarm", {"AlarmActions": UNKNOWN, "ExtendedStatistic": UNKNOWN}),
    ("Events::Rule", {"EventPattern": {"source": ["foo"]}, "ScheduleExpression": "rate(5 minutes)"}),
    ("Events::Rule", {"EventPattern": {"source": UNKNOWN}, "ScheduleExpression": UNKNOWN}),
    ("SNS::Topic", {"Subscription": [{"Protocol": "sqs", "Endpoint": UNKNOWN}]}),
    ("SNS::Subscription", {"Protocol": UNKNOWN}),
]


@pytest.mark.parametrize(("resource_type", "properties", "reason"), REFUSED)
def test_a_value_that_is_not_executed_is_named(resource_type: str, properties: dict[str, Any], reason: str) -> None:
    [found] = TYPES[f"AWS::{resource_type}"].check(properties)
    assert reason in found


@pytest.mark.parametrize(("resource_type", "properties"), EXECUTED)
def test_a_value_that_is_executed_or_not_known_is_let_through(resource_type: str, properties: dict[str, Any]) -> None:
    assert list(TYPES[f"AWS::{resource_type}"].check(properties)) == []
