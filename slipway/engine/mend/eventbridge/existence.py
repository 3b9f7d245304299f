"""PutTargets: a target or dead-letter queue that is not there is refused.

AWS takes it, and every event for it fails later. Here a run that depends on such a rule would be green without it, so
the target comes first. The look-ups are EventBridge's own calls and need no policy of the customer's.
"""

from __future__ import annotations

from botocore.exceptions import ClientError

from slipway.engine.deliveries import failure_of
from slipway.engine.engine import Engine
from slipway.engine.mend.eventbridge import targets


def refusal(engine: Engine, target: targets.Target) -> str:
    """Which ARN of the target names nothing, empty when all is there; blocking."""
    letters = (target.get("DeadLetterConfig") or {}).get("Arn")
    arns = [str(target.get("Arn")), *([letters] if letters else [])]
    missing = [arn for arn in arns if not _is_there(engine, arn)]
    return f"Target {missing[0]} does not exist; it must be there before the rule sends to it" if missing else ""


def _is_there(engine: Engine, arn: str) -> bool:
    kind = targets.kind({"Arn": arn})
    if kind is None:
        return True  # of a kind that PutTargets refuses by name
    try:
        kind.look(engine.as_service(targets.PRINCIPAL), arn)
    except targets.Missing:
        return False
    except ClientError as error:
        if failure_of(error).code != "NO_RESOURCE":
            raise
        return False
    return True
