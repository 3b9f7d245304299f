"""Whether the topics of an asynchronous endpoint can be published to, which is tried when it is made.

docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.hosting.async_requests import trial_notification
from slipway.engine.services.sagemaker.hosting.preparation import DeploymentFailed
from slipway.engine.services.sagemaker.service import PRINCIPAL, role_caller

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_TOPICS = ("SuccessTopic", "ErrorTopic")


def try_topics(engine: Engine, role_arn: str, config: dict[str, Any]) -> None:
    """Send each topic AWS's test notification, or DeploymentFailed."""
    topics = config["OutputConfig"].get("NotificationConfig", {})
    for topic in sorted({topics[member] for member in _TOPICS if member in topics}):
        try:
            role_caller(engine, role_arn).client("sns").publish(TopicArn=topic, Message=trial_notification())
        except (ClientError, BotoCoreError, AwsError) as error:
            raise DeploymentFailed(
                f"The provided role {role_arn} is invalid. Please ensure the role exists, that its trust relationship "
                f'policy allows the action "sts:AssumeRole" for the service principal "{PRINCIPAL}", and has '
                f'"sns:Publish" permissions for topic "{topic}". ({error})'
            ) from error
