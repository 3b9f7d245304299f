"""Resource policies, by which AWS's services may write to log groups.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.logs.service import SERVICE, invalid, missing, now, page
from slipway.engine.store import Table

_MOST = 10
_PAGE = 50


def policies(engine: Engine) -> Table:
    """The account's resource policies, by name."""
    return engine.store("logs").table("policies")


def statements(engine: Engine) -> list[Any]:
    """The statements of all resource policies."""
    documents = [json.loads(policy["policyDocument"]) for policy in policies(engine).values()]
    return [statement for document in documents for statement in _list(document.get("Statement"))]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []


@SERVICE.operation("PutResourcePolicy")
def put_resource_policy(call: Call) -> dict[str, Any]:
    """Make or replace a policy of the account."""
    params = call.params
    if "resourceArn" in params or "expectedRevisionId" in params:
        raise invalid("Policies of one resource and revisions are not executed by the local engine")
    name, document = params.get("policyName", ""), params.get("policyDocument", "")
    if not name:
        raise invalid("policyName must be specified")
    _check(document)
    table = policies(call.engine)
    if name not in table and len(table) >= _MOST:
        raise AwsError("LimitExceededException", "Resource limit exceeded.")
    table[name] = {"policyName": name, "policyDocument": document, "lastUpdatedTime": now()}
    return {"resourcePolicy": table[name]}


def _check(document: str) -> None:
    try:
        parsed = json.loads(document)
    except ValueError as error:
        raise invalid(f"The policy document is not valid JSON: {error}") from error
    if not isinstance(parsed, dict) or not _list(parsed.get("Statement")):
        raise invalid("The policy document has no Statement")


@SERVICE.operation("DescribeResourcePolicies")
def describe_resource_policies(call: Call) -> dict[str, Any]:
    """The account's policies."""
    found, following = page(call, list(policies(call.engine).values()), _PAGE)
    return {"resourcePolicies": found, **following}


@SERVICE.operation("DeleteResourcePolicy")
def delete_resource_policy(call: Call) -> None:
    """Remove a policy of the account."""
    name = call.params.get("policyName", "")
    if name not in policies(call.engine):
        raise missing(f"Policy with name [{name}] does not exist")
    del policies(call.engine)[name]
