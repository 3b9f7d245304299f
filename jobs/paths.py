"""SageMaker's folders below /opt/ml.

Training: docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html. Processing:
docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html. Hosting:
docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html. SAGEMAKER_BASE_DIR is the variable by which
AWS's training toolkit lets the same code run under another root (github.com/aws/sagemaker-training-toolkit).
"""

from __future__ import annotations

import os
from pathlib import Path


def base() -> Path:
    """The root of everything below: /opt/ml unless SAGEMAKER_BASE_DIR says otherwise."""
    return Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def processing_input(name: str) -> Path:
    """Where a processing job finds the input of that name; the folder may be absent."""
    return base() / "processing" / "input" / name


def processing_output(name: str) -> Path:
    """Where a processing job leaves the output of that name."""
    return _made(base() / "processing" / "output" / name)


def hyperparameters() -> Path:
    """A training job's hyperparameters: a JSON object of strings."""
    return base() / "input" / "config" / "hyperparameters.json"


def resource_config() -> Path:
    """A training job's hosts."""
    return base() / "input" / "config" / "resourceconfig.json"


def channel(name: str) -> Path:
    """Where a training job finds the channel of that name."""
    return base() / "input" / "data" / name


def checkpoints() -> Path:
    """What survives the interruption of a spot instance."""
    return _made(base() / "checkpoints")


def model() -> Path:
    """Where training leaves its model, and where serving finds it."""
    return base() / "model"


def failure() -> Path:
    """Why a training job failed: DescribeTrainingJob's FailureReason."""
    return _made(base() / "output") / "failure"


def message() -> Path:
    """Why a processing job failed: DescribeProcessingJob's ExitMessage."""
    return _made(base() / "output") / "message"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
