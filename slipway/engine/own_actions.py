"""What AWS's services do on their own account, outside any policy of the customer's."""

from __future__ import annotations

from collections.abc import Mapping

OWN_ACTIONS: Mapping[str, frozenset[str]] = {
    "sagemaker.amazonaws.com": frozenset(
        {"cloudwatch:PutMetricData", "application-autoscaling:DescribeScalableTargets"}
    ),
    **{
        f"{service}.amazonaws.com": frozenset({"cloudwatch:PutMetricData"})
        for service in ("apigateway", "codebuild", "lambda", "logs", "sqs", "states")
    },
    "delivery.logs.amazonaws.com": frozenset({"logs:CreateLogStream", "logs:PutLogEvents"}),
    # PutTargets looks for the target; docs/decisions.md, "A rule's target comes first".
    "events.amazonaws.com": frozenset(
        {
            "lambda:GetFunction",
            "sqs:GetQueueUrl",
            "sns:GetTopicAttributes",
            "logs:DescribeLogGroups",
            "events:DescribeEventBus",
            "states:DescribeStateMachine",
            "codepipeline:GetPipeline",
            "codebuild:BatchGetProjects",
            "sagemaker:DescribePipeline",
            "cloudwatch:PutMetricData",
        }
    ),
    # Subscribe looks for the subscriber.
    "sns.amazonaws.com": frozenset({"lambda:GetFunction", "sqs:GetQueueUrl", "cloudwatch:PutMetricData"}),
    "application-autoscaling.amazonaws.com": frozenset(
        {
            "cloudwatch:GetMetricData",
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:DeleteAlarms",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:SetAlarmState",
            "iam:CreateServiceLinkedRole",
        }
    ),
}
