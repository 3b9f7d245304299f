"""IAM: docs.aws.amazon.com/IAM/latest/APIReference."""

from tests.engine.refusals.attempt import call

ATTEMPTS = (
    call(
        "Service-linked roles of services that the engine lacks",
        "es.amazonaws.com",
        "iam",
        "create_service_linked_role",
        AWSServiceName="es.amazonaws.com",
    ),
)
