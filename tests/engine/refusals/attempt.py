"""A try at what an item of local-engine.md says is refused."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from slipway.engine.docker.cli import main as docker_cli
from slipway.engine.services.codebuild import buildspec

ACCOUNT, REGION = "111122223333", "us-east-1"
NAME = "refusals"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{NAME}"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:{NAME}"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}"
_SERVICES = ("apigateway", "codebuild", "codepipeline", "events", "lambda", "sagemaker", "states")
_DOMAIN = "amazonaws.com"


class World:
    """The person's clients, which send what they are given unchecked, and what requests refer to."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine.engine
        self._clients: dict[str, Any] = {}
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": [f"{service}.{_DOMAIN}" for service in _SERVICES]},
            "Action": "sts:AssumeRole",
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=trust)
        self.client("s3").create_bucket(Bucket=NAME)
        allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.client("sqs").create_queue(QueueName=NAME, Attributes={"Policy": policy})
        self.client("sns").create_topic(Name=NAME)
        self.client("ecr").create_repository(repositoryName=NAME)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            config = Config(parameter_validation=False, inject_host_prefix=False, retries={"total_max_attempts": 1})
            self._clients[service] = self._engine.session().client(
                service, endpoint_url=self._engine.url, config=config
            )
        return self._clients[service]


@dataclass(frozen=True)
class Attempt:
    """`act` does what the `item` names, and gives the refusal's words; among them must be `says`."""

    item: str
    says: str
    act: Callable[[World], str]


def call(item: str, says: str, service: str, operation: str, /, **params: Any) -> Attempt:
    """A call to an API."""

    def act(world: World) -> str:
        try:
            getattr(world.client(service), operation)(**params)
        except ClientError as error:
            details = error.response["Error"]
            return f"{details['Code']}: {details['Message']}"
        return ""

    return Attempt(item, says, act)


def operation(item: str, service: str, name: str, method: str, /, **params: Any) -> Attempt:
    """A call to an operation that is not executed at all."""
    return call(item, f"The local engine does not execute {service}:{name}", service, method, **params)


def stack(item: str, says: str, resource_type: str, properties: Mapping[str, Any]) -> Attempt:
    """A template with one resource."""
    body = {"Resources": {"Refused": {"Type": resource_type, "Properties": properties}}}
    return call(
        item,
        says,
        "cloudformation",
        "create_stack",
        StackName=f"refused-{uuid.uuid4().hex[:8]}",
        TemplateBody=json.dumps(body),
        Capabilities=["CAPABILITY_IAM"],
    )


def builds(item: str, says: str, text: str) -> Attempt:
    """A buildspec."""

    def act(_: World) -> str:
        try:
            buildspec.parse(f"version: 0.2\n{text}")
        except buildspec.BuildspecInvalid as error:
            return str(error)
        return ""

    return Attempt(item, says, act)


def docker(item: str, says: str, *words: str) -> Attempt:
    """A command of `docker`."""
    return Attempt(item, says, lambda _: _docker(words))


def dockerfile(item: str, says: str, text: str) -> Attempt:
    """A Dockerfile."""

    def act(_: World) -> str:
        with tempfile.TemporaryDirectory() as context:
            (Path(context) / "Dockerfile").write_text(text)
            return _docker(("build", context))

    return Attempt(item, says, act)


def _docker(words: tuple[str, ...]) -> str:
    told = io.StringIO()
    with tempfile.TemporaryDirectory() as images, contextlib.redirect_stderr(told):
        return told.getvalue() if docker_cli([images, *words]) else ""
