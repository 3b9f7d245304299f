"""LambdaInvoke: a function that says whether the rule holds, as an Invoke/Lambda action's function does.

docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-LambdaInvoke.html
"""

from __future__ import annotations

from slipway.engine.services.codepipeline.action_type import Key, RuleType
from slipway.engine.services.codepipeline.handed_over import follow, hand_over

RULE = RuleType(
    provider="LambdaInvoke",
    start=hand_over,
    poll=follow,
    keys={"FunctionName": Key(required=True), "UserParameters": Key()},
)
