"""What an invocation says when a container did not succeed: the sentence of SageMaker's ModelError.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass

from slipway.engine.services.sagemaker.hosting.instance import NoAnswer
from slipway.engine.services.sagemaker.hosting.live import Invoked
from slipway.engine.services.sagemaker.hosting.server import NotHealthy


@dataclass(frozen=True)
class Failed:
    """What a container answered instead of success, or why it did not answer (status 0)."""

    status: int
    text: str
    container: str

    @property
    def message(self) -> str:
        """The first sentence of a ModelError."""
        side = "client" if 400 <= self.status < 500 else "server"
        return f'Received {side} error ({self.status}) from {self.container} with message "{self.text}".'


def of_answer(invoked: Invoked) -> Failed | None:
    """The failure that an answer is; None when it is a success."""
    status = invoked.answer.status
    if http.client.OK <= status < http.client.MULTIPLE_CHOICES:
        return None
    return Failed(status, invoked.answer.body.decode("utf-8", "replace"), invoked.container)


def of_silence(error: NoAnswer) -> Failed:
    """The failure of a container that did not answer."""
    return Failed(0, _no_answer(error), error.container)


def _no_answer(error: NoAnswer) -> str:
    if isinstance(error.__cause__, TimeoutError):
        return (
            f"Your invocation timed out while waiting for a response from container {error.container}. Review the "
            "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
        )
    if isinstance(error.__cause__, NotHealthy):
        return f"the container did not pass the ping health check: {error.__cause__}"
    return f"the connection to the container was lost: {error.__cause__!r}"
