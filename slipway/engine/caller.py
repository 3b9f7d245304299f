"""Identities that make calls: the person, a role's session, an AWS service principal.

All of them call the same way: a boto3 client that signs with their credentials and sends to the engine's own URL. There
is no other way to reach a service.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from slipway.engine import journal, retrying
from slipway.engine.credentials import Credentials

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

_CONFIG = Config(
    s3={"addressing_style": "path"},
    max_pool_connections=50,
    connect_timeout=5,
    read_timeout=900,
    parameter_validation=True,
)
_CONFIGS = {
    attempts: _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": attempts}))
    for attempts in (retrying.ONCE, retrying.PATIENT)
}
VIA_HEADER = "x-slipway-via"
_making_client = threading.Lock()
_sessions: dict[str, botocore.session.Session] = {}


def _session(region: str) -> botocore.session.Session:
    """One botocore session for all callers, so that each service's model is loaded once."""
    if region not in _sessions:
        session = botocore.session.Session()
        session.set_config_variable("region", region)
        _sessions[region] = session
    return _sessions[region]


@lru_cache
def service_model(service: str, region: str) -> ServiceModel:
    """Botocore's model of a service; loaded once for clients and dispatcher together.

    Only S3's is a copy: its clients take the bucket out of the paths of theirs.
    """
    if service == "s3":
        return ServiceModel(create_loader().load_service_model(service, "service-2"), service)
    return _session(region).get_service_model(service)


class Caller:
    """An identity that can make calls to the engine, each of them up to so many times."""

    def __init__(
        self,
        engine: Engine,
        arn: str,
        credentials: Credentials,
        via: tuple[str, ...] = (),
        attempts: int = retrying.PATIENT,
    ) -> None:
        self.engine = engine
        self.arn = arn
        self.credentials = credentials
        self.via = via
        self.attempts = attempts
        self._clients: dict[str, Any] = {}

    def on_behalf(self, service: str) -> Caller:
        """The same identity, called for by the AWS service `service`: its calls have `aws:CalledVia`.

        A service that goes on calling for it is named once.
        docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
        """
        if self.via[-1:] == (service,):
            return self
        return Caller(self.engine, self.arn, self.credentials, (*self.via, service), self.attempts)

    def patient(self) -> Caller:
        """The same identity, for what a service that tries once by itself goes on asking until it is told."""
        if self.attempts == retrying.PATIENT:
            return self
        return Caller(self.engine, self.arn, self.credentials, self.via)

    def forwarded(self) -> dict[str, Any]:
        """The condition keys that say through which services this identity calls, in the order of their calls."""
        if not self.via:
            return {}
        named = {"aws:CalledVia": list(self.via), "aws:CalledViaFirst": self.via[0], "aws:CalledViaLast": self.via[-1]}
        return {**named, "aws:ViaAWSService": "true"}

    def client(self, service: str) -> Any:
        """A boto3 client of `service` under this identity; made once."""
        with _making_client:
            if service not in self._clients:
                self._clients[service] = _session(self.engine.region).create_client(
                    service,
                    endpoint_url=self.engine.url,
                    aws_access_key_id=self.credentials.access_key_id,
                    aws_secret_access_key=self.credentials.secret_access_key,
                    aws_session_token=self.credentials.token,
                    config=_CONFIGS[self.attempts],
                )
                self._clients[service].meta.events.register_first("needs-retry", self._end_with_the_engine)
                if self.via:
                    self._clients[service].meta.events.register("before-sign", self._name_services)
            return self._clients[service]

    def _name_services(self, request: AWSRequest, **_: Any) -> None:
        """Say through whom the call comes, with the secret by which this engine knows its own."""
        request.headers[VIA_HEADER] = f"{self.engine.forwarding_secret} {' '.join(self.via)}"

    def _end_with_the_engine(self, caught_exception: Exception | None, **_: Any) -> None:
        """Ask nobody again once the engine stops: nobody will answer."""
        if caught_exception is not None and self.engine.stopping.is_set():
            raise caught_exception

    def environment(self) -> dict[str, str]:
        """The variables with which a child process calls as this identity, for as long as its keys last."""
        variables = {
            **self.place(),
            "AWS_ACCESS_KEY_ID": self.credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_access_key,
        }
        if self.credentials.token:
            variables["AWS_SESSION_TOKEN"] = self.credentials.token
        return variables

    def place(self) -> dict[str, str]:
        """The variables that say where calls go."""
        return {
            "AWS_REGION": self.engine.region,
            "AWS_DEFAULT_REGION": self.engine.region,
            "AWS_ENDPOINT_URL": self.engine.url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def check(self, action: str, resource: str, context: Mapping[str, Any] | None = None) -> None:
        """Refuse unless this identity may do `action` on `resource`; AccessDenied. The decision is journalled.

        Outside of a call (a service acts by itself in the background) the check makes a journal entry of its own.
        """
        check, keys = self.engine.authorization.check, {**self.forwarded(), **(context or {})}
        if journal.current() is not None:
            check(self.credentials.access_key_id, action, resource, keys)
            return
        service, _, operation = action.partition(":")
        entry = journal.Entry(secrets.token_hex(8), service, operation, caller=self.arn, status=403)
        with self.engine.journal.call(entry):
            check(self.credentials.access_key_id, action, resource, keys)
            entry.status = 200

    def check_pass_role(self, role_arn: str, service: str, *, assumed_now: bool = True) -> None:
        """Refuse unless this identity may hand `role_arn` to `service`, which can assume it."""
        key = self.credentials.access_key_id
        keys = self.forwarded()
        self.engine.authorization.check_pass_role(key, role_arn, service, keys, assumed_now=assumed_now)
