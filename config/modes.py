"""What of a configuration does not go with its deploy.mode.

What a mode has no use for is refused where it is written, so that nobody takes it for acting; defaults are not.
"""

from __future__ import annotations

from typing import Any, Final

from config.faults import Fault, show

_OF_INSTANCES: Final = (
    "test.instanceType",
    "test.instanceCount",
    "production.instanceType",
    "production.autoscaling",
    "production.deployment.canarySizeInPercent",
)
_CAPTURE: Final = ("test.dataCapturePercentage", "production.dataCapturePercentage")
_VARIANTS: Final = ("test.api.canary.variant", "production.api.canary.variant")
# By mode, the fields of `serving` without effect, and why:
# https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html (feature exclusions)
WITHOUT_USE: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "endpoint": {},
    "serverless": {
        "a serverless endpoint has no instances": _OF_INSTANCES,
        "a serverless endpoint captures no data": _CAPTURE,
        "a serverless endpoint has one variant": _VARIANTS,
    },
    "async": {
        "what an asynchronous endpoint takes and gives is in S3 anyway": _CAPTURE,
        "SageMaker takes no variant with an asynchronous request": _VARIANTS,
        "its requests are no GET": ("test.api.cache", "production.api.cache"),
        "an answer's address is made by the request, so that no page knows it beforehand": (
            "test.api.cors",
            "production.api.cors",
        ),
        "instances follow deploy.async.backlogPerInstance": ("production.autoscaling.invocationsPerInstance",),
    },
    # https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html
    "multi-model": {
        "what is captured does not say which model answered": _CAPTURE,
        "the endpoint has one variant, and a request names a model": _VARIANTS,
        "a cache knows a request by its address, which names no model": ("test.api.cache", "production.api.cache"),
    },
    "batch": {"a batch has neither endpoint nor API": ("test", "production")},
}
# The modes whose model may have one container only; those of AWS's images stand beside ours.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
ONE_CONTAINER: Final = {
    "serverless": "which SageMaker does not make serverless",
    "multi-model": "of which SageMaker lets one container hold several models, and a version is several containers",
}


def faults(written: dict[str, Any], resolved: dict[str, Any]) -> list[Fault]:
    """The faults of a configuration as it was `written`, and `resolved`, its defaults filled in."""
    mode, engine = resolved["deploy"]["mode"], resolved["train"]["engine"]
    found = [
        Fault(f"$.deploy.{other}", show(written["deploy"][other]), f"no such part with deploy.mode {mode}")
        for other in written.get("deploy", {})
        if other not in ("mode", _part(mode))
    ]
    found += [
        Fault(f"$.serving.{field}", show(_at(written, field)), f"nothing with deploy.mode {mode}: {reason}")
        for reason, fields in WITHOUT_USE[mode].items()
        for field in fields
        if _at(written, field) is not None
    ]
    if mode in ONE_CONTAINER and engine != "container":
        allowed = (
            f"endpoint with train.engine {engine}, whose model is an inference pipeline, {ONE_CONTAINER[mode]}; "
            "train.engine container has one container"
        )
        found.append(Fault("$.deploy.mode", show(mode), allowed))
    return found


def _part(mode: str) -> str:
    """The name of the mode's own fields."""
    first, *others = mode.split("-")
    return first + "".join(word.title() for word in others)


def _at(written: dict[str, Any], field: str) -> Any:
    """What stands at that path below `serving`, None where nothing does."""
    found: Any = written.get("serving", {})
    for name in field.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
