"""Usage plans, their stages and keys, and the account's role for logs.

docs.aws.amazon.com/apigateway/latest/api/API_CreateUsagePlan.html
docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from __future__ import annotations

from slipway.engine.engine import current
from slipway.engine.mend.apigateway.access_log import PRINCIPAL
from slipway.engine.mend.apigateway.refusal import Data, NotFound, Refused, gateway

_PERIODS = ("DAY", "WEEK", "MONTH")


def check_plan(data: Data) -> None:
    """CreateUsagePlan: its stages are there, its quota is whole."""
    for served in data.get("apiStages") or []:
        _check_stage(f"{served.get('apiId', '')}:{served.get('stage', '')}")
    quota = data.get("quota") or {}
    if quota and (quota.get("period") not in _PERIODS or not quota.get("limit")):
        raise Refused(f"Usage Plan quota needs a limit and a period of {', '.join(_PERIODS)}")


def check_plan_update(plan_id: str, data: Data) -> None:
    """UpdateUsagePlan: so are the stages that are added."""
    del plan_id  # MiniStack looks for it
    for operation in data.get("patchOperations") or []:
        if (operation.get("op"), operation.get("path")) == ("add", "/apiStages"):
            _check_stage(str(operation.get("value")))


def _check_stage(served: str) -> None:
    """A stage is written `<api id>:<stage>`."""
    api_id, _, stage = served.partition(":")
    if stage not in gateway()._stages_v1.get(api_id, {}):
        raise NotFound(f"API Stage not found: {served}")


def check_plan_deletion(plan_id: str) -> None:
    """DeleteUsagePlan: its stages come off first."""
    if (gateway()._usage_plans.get(plan_id) or {}).get("apiStages"):
        raise Refused(f"Cannot delete usage plan {plan_id} because it has associated API stages")


def check_plan_key(plan_id: str, data: Data) -> None:
    """CreateUsagePlanKey: the key is there, and not in the plan yet."""
    key = data.get("keyId")
    if key not in gateway()._api_keys:
        raise NotFound("Invalid API Key identifier specified")
    if key in (gateway()._usage_plan_keys.get(plan_id) or {}):
        raise Refused("Usage Plan Key already exists", "ConflictException", 409)


def check_account(data: Data) -> None:
    """UpdateAccount: API Gateway must be able to assume the role for logs."""
    for operation in data.get("patchOperations") or []:
        role = operation.get("value")
        if (
            operation.get("path") == "/cloudwatchRoleArn"
            and role
            and not current().authorization.trusts(role, PRINCIPAL, "")
        ):
            raise Refused(
                "The role ARN does not have required permissions configured. Please grant trust permission for API"
                " Gateway and add the required role policy."
            )
