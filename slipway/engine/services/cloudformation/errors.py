"""How CloudFormation says no.

AwsError
├── TemplateError           a template, a parameter or a request that is refused: `ValidationError`
└── MissingCapabilities     what the request has to acknowledge first: `InsufficientCapabilitiesException`

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from __future__ import annotations

from collections.abc import Iterable

from slipway.engine.errors import AwsError


class TemplateError(AwsError):
    """A template that CloudFormation refuses before it acts; the text is the message of the `ValidationError`."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationError", message, status=400)


class MissingCapabilities(AwsError):
    """The request does not acknowledge what its template does."""

    def __init__(self, needed: Iterable[str]) -> None:
        listed = ", ".join(needed)
        super().__init__("InsufficientCapabilitiesException", f"Requires capabilities : [{listed}]", status=400)
