"""Stand-ins of images that AWS owns: a Python module in an environment of its own, instead of an image's files.

A module (or package) of this folder stands for one repository and is found by its name, `sagemaker_xgboost` for
`sagemaker-xgboost`; it exposes `IMAGE`, an `AwsImage`. The code that runs is a package beside it, which may import what
the requirements name and nothing of slipway's: its folder is all of ours that a process gets.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from slipway.engine.aws_images.image import AwsImage
from slipway.engine.aws_images.stand_in import StandIn

__all__ = ["AwsImage", "StandIn", "known", "named"]


@cache
def known() -> dict[str, AwsImage]:
    """Every stand-in, by its repository."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    images = [image for module in modules if isinstance(image := getattr(module, "IMAGE", None), AwsImage)]
    return {image.repository: image for image in images}


def named() -> str:
    """What there is, as a refusal says it."""
    return "; ".join(f"{image.repository}: {', '.join(image.tags)}" for image in known().values()) or "none"
