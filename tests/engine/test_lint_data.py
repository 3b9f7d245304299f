"""cfn-lint's data is read, and cfn-lint itself stays out of the engine."""

from __future__ import annotations

import subprocess
import sys

import pytest

from slipway.engine import lint_data

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html"
)

HEAVY = ["cfnlint", "networkx", "sympy"]


def test_the_data_has_schemas_and_the_actions_of_services() -> None:
    assert (lint_data.folder() / "schemas" / "providers" / "us-east-1.json").is_file()
    assert (lint_data.folder() / "AdditionalSpecs" / "Policies.json").is_file()


def test_a_start_of_the_engine_imports_nothing_that_takes_a_second() -> None:
    program = (
        "import sys; import slipway.engine.server; from slipway.engine.dispatcher import find_services;"
        f" find_services(); print([name for name in {HEAVY} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
