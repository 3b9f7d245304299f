"""The one exception of the template checks."""

from __future__ import annotations


class TemplateError(ValueError):
    """A template that CloudFormation would refuse; its text is the message of the `ValidationError`."""
