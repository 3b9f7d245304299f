"""parliament reads every statement: unknown actions, resources that an action does not know, useless conditions.

github.com/duo-labs/parliament. Each statement is read alone, so that what is found has its line.
"""

from __future__ import annotations

import json
from pathlib import Path

from slipway.verify.bundle import Bundle
from slipway.verify.finding import Finding
from slipway.verify.longest import Longest
from slipway.verify.policies import TRUST, policies
from slipway.verify.tools.environment import Environment

_SCRIPT = Path(__file__).with_name("parliament_script.py")


def findings(bundle: Bundle, environment: Environment) -> list[Finding]:
    """What parliament says of all policies but those that say who may assume a role, which it does not read."""
    read = [
        (policy.source.path, line, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        for policy in policies(bundle.templates, Longest(bundle.templates))
        if policy.place[-1] != TRUST
        for line, statement in policy.statements()
    ]
    given = json.dumps([text for _, _, text in read])
    said = environment.run(["python", "-W", "ignore", str(_SCRIPT)], bundle.root, given=given, variables={})
    return [
        Finding(path, line, rule, sentence)
        for (path, line, _), found in zip(read, json.loads(said), strict=True)
        for rule, sentence in found
    ]
