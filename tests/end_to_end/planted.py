"""Secrets that are planted, and things that would give them away: a build and a function that print all they have."""

from __future__ import annotations

import io
import json
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slipway.local import LocalEngine
from tests.end_to_end.plant import eventually

VARIABLE = "PLANTED_IN_THE_SHELL"
_PRINTS = b"import os\n\ndef handler(event, context):\n    print(sorted(os.environ))\n    return len(os.environ)\n"
_BUILDSPEC = """
version: 0.2
phases:
  build:
    commands:
      - env | grep -v -e "^TOKEN=" -e "^PASSWORD=" > dumped.txt; env
      - echo "the token is $TOKEN, the password $PASSWORD"
      - test -n "$TOKEN" && test -n "$PASSWORD"
artifacts:
  files: ["**/*"]
"""


@contextmanager
def in_the_shell() -> Iterator[str]:
    """A secret among the variables of whoever starts an engine meanwhile."""
    os.environ[VARIABLE] = secrets.token_hex(20)
    try:
        yield os.environ[VARIABLE]
    finally:
        del os.environ[VARIABLE]


def plant(engine: LocalEngine) -> dict[str, str]:
    """Secrets in AWS's own places for them, and the person's own key."""
    token, password = secrets.token_hex(20), secrets.token_hex(20)
    engine.client("secretsmanager").create_secret(Name="planted", SecretString=json.dumps({"token": token}))
    engine.client("ssm").put_parameter(Name="/planted/password", Value=password, Type="SecureString")
    return {"the token": token, "the password": password, "the person's key": engine.keys()[1]}


def tempt(engine: LocalEngine) -> dict[str, Any]:
    """Let a build and a function print what they have; the build's record."""
    role = _role(engine, "planted", ["codebuild", "lambda"], ["logs:*", "secretsmanager:*", "ssm:*", "kms:*", "s3:*"])
    _invoke(engine, role)
    engine.client("s3").create_bucket(Bucket="planted-artifacts")
    variables = [
        {"name": "TOKEN", "type": "SECRETS_MANAGER", "value": "planted:token"},
        {"name": "PASSWORD", "type": "PARAMETER_STORE", "value": "/planted/password"},
    ]
    codebuild = engine.client("codebuild")
    codebuild.create_project(
        name="planted",
        source={"type": "NO_SOURCE", "buildspec": _BUILDSPEC},
        artifacts={"type": "S3", "location": "planted-artifacts", "name": "dumped.zip", "packaging": "ZIP"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": variables,
        },
        serviceRole=role,
    )
    started = codebuild.start_build(projectName="planted")["build"]["id"]

    def ended() -> Any:
        [build] = codebuild.batch_get_builds(ids=[started])["builds"]
        return build if build["buildComplete"] else None

    build: dict[str, Any] = eventually(ended, "the build has ended")
    return build


def _invoke(engine: LocalEngine, role: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("prints.py", _PRINTS)
    functions = engine.client("lambda")
    functions.create_function(
        FunctionName="planted",
        Runtime="python3.13",
        Role=role,
        Handler="prints.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="planted")
    answer = functions.invoke(FunctionName="planted")
    assert "FunctionError" not in answer, answer["Payload"].read()


def _role(engine: LocalEngine, name: str, services: list[str], actions: list[str]) -> str:
    principal = {"Service": [f"{service}.amazonaws.com" for service in services]}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    iam = engine.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="planted", PolicyDocument=json.dumps(policy))
    return arn
