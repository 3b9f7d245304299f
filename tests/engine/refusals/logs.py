"""CloudWatch Logs: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference."""

from tests.engine.refusals.attempt import NAME, call, operation

SERVICE = "logs"

ATTEMPTS = (
    operation("Subscriptions", SERVICE, "PutSubscriptionFilter", "put_subscription_filter", logGroupName=NAME),
    operation("queries", SERVICE, "StartQuery", "start_query", logGroupName=NAME),
    operation("exports", SERVICE, "CreateExportTask", "create_export_task", logGroupName=NAME),
    operation("data protection", SERVICE, "PutDataProtectionPolicy", "put_data_protection_policy"),
    call(
        "deletion protection",
        "deletionProtectionEnabled",
        SERVICE,
        "create_log_group",
        logGroupName=NAME,
        deletionProtectionEnabled=True,
    ),
    call(
        "policies of one resource",
        "Policies of one resource",
        SERVICE,
        "put_resource_policy",
        resourceArn=f"arn:aws:logs:us-east-1:111122223333:log-group:{NAME}",
        policyDocument="{}",
    ),
    operation("everything on deliveries", SERVICE, "PutDeliverySource", "put_delivery_source", name=NAME),
)
