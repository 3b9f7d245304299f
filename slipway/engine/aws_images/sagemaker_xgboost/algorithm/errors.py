"""Why a training job fails, by whose fault it is.

ToolkitError
├── UserError        what the job was given: hyperparameters, channels, data
└── AlgorithmError   XGBoost itself
"""


class ToolkitError(Exception):
    """Ends the job; the text becomes its FailureReason."""


class UserError(ToolkitError):
    """Something that the job was given is wrong."""


class AlgorithmError(ToolkitError):
    """XGBoost failed."""


class NotExecuted(UserError):
    """AWS's image does it and this stand-in does not; the text says what."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not executed by this engine's stand-in of the built-in XGBoost algorithm")
