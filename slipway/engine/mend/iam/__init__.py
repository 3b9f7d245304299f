"""IAM and STS: MiniStack keeps the records, `slipway.engine.policy` decides."""

from __future__ import annotations

from slipway.engine.mend.iam import evaluator


def apply() -> None:
    """Let our evaluator decide where MiniStack's services ask their own."""
    evaluator.apply()
