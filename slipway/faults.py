"""The local engine's faults, as the person sets them: rules that throttle, fail, slow down and kill on purpose."""

from __future__ import annotations

import json
from typing import Any

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from slipway.errors import BadInput
from slipway.local import LocalEngine

_PATH = "/_slipway/faults"
_SERVICE = "slipway-fault"

Rule = dict[str, Any]


def add(engine: LocalEngine, rule: Rule) -> Rule:
    """Set a rule; it is answered with its number and its seed. BadInput says what is wrong with it."""
    added: Rule = _ask(engine, "POST", rule)
    return added


def rules(engine: LocalEngine) -> list[Rule]:
    """The rules, each with how often it has hit."""
    found: list[Rule] = _ask(engine, "GET", {})["rules"]
    return found


def clear(engine: LocalEngine, numbers: list[str]) -> list[str]:
    """Take these rules back, all of them if none is named; the numbers of those that are gone."""
    gone: list[str] = _ask(engine, "DELETE", {"ids": numbers})["cleared"]
    return gone


def sentence(rule: Rule) -> str:
    """A rule as a person reads it."""
    if "job" in rule:
        hits = rule["job"]
    else:
        hits = f"{rule['service']}:{rule['operation']}" + (f" by {rule['caller']}" if rule["caller"] != "*" else "")
    share = "" if rule["probability"] == 1 else f", {rule['probability'] * 100:g} % of them"
    often = "" if rule["times"] is None else f", {rule['times']} times at most"
    seconds = f" ({rule['seconds']:g} s)" if "seconds" in rule else ""
    return f"{rule['what']}{seconds} {hits}{share}{often}; hit {rule['hits']} times"


def _ask(engine: LocalEngine, method: str, document: Rule) -> Any:
    key, secret = engine.keys()
    request = AWSRequest(method, f"{engine.url}{_PATH}", data=json.dumps(document).encode())
    SigV4Auth(Credentials(key, secret), _SERVICE, engine.region).add_auth(request)
    signed = request.prepare()
    answer = urllib3.request(method, signed.url, body=signed.body, headers=dict(signed.headers))
    told = json.loads(answer.data)
    if answer.status != 200:
        raise BadInput(told["message"])
    return told
