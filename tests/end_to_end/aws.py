"""The AWS CLI as anybody installs it, pointed at an engine's URL."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

from slipway.local import LocalEngine
from tests.end_to_end.support import REPOSITORY, succeed

_AWS = REPOSITORY / ".venv/aws/bin/aws"


@dataclass(frozen=True)
class Aws:
    """`aws` with the variables that `slipway env` prints."""

    engine: LocalEngine

    def run(self, *arguments: str) -> Any:
        """What the command printed, as JSON; None when it printed nothing."""
        assert _AWS.exists(), f"{_AWS} is missing; `make test-engine` and `make test-rest` install it"
        variables = json.loads(succeed(self.engine.home, "env", "--json"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        command = [str(_AWS), *arguments, "--output", "json"]
        environment = {**kept, **variables, "AWS_PAGER": ""}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None
