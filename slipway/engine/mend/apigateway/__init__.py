"""API Gateway's REST APIs: MiniStack keeps them, this package imports, deploys and serves them.

What changes: an OpenAPI body is imported whole and again on an update, under the same id; a stage serves what was
deployed to it and not what was changed since; functions are invoked as apigateway.amazonaws.com, so their policies
decide; errors, access logs, tracing headers and metrics are AWS's; what is not executed is refused.

docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from slipway.engine import adapter
from slipway.engine.mend.apigateway import (
    apis,
    authorizers,
    canaries,
    deployment,
    edge,
    execution,
    imports,
    integrations,
    methods,
    openapi,
    patches,
    stages,
    tags,
    usage,
)
from slipway.engine.mend.apigateway.refusal import SERVICE, checking


def apply() -> None:
    """Put our functions in MiniStack's places."""
    replace = functools.partial(adapter.replace, SERVICE)
    replace("_import_rest_api", lambda _: openapi.import_api)
    replace("_create_deployment", deployment.freezing)
    replace("_create_deployment", canaries.deploying)
    replace("_create_stage", canaries.staged)
    replace("_update_stage", canaries.promoting)
    replace("_delete_deployment", deployment.thawing)
    replace("method_authorization_type", lambda _: deployment.authorization_type)
    replace("execute_api_arn", deployment.by_own_id)
    replace("_invoke_authorizer_lambda", lambda _: authorizers.invoke)
    replace("_execute_in_scope", lambda _: execution.execute)
    replace("handle_execute", edge.observed)
    replace("handle_request", imports.importing)
    replace("_apply_patch", patches.apply)
    adapter.replace("app", "_enforce_execute_api", edge.observed_refusal)
    _check()
    _keep_tags()


def _check() -> None:
    """What is not valid, not there, or not executed is refused before MiniStack sees it."""
    checks: dict[str, Callable[..., None]] = {
        "_create_rest_api": apis.check_api,
        "_update_rest_api": apis.check_update,
        "_create_resource": apis.check_resource,
        "_put_method": methods.check_method,
        "_update_method": methods.check_update,
        "_put_method_response": methods.check_response,
        "_create_model": methods.check_model,
        "_put_integration": integrations.check_put,
        "_update_integration": integrations.check_update,
        "_put_integration_response": integrations.check_response,
        "_create_authorizer": authorizers.check,
        "_update_authorizer": authorizers.check_update,
        "_create_deployment": stages.check_deployment,
        "_delete_deployment": stages.check_deployment_deletion,
        "_create_stage": stages.check_stage,
        "_update_stage": stages.check_update,
        "_create_usage_plan": usage.check_plan,
        "_update_usage_plan": usage.check_plan_update,
        "_delete_usage_plan": usage.check_plan_deletion,
        "_create_usage_plan_key": usage.check_plan_key,
        "_update_account": usage.check_account,
    }
    for operation, check in checks.items():
        adapter.replace(SERVICE, operation, checking(check))


def _keep_tags() -> None:
    """Tags by ARN for everything that has tags."""
    replace = functools.partial(adapter.replace, SERVICE)
    replace("_create_stage", tags.made(lambda made, api_id, _: f"/restapis/{api_id}/stages/{made['stageName']}"))
    replace("_create_api_key", tags.made(lambda made, _: f"/apikeys/{made['id']}"))
    replace("_create_usage_plan", tags.made(lambda made, _: f"/usageplans/{made['id']}"))
    for name in ("_tag_v1_resource", "_untag_v1_resource"):
        replace(name, tags.changed)
