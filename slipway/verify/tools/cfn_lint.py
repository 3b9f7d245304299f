"""cfn-lint with the bundle's own rules, in every region that the bundle claims.

github.com/aws-cloudformation/cfn-lint, docs/getting_started/cli.md
"""

from __future__ import annotations

import json
from pathlib import Path

from slipway.verify.bundle import REGIONS, Bundle
from slipway.verify.finding import Finding
from slipway.verify.tools.environment import Environment

# cfn-lint ends with a bit for each severity that it found.
_ENDS = (0, 2, 4, 6, 8, 10, 12, 14)


def findings(bundle: Bundle, environment: Environment) -> list[Finding]:
    """What cfn-lint and config/rules say of the templates."""
    command = ["cfn-lint", "--append-rules", "config/rules", "--format", "json", "--regions", *REGIONS, "--"]
    command += [template.path for template in bundle.templates]
    said = environment.run(command, bundle.root, variables={"PYTHONPATH": "."}, ends=_ENDS)
    return [
        Finding(
            Path(each["Filename"]).as_posix(),
            each["Location"]["Start"]["LineNumber"],
            each["Rule"]["Id"],
            each["Message"],
        )
        for each in json.loads(said)
    ]
