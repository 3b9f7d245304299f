"""`sam validate --lint`: what SAM CLI says of the templates that use its transform.

docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-validate.html
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from slipway.verify.bundle import REGIONS, Bundle
from slipway.verify.finding import Finding
from slipway.verify.tools.environment import Environment

_MATCHED = re.compile(r"\[(?P<rule>[EWI]\d+): [^\]]*\] \((?P<message>.*?)\) matched (?P<line>\d+)")
_SCRIPT = Path(__file__).with_name("sam_script.py")


def findings(bundle: Bundle, environment: Environment) -> list[Finding]:
    """The templates that SAM CLI refuses, with what it says."""
    templates = [each.path for each in bundle.templates if "Transform" in each.document]
    variables = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": REGIONS[0]}
    said = environment.run(["python", str(_SCRIPT), *templates], bundle.root, variables=variables)
    return [found for path, text in json.loads(said.splitlines()[-1]) for found in _findings(path, text)]


def _findings(path: str, text: str) -> list[Finding]:
    """What the linter matched, with its line; the text itself when that is not why the template is refused."""
    matched = [
        Finding(path, int(each["line"]), each["rule"], each["message"].strip("'\"")) for each in _MATCHED.finditer(text)
    ]
    return matched or [Finding(path, 1, "sam", text)]
