"""API Gateway's REST APIs: MiniStack keeps them, this package imports, deploys and serves them.

What changes: an OpenAPI body is imported whole and again on an update, under the same id; a stage serves what was
deployed to it and not what was changed since; functions are invoked as apigateway.amazonaws.com, so their policies
decide; errors, access logs, tracing headers and metrics are AWS's; what is not executed is refused.

docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html
"""

from __future__ import annotations

import functools

from slipway.engine import adapter
from slipway.engine.mend.apigateway import deployment, edge, execution, imports, openapi, stacks, urls

SERVICE = "services.apigateway_v1"


def apply() -> None:
    """Put our functions in MiniStack's places."""
    replace = functools.partial(adapter.replace, SERVICE)
    replace("_import_rest_api", lambda _: openapi.import_api)
    replace("_create_deployment", deployment.freezing)
    replace("_delete_deployment", deployment.thawing)
    replace("method_authorization_type", lambda _: deployment.authorization_type)
    replace("_execute_in_scope", lambda _: execution.execute)
    replace("handle_execute", edge.observed)
    replace("_put_integration", openapi.checked_integration)
    replace("handle_request", imports.importing)
    replace("_create_stage", stacks.checked_stage)
    replace("_update_stage", stacks.checked_stage_update)
    adapter.replace("app", "_enforce_execute_api", edge.observed_refusal)
    stacks.apply()
    urls.apply()
