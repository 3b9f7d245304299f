"""Dynamic references: `{{resolve:ssm:…}}` and `{{resolve:secretsmanager:…}}`, read under the operation's rights.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.caller import Caller
from slipway.engine.resource import ResourceFailed

_REFERENCE = re.compile(r"\{\{resolve:([a-z-]+):([^}]*)\}\}")


def resolved(value: Any, caller: Caller) -> Any:
    """`value` with every dynamic reference replaced; ResourceFailed names one that cannot be read."""
    if isinstance(value, list):
        return [resolved(item, caller) for item in value]
    if isinstance(value, Mapping):
        return {key: resolved(item, caller) for key, item in value.items()}
    if not isinstance(value, str) or "{{resolve:" not in value:
        return value
    return _REFERENCE.sub(lambda match: _read(match[1], match[2], caller), value)


def _read(service: str, reference: str, caller: Caller) -> str:
    if service not in _READERS:
        raise ResourceFailed(f"Dynamic reference {{{{resolve:{service}:{reference}}}}} names no service that has them")
    try:
        return _READERS[service](reference, caller)
    except ClientError as error:
        message = error.response["Error"].get("Message", str(error))
        raise ResourceFailed(f"Could not resolve {{{{resolve:{service}:{reference}}}}}: {message}") from error


def _parameter(reference: str, caller: Caller) -> str:
    """`name` or `name:version`, of a plain parameter."""
    found = caller.client("ssm").get_parameters(Names=[reference])
    if not found["Parameters"]:
        raise ResourceFailed(f"Parameters: [ssm:{reference}] cannot be found.")
    if found["Parameters"][0]["Type"] == "SecureString":
        raise ResourceFailed(f"Parameters: [ssm:{reference}] is a SecureString, which is referred to as ssm-secure")
    return str(found["Parameters"][0]["Value"])


def _secret(reference: str, caller: Caller) -> str:
    """`id:SecretString:json-key:version-stage:version-id`, of which all but the id may be left out."""
    parts = reference.split(":")
    count = 7 if reference.startswith("arn:") else 1
    secret_id, rest = ":".join(parts[:count]), [*parts[count:], "", "", "", ""]
    if rest[0] not in ("", "SecretString"):
        raise ResourceFailed(f"secretsmanager dynamic reference {reference}: only SecretString can be referred to")
    version = {"VersionStage": rest[2]} if rest[2] else {}
    version |= {"VersionId": rest[3]} if rest[3] else {}
    text = str(caller.client("secretsmanager").get_secret_value(SecretId=secret_id, **version)["SecretString"])
    return _member(text, rest[1], reference) if rest[1] else text


def _member(text: str, key: str, reference: str) -> str:
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError) as error:
        raise ResourceFailed(f"Could not find a value associated with JSONKey in SecretString: {reference}") from error


_READERS = {"ssm": _parameter, "secretsmanager": _secret}
