"""The service's declaration, apart from its operations so that they can all import it."""

from __future__ import annotations

from slipway.engine.service import Call, Service

SERVICE = Service("codepipeline")
PRINCIPAL = "codepipeline.amazonaws.com"


def pipeline_arn(call: Call) -> str:
    """The ARN of the pipeline that a request names.

    docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html
    """
    declaration = call.params.get("pipeline")
    nested = declaration.get("name", "") if isinstance(declaration, dict) else ""
    return call.arn(call.params.get("pipelineName") or call.params.get("name") or nested)


def stage_arn(call: Call) -> str:
    """`<pipeline>/<stage>`, the resource of what is done to a stage."""
    return f"{pipeline_arn(call)}/{call.params['stageName']}"


def action_arn(call: Call) -> str:
    """`<pipeline>/<stage>/<action>`, the resource of what is done to an action."""
    return f"{stage_arn(call)}/{call.params['actionName']}"
