"""`deployment.json`: settings of the two endpoints, DevelopmentEndpoint (test) and ProductionEndpoint.

Names are those of CreateEndpointConfig and of target tracking, where these have any:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import fields

TEST: Final = "DevelopmentEndpoint"
PRODUCTION: Final = "ProductionEndpoint"
COUNT: Final = f"{PRODUCTION}.InitialInstanceCount"
SCALING: Final = f"{PRODUCTION}.AutoScaling"
MONITORING: Final = "InferenceMonitoring"
AUTOSCALING: Final = "serving.production.autoscaling"
ALONE: Final = "each endpoint has one variant; two share traffic by `slipway ab`"
BUCKET: Final = "captured data is in the artifact bucket, below capture/; leave it out"
FIELDS: Final = fields.Fields(
    settings={
        f"{TEST}.InstanceType": "serving.test.instanceType",
        f"{TEST}.InitialInstanceCount": "serving.test.instanceCount",
        f"{TEST}.InferenceMonitoringSampling": "serving.test.dataCapturePercentage",
        f"{PRODUCTION}.InstanceType": "serving.production.instanceType",
        f"{PRODUCTION}.InferenceMonitoringSampling": "serving.production.dataCapturePercentage",
        f"{SCALING}.MinCapacity": f"{AUTOSCALING}.minCapacity",
        f"{SCALING}.MaxCapacity": f"{AUTOSCALING}.maxCapacity",
        f"{SCALING}.TargetValue": f"{AUTOSCALING}.invocationsPerInstance",
        f"{SCALING}.ScaleInCooldown": f"{AUTOSCALING}.scaleInCooldownInSeconds",
        f"{SCALING}.ScaleOutCooldown": f"{AUTOSCALING}.scaleOutCooldownInSeconds",
    },
    only={
        f"{TEST}.InitialVariantWeight": (1, ALONE),
        f"{PRODUCTION}.InitialVariantWeight": (1, ALONE),
        f"{TEST}.ABTests": (False, ALONE),
        f"{PRODUCTION}.ABTests": (False, ALONE),
        f"{SCALING}.PredefinedMetricType": (
            "SageMakerVariantInvocationsPerInstance",
            "instances follow the invocations of each",
        ),
    },
    refused={
        "EndpointPrefix": "endpoints are named by the root stack; leave it out",
        f"{TEST}.AutoScaling": "the test endpoint is not scaled; set InitialInstanceCount",
        f"{TEST}.InferenceMonitoringOutputBucket": BUCKET,
        f"{PRODUCTION}.InferenceMonitoringOutputBucket": BUCKET,
        f"{SCALING}.DisableScaleIn": "instances that nobody needs are removed",
    },
    parts=frozenset({COUNT, f"{TEST}.{MONITORING}", f"{PRODUCTION}.{MONITORING}"}),
)


def read(document: Mapping[str, Any]) -> fields.Found:
    """The settings of the endpoints."""
    found = fields.read(document, FIELDS)
    for endpoint, environment in ((TEST, "test"), (PRODUCTION, "production")):
        _monitoring(found, f"{endpoint}.{MONITORING}", f"serving.{environment}.dataCapturePercentage")
    if found.parts.get(COUNT) is not None:
        _count(found, found.parts[COUNT])
    return found


def _monitoring(found: fields.Found, path: str, setting: str) -> None:
    """Off is a share of nothing; on is the share that is given, or the configuration's."""
    value = found.parts.get(path)
    if value is False:
        found.settings[setting] = (path, 0)
    elif value not in (None, True):
        found.faults.append(f"{path}: found {fields.show(value)}; allowed: true or false")


def _count(found: fields.Found, count: Any) -> None:
    """Instances of production: of a scaled endpoint those that it begins with, else always so many."""
    if not any(setting.startswith(AUTOSCALING) for setting in found.settings):
        found.settings[f"{AUTOSCALING}.minCapacity"] = found.settings[f"{AUTOSCALING}.maxCapacity"] = (COUNT, count)
        return
    fewest = found.settings.get(f"{AUTOSCALING}.minCapacity", ("", None))[1]
    if count != fewest:
        why = f"{fields.show(fewest)}, as {SCALING}.MinCapacity: a scaled endpoint begins with its fewest instances"
        found.faults.append(f"{COUNT}: found {fields.show(count)}; allowed: {why}")
