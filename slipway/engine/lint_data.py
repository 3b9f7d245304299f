"""cfn-lint's data files: the schemas of CloudFormation's types, the actions of every service.

Only read: importing cfn-lint would cost every start of the engine a second and 100 MB for what is a dictionary lookup.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def folder() -> Path:
    """Where cfn-lint keeps its data."""
    spec = find_spec("cfnlint")
    if spec is None or spec.origin is None:
        raise RuntimeError("cfn-lint is not installed: its data is needed to check templates and policies")
    return Path(spec.origin).parent / "data"
