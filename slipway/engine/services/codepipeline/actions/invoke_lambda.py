"""Invoke/Lambda: a function that reports by itself.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from __future__ import annotations

from slipway.engine.services.codepipeline.action_type import DAY, ActionType, Key
from slipway.engine.services.codepipeline.handed_over import follow, hand_over

ACTION = ActionType(
    category="Invoke",
    provider="Lambda",
    start=hand_over,
    poll=follow,
    keys={"FunctionName": Key(required=True), "UserParameters": Key()},
    inputs=(0, 5),
    outputs=(0, 5),
    seconds=DAY,
)
