"""What a training container finds below /opt/ml/input/config and in its environment.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CHECKPOINTS = "/opt/ml/checkpoints"
_GROUP = "homogeneousCluster"


def write(base: Path, job: dict[str, Any], host: str, hosts: list[str]) -> None:
    """The JSON files of one instance, and the folders that it expects to exist."""
    config = base / "input" / "config"
    for folder in (config, base / "input" / "data", base / "model", base / "output" / "data"):
        folder.mkdir(parents=True, exist_ok=True)
    files = {
        "hyperparameters": job.get("HyperParameters", {}),
        "inputdataconfig": input_data_config(job),
        "resourceconfig": resource_config(job, host, hosts),
    }
    if "CheckpointConfig" in job:
        files["checkpointconfig"] = {"LocalPath": CHECKPOINTS, **job["CheckpointConfig"]}
    for name, content in files.items():
        (config / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def input_data_config(job: dict[str, Any]) -> dict[str, dict[str, str]]:
    """`inputdataconfig.json`: each channel's type and mode."""
    default = job["AlgorithmSpecification"]["TrainingInputMode"]
    return {channel["ChannelName"]: _channel(channel, default) for channel in job.get("InputDataConfig", [])}


def _channel(channel: dict[str, Any], default_mode: str) -> dict[str, str]:
    source = channel["DataSource"]["S3DataSource"]
    content = {"ContentType": channel["ContentType"]} if "ContentType" in channel else {}
    return {
        **content,
        "TrainingInputMode": channel.get("InputMode", default_mode),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }


def resource_config(job: dict[str, Any], host: str, hosts: list[str]) -> dict[str, Any]:
    """`resourceconfig.json`: who else trains. The names resolve as `peers` says."""
    instance_type = job["ResourceConfig"]["InstanceType"]
    return {
        "current_host": host,
        "current_instance_type": instance_type,
        "current_group_name": _GROUP,
        "hosts": hosts,
        "instance_groups": [{"instance_group_name": _GROUP, "instance_type": instance_type, "hosts": hosts}],
        "network_interface_name": "lo",
    }


def environment(job: dict[str, Any]) -> dict[str, str]:
    """The variables that the platform sets, and the job's own over them."""
    return {
        "TRAINING_JOB_NAME": job["TrainingJobName"],
        "TRAINING_JOB_ARN": job["TrainingJobArn"],
        **job.get("Environment", {}),
    }
