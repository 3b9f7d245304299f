"""CodePipeline: docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html."""

from typing import Any

from tests.engine.refusals.attempt import NAME, ROLE, Attempt, call, operation

SERVICE = "codepipeline"
ZIP = {"S3Bucket": NAME, "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}


def action(provider: str, category: str, owner: str = "AWS", **members: Any) -> dict[str, Any]:
    type_id = {"category": category, "owner": owner, "provider": provider, "version": "1"}
    outputs = [{"name": "App"}] if category == "Source" else []
    return {"name": "Try", "actionTypeId": type_id, "outputArtifacts": outputs, **members}


def pipeline(
    item: str,
    says: str,
    source: dict[str, Any],
    second: dict[str, Any] | None = None,
    stage: Any = None,
    **members: Any,
) -> Attempt:
    """A pipeline of two stages."""
    stages = [
        {"name": "Source", "actions": [source]},
        {"name": "Second", "actions": [second or action("Manual", "Approval")], **(stage or {})},
    ]
    declared = {
        "name": NAME,
        "pipelineType": "V2",
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": NAME},
        "stages": stages,
        **members,
    }
    return call(item, says, SERVICE, "create_pipeline", pipeline=declared)


SOURCE = action("S3", "Source", configuration=ZIP)
COMMANDS_RULE = {
    "name": "Rule",
    "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "Commands", "version": "1"},
}
TRIGGER = {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Try"}}
BATCH = {"ProjectName": NAME, "BatchEnabled": "true"}

ATTEMPTS = (
    pipeline(
        "Connections to git hosts",
        "action type Source/CodeStarSourceConnection is not executed",
        action("CodeStarSourceConnection", "Source"),
    ),
    pipeline("triggers", "Pipeline has triggers", SOURCE, triggers=[TRIGGER]),
    pipeline(
        "polling for changes",
        "leaves out 'PollForSourceChanges'",
        action("S3", "Source", configuration={"S3Bucket": NAME, "S3ObjectKey": "app.zip"}),
    ),
    pipeline("Commands", "action type Compute/Commands is not executed", SOURCE, action("Commands", "Compute")),
    pipeline("ECR actions", "action type Source/ECR is not executed", action("ECR", "Source")),
    pipeline("custom", "Owner: 'Custom'", SOURCE, action("Mine", "Build", owner="Custom")),
    pipeline("third-party actions", "Owner: 'ThirdParty'", action("GitHub", "Source", owner="ThirdParty")),
    pipeline("other regions", "is in region eu-west-1", SOURCE, action("Manual", "Approval", region="eu-west-1")),
    pipeline(
        "batch builds",
        "BatchEnabled",
        SOURCE,
        action("CodeBuild", "Build", configuration=BATCH, inputArtifacts=[{"name": "App"}]),
    ),
    pipeline(
        "the other rules",
        "rule Commands is not executed",
        SOURCE,
        stage={"beforeEntry": {"conditions": [{"result": "FAIL", "rules": [COMMANDS_RULE]}]}},
    ),
    operation("webhooks", SERVICE, "PutWebhook", "put_webhook"),
)
