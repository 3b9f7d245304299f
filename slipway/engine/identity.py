"""Who calls: the signature is verified, and what it was made for is what it is used for.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html (credential scopes)
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from slipway.engine import adapter, signature, wire
from slipway.engine.caller import VIA_HEADER, Caller
from slipway.engine.credentials import Credentials
from slipway.engine.directory import Address
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError

# Services with one endpoint for all regions, which is signed for in the first of them.
_GLOBAL = frozenset({"iam", "s3", "sts"})


def of(engine: Engine, request: wire.WireRequest, address: Address) -> Caller:
    """The identity that signed the request; AwsError with AWS's code when it cannot be told."""
    signed = signature.read(request)
    scope = signed.scope
    known = adapter.resolve(scope.access_key_id, signed.token)
    signature.verify(request, signed, known.secret, datetime.now(UTC))
    if address.model is not None and scope.service != address.model.signing_name:
        raise _refused(f"Credential should be scoped to correct service: '{address.model.signing_name}'.")
    if scope.service not in _GLOBAL and scope.region != engine.region:
        raise _refused(
            f"Credential should be scoped to a valid region, not '{scope.region}': it is {engine.region} here."
        )
    principal = engine.authorization.service_principal(scope.access_key_id)
    name = principal.name if principal else known.arn
    credentials = Credentials(scope.access_key_id, known.secret, signed.token)
    return Caller(engine, name, credentials, via(engine, request))


def via(engine: Engine, request: wire.WireRequest) -> tuple[str, ...]:
    """The services that a call of the engine's own comes through; nobody else can name any."""
    secret, *services = request.headers.get(VIA_HEADER, "").split() or [""]
    return tuple(services) if hmac.compare_digest(secret, engine.forwarding_secret) else ()


def claimed(engine: Engine, access_key_id: str) -> str:
    """Who a key belongs to, verified or not; the journal says by its status whether the call was let in."""
    service = engine.authorization.service_principal(access_key_id)
    return service.name if service else adapter.arn_of(access_key_id)


def _refused(message: str) -> AwsError:
    return AwsError("InvalidSignatureException", message, status=403)
