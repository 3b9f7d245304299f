"""Where commands act: the local engine, or an account on AWS.

Everything that follows is boto3 and git, so that it is the same in both places.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    InvalidRegionError,
)

from slipway import local
from slipway.errors import BadInput, ExitCode, SlipwayError

_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, s3={"addressing_style": "path"})


class NoAccount(SlipwayError):
    """`--aws` was given without usable credentials."""

    exit_code = ExitCode.NO_TARGET


@dataclass(frozen=True)
class Target:
    """An account in a region; `engine` is None on AWS."""

    session: boto3.Session
    engine: local.LocalEngine | None = None
    _clients: dict[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, compare=False)

    @property
    def name(self) -> str:
        """For people: where things happen."""
        if self.engine is not None:
            return f"local engine at {self.engine.url}"
        # After `eval "$(slipway env)"` boto3 talks to the engine, and nobody should take that for AWS.
        elsewhere = os.environ.get("AWS_ENDPOINT_URL")
        if elsewhere:
            return f"account {self.account} at {elsewhere}, which is AWS_ENDPOINT_URL and not AWS, region {self.region}"
        return f"AWS account {self.account}, region {self.region}"

    @property
    def region(self) -> str:
        """The region's name."""
        return str(self.session.region_name)

    @cached_property
    def account(self) -> str:
        """The account's twelve digits, asked for once."""
        return str(self.client("sts").get_caller_identity()["Account"])

    @property
    def clock_factor(self) -> float:
        """AWS seconds in one real second."""
        return self.engine.clock_factor if self.engine else 1.0

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client, made once; `region` is for a service that is elsewhere only."""
        # boto3's sessions make no two clients at once.
        with self._lock:
            if service not in self._clients:
                url = self.engine.url if self.engine else None
                client = self.session.client(service, region_name=region, endpoint_url=url, config=_CONFIG)
                self._clients[service] = client
        return self._clients[service]

    def environment(self) -> dict[str, str]:
        """Variables with which another program (git, sam, aws) acts here, on top of the caller's own."""
        credentials = self.session.get_credentials().get_frozen_credentials()
        variables = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }
        variables.pop("AWS_PROFILE", None)
        if credentials.token:
            variables["AWS_SESSION_TOKEN"] = credentials.token
        if self.engine is not None:
            variables["AWS_ENDPOINT_URL"] = self.engine.url
        return variables


def local_engine(home: Path = local.HOME) -> local.LocalEngine:
    """The engine that runs on `home`; EngineFailed when none does."""
    engine = local.find(home)
    if engine is None:
        raise local.EngineFailed(
            f"no engine runs on {home}; start one with `slipway up`, or see everything with `slipway demo`"
        )
    return engine


def local_target(home: Path = local.HOME) -> Target:
    """The account of the engine that runs on `home`; EngineFailed when none does."""
    engine = local_engine(home)
    return Target(engine.session(), engine)


def aws_session(region: str | None = None) -> boto3.Session:
    """The environment's credentials, not tried yet; NoAccount when profile or region are missing."""
    try:
        session = boto3.Session(region_name=region)
    except BotoCoreError as error:
        raise NoAccount(f"the environment's AWS settings cannot be used: {error}") from error
    if session.region_name is None:
        raise NoAccount("--aws needs a region and none is set; give --region, or set AWS_REGION")
    return session


def aws_target(region: str | None = None) -> Target:
    """The account of the environment's credentials; NoAccount when they do not work."""
    target = Target(aws_session(region))
    try:
        target.client("sts").get_caller_identity()
    except (EndpointConnectionError, ConnectTimeoutError, InvalidRegionError) as error:
        raise NoAccount(
            f"--aws: AWS does not answer in region {target.region}: {error}; give one of its regions"
            " (`aws ec2 describe-regions --region us-east-1`), and see that this machine reaches it"
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise NoAccount(
            f"--aws needs credentials, and the environment's do not work: {error}; sign in (`aws configure sso`,"
            " `aws configure`), or set AWS_PROFILE"
        ) from error
    return target


def choose(aws: bool, home: Path = local.HOME, region: str | None = None) -> Target:
    """AWS only when asked for; --region is refused without it, since the engine has its own."""
    check_region(aws, region)
    return aws_target(region) if aws else local_target(home)


def check_region(aws: bool, region: str | None) -> None:
    """Refuse a region for the local engine: BadInput."""
    if region and not aws:
        raise BadInput(f"--region {region} goes with --aws; the local engine's region is set by `slipway up --region`")
