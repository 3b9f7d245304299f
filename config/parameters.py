"""The parameters of the stacks that the pipeline deploys, as template configuration files.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def serving_parameters(serving: dict[str, Any]) -> dict[str, str]:
    """What test and production share of the configuration's serving part."""
    return {
        **_texts({"InstanceType": serving["instanceType"], "DataCapturePercentage": serving["dataCapturePercentage"]}),
        **api_parameters(serving["api"]),
    }


def api_parameters(api: dict[str, Any]) -> dict[str, str]:
    """The API's: what is off is an empty text."""
    return _texts(
        {
            "ApiAuthorization": api["authorization"],
            "ThrottlingRate": api["throttling"]["rateLimit"],
            "ThrottlingBurst": api["throttling"]["burstLimit"],
            "CorsAllowOrigins": ",".join(api["cors"]["allowOrigins"]),
            "CacheClusterSize": api["cache"]["sizeInGigabytes"] or "",
            "CacheTtlInSeconds": api["cache"]["ttlInSeconds"],
            "CanaryVariant": api["canary"]["variant"],
            "CanaryTrafficPercentage": api["canary"]["trafficPercentage"],
            "ApiTracing": json.dumps(api["tracing"]),
            "ApiEndpointType": api["endpointType"],
        }
    )


def deploy_parameters(deploy: dict[str, Any]) -> dict[str, str]:
    """How the model is put to use, which both environments share."""
    batch, asynchronous = deploy.get("batch", {}), deploy["async"]
    return _texts(
        {
            "DeployMode": deploy["mode"],
            "MemorySizeInMB": deploy["serverless"]["memorySizeInMB"],
            "MaxConcurrency": deploy["serverless"]["maxConcurrency"],
            "MaxConcurrentInvocationsPerInstance": asynchronous["maxConcurrentInvocationsPerInstance"],
            "AsyncNotification": asynchronous["notification"],
            **(
                {"BatchInstanceType": batch["instanceType"], "BatchInstanceCount": batch["instanceCount"]}
                if batch
                else {}
            ),
            **({"BatchJoinSource": "Input" if batch["joinInputs"] else "None"} if batch else {}),
        }
    )


def batch_places(deploy: dict[str, Any], sample: str, bucket: str) -> tuple[dict[str, str], dict[str, str]]:
    """From where to where test and production predict: test the CSV `sample`, production what is configured."""
    if deploy["mode"] != "batch":
        return {}, {}
    output = deploy["batch"].get("outputUri", f"s3://{bucket}/batch/production")
    return (
        {"BatchInputUri": sample, "BatchOutputUri": f"s3://{bucket}/batch/test"},
        {"BatchInputUri": deploy["batch"]["inputUri"], "BatchOutputUri": output},
    )


def test_parameters(serving: dict[str, Any]) -> dict[str, str]:
    """Parameters of `test.yaml` that the configuration gives."""
    return {**serving_parameters(serving), "InstanceCount": str(serving["instanceCount"])}


def production_parameters(serving: dict[str, Any], written: dict[str, Any], form: dict[str, str]) -> dict[str, str]:
    """Parameters of `production.yaml` that the configuration gives.

    A capacity that `written`, the configuration without its defaults, leaves open is that of the Launch Stack `form`.
    """
    autoscaling, alarms, deployment = serving["autoscaling"], serving["alarms"], serving["deployment"]
    stated = written.get("serving", {}).get("production", {}).get("autoscaling", {})
    return {
        **serving_parameters(serving),
        **_texts(
            {
                "MinCapacity": stated.get("minCapacity", form["MinCapacity"]),
                "MaxCapacity": stated.get("maxCapacity", form["MaxCapacity"]),
                "InvocationsPerInstance": autoscaling["invocationsPerInstance"],
                "ScaleOutCooldownInSeconds": autoscaling["scaleOutCooldownInSeconds"],
                "ScaleInCooldownInSeconds": autoscaling["scaleInCooldownInSeconds"],
                "ServerErrors": alarms["serverErrors"],
                "ModelLatencyInMilliseconds": alarms["modelLatencyInMilliseconds"],
                "AlarmEvaluationPeriods": alarms["evaluationPeriods"],
                "NoInvocationInMinutes": alarms["noInvocationInMinutes"],
                # A run ends whatever an A/B test left: CodePipeline does not say what becomes of parameters left out.
                "CandidateModelTemplate": "",
                "CandidateModelPackageArn": "",
                "ChampionWeight": 1,
                "CandidateWeight": 0,
                "GuardDeployment": "true",
                "CanarySizeInPercent": deployment["canarySizeInPercent"],
                "BakeInSeconds": deployment["bakeInSeconds"],
                "TerminationWaitInSeconds": deployment["terminationWaitInSeconds"],
            }
        ),
    }


def write(folder: Path, stack: str, parameters: dict[str, str]) -> None:
    """Write `<stack>.parameters.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"Parameters": parameters}, indent=2)
    (folder / f"{stack}.parameters.json").write_text(f"{text}\n", encoding="utf-8")


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """CloudFormation takes every parameter as a text."""
    return {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in values.items()}
