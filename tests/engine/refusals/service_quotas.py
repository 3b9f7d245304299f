"""Service Quotas: docs.aws.amazon.com/servicequotas/2019-06-24/apireference."""

from tests.engine.refusals.attempt import call, operation

SERVICE = "service-quotas"

ATTEMPTS = (
    call(
        "Other services",
        "This engine has no quotas of codebuild",
        SERVICE,
        "list_service_quotas",
        ServiceCode="codebuild",
    ),
    operation(
        "default quotas",
        SERVICE,
        "ListAWSDefaultServiceQuotas",
        "list_aws_default_service_quotas",
        ServiceCode="sagemaker",
    ),
    operation(
        "increases",
        SERVICE,
        "RequestServiceQuotaIncrease",
        "request_service_quota_increase",
        ServiceCode="sagemaker",
        QuotaCode="L-00000000",
        DesiredValue=2.0,
    ),
)
