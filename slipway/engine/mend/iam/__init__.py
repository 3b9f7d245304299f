"""IAM and STS: MiniStack keeps the records, `slipway.engine.policy` decides."""

from __future__ import annotations

from slipway.engine import adapter
from slipway.engine.mend.iam import evaluator, records


def apply() -> None:
    """Let our evaluator decide where MiniStack's services ask their own, and tell expired keys from unknown ones."""
    evaluator.apply()
    adapter.replace("services.sts", "_evict_expired_sessions", records.keep_expired)
