"""Parameter Store: docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html."""

from tests.engine.refusals.attempt import call

ATTEMPTS = (
    call(
        "Policies of a parameter",
        "Policies of a parameter are not executed by the local engine",
        "ssm",
        "put_parameter",
        Name="/refused",
        Value="1",
        Type="String",
        Policies='[{"Type": "Expiration"}]',
    ),
)
