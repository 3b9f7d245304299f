"""What SageMaker's tests share: an engine with the tests' image, a role for jobs and models, a bucket, and patience."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from slipway import local

HERE = Path(__file__).parent
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/jobs:tests"
ROLE = "arn:aws:iam::111122223333:role/Job"
BUCKET = "sagemaker-tests"


@dataclass
class Sagemaker:
    """The person's clients of an engine, and ways to wait."""

    running: local.LocalEngine
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A boto3 client as the person; made once, since what waits asks for it again and again."""
        if service not in self._clients:
            self._clients[service] = self.running.client(service)
        return self._clients[service]

    def put(self, key: str, body: bytes | str) -> str:
        """An object; its S3 URI."""
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        body: bytes = self.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix."""
        answer = self.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for item in answer.get("Contents", [])]

    def log(self, group: str) -> str:
        """Everything in a log group; nothing when there is none yet."""
        logs = self.client("logs")
        try:
            events = logs.filter_log_events(logGroupName=group)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return ""
        return "\n".join(event["message"] for event in events)


def eventually(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true result of `condition`; the test fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    return pytest.fail(f"not within {seconds} seconds: {condition}")


def start_engine(home: Path, factor: float = 60.0) -> local.LocalEngine:
    """An engine with the tests' image on a free port."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(HERE / "engine_with_image.py"), str(home), "--port", str(local.free_port())]
    with (home / "engine.log").open("ab") as log:
        process = subprocess.Popen([*command, "--clock-factor", str(factor)], stdout=log, stderr=log)
    eventually(lambda: local.find(home) or process.poll() is not None, seconds=60)
    found = local.find(home)
    assert found is not None, (home / "engine.log").read_text()
    return found


def prepare_account(sagemaker: Sagemaker) -> None:
    """The role and the bucket."""
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    actions = ["s3:*", "logs:*", "kms:*", "cloudwatch:PutMetricData", "cloudwatch:DescribeAlarms"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam = sagemaker.client("iam")
    trusted = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="Job", AssumeRolePolicyDocument=trusted)
    iam.put_role_policy(RoleName="Job", PolicyName="job", PolicyDocument=json.dumps(policy))
    iam.create_role(RoleName="Powerless", AssumeRolePolicyDocument=trusted)
    sagemaker.client("s3").create_bucket(Bucket=BUCKET)


def model_archive(text: str) -> bytes:
    """A model.tar.gz whose `name.txt` says `text`."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        info = tarfile.TarInfo("name.txt")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))
    return target.getvalue()


class Hosted:
    """Makes models, configurations and endpoints, and deletes the endpoints."""

    def __init__(self, sagemaker: Sagemaker) -> None:
        self.account = sagemaker
        self.client = sagemaker.client("sagemaker")
        self.runtime = sagemaker.client("sagemaker-runtime")
        self._endpoints: list[str] = []

    def model(self, text: str, **environment: str) -> str:
        """A model whose servers answer with `text`."""
        name = f"model-{uuid.uuid4().hex[:8]}"
        url = self.account.put(f"models/{name}/model.tar.gz", model_archive(text))
        container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": environment}
        self.client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        return name

    def container(self, text: str, hostname: str = "", **environment: str) -> dict[str, Any]:
        """The definition of a container that answers with `text`."""
        url = self.account.put(f"models/{uuid.uuid4().hex[:8]}/model.tar.gz", model_archive(text))
        named = {"ContainerHostname": hostname} if hostname else {}
        return {"Image": IMAGE, "ModelDataUrl": url, "Environment": environment, **named}

    def model_of(self, *containers: dict[str, Any], **more: Any) -> str:
        """A model of several containers."""
        name = f"model-{uuid.uuid4().hex[:8]}"
        self.client.create_model(ModelName=name, Containers=list(containers), ExecutionRoleArn=ROLE, **more)
        return name

    def config(self, *variants: dict[str, Any], **more: Any) -> str:
        """An endpoint configuration."""
        name = f"config-{uuid.uuid4().hex[:8]}"
        self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=list(variants), **more)
        return name

    def endpoint(self, config: str, **more: Any) -> str:
        """An endpoint, still Creating."""
        name = f"endpoint-{uuid.uuid4().hex[:8]}"
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=config, **more)
        self._endpoints.append(name)
        return name

    def settled(self, name: str) -> dict[str, Any]:
        """The endpoint's description once nothing is going on."""

        def quiet() -> dict[str, Any] | None:
            found: dict[str, Any] = self.client.describe_endpoint(EndpointName=name)
            return found if found["EndpointStatus"] in {"InService", "Failed"} else None

        result: dict[str, Any] = eventually(quiet)
        return result

    def serving(self, text: str = "one", count: int = 1, **more: Any) -> str:
        """An endpoint in service with one variant."""
        name = self.endpoint(self.config(variant(self.model(text), count), **more))
        assert self.settled(name)["EndpointStatus"] == "InService"
        return name

    def invoke(self, name: str, body: str = "x", **more: Any) -> dict[str, Any]:
        """The server's answer, parsed."""
        answer = self.runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="text/csv", **more)
        result: dict[str, Any] = json.loads(answer["Body"].read())
        return {**result, "variant": answer["InvokedProductionVariant"]}

    def delete(self, name: str) -> None:
        """Delete and wait."""
        self.client.delete_endpoint(EndpointName=name)
        eventually(lambda: name not in self.names())

    def names(self) -> list[str]:
        """The endpoints that exist."""
        pages = self.client.get_paginator("list_endpoints").paginate()
        return [item["EndpointName"] for page in pages for item in page["Endpoints"]]

    def delete_all(self) -> None:
        """Delete what is left."""
        for name in self._endpoints:
            if name in self.names():
                self.settled(name)
                self.delete(name)


def variant(model: str, count: int = 1, name: str = "AllTraffic", weight: float = 1.0) -> dict[str, Any]:
    """A production variant."""
    return {
        "VariantName": name,
        "ModelName": model,
        "InitialInstanceCount": count,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": weight,
    }
