"""Templates that look right, and are rejected by the service that is to make one of their resources."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutations.mutation import Mutation
from tests.mutations.site import Refused, Site


@dataclass(frozen=True)
class Deployed(Mutation):
    """`resource` is the logical id that must fail; a definition's file belongs to the template that deploys it."""

    resource: str = ""

    @property
    def template(self) -> str:
        return "cf/training.yaml" if self.file.endswith(".asl.json") else self.file


STORAGE, NOTIFICATIONS, PIPELINE = "cf/storage.yaml", "cf/notifications.yaml", "cf/pipeline.yaml"
TRAINING, DEFINITION, TRIGGERS, TEARDOWN = (
    "cf/training.yaml",
    "cf/training.asl.json",
    "cf/triggers.yaml",
    "cf/teardown.yaml",
)
TRUST = "            Principal:\n              Service: {}.amazonaws.com\n            Action: sts:AssumeRole\n"
# Of a bucket policy's two statements, the one that wants TLS.
TLS = "            Condition:\n              Bool:\n"
ARTIFACTS = '              - !GetAtt ArtifactBucket.Arn\n              - !Sub "${ArtifactBucket.Arn}/*"\n' + TLS
DATA = '              - !GetAtt DataBucket.Arn\n              - !Sub "${DataBucket.Arn}/*"\n' + TLS
DATA_STATEMENT = f"            Action: s3:*\n            Resource:\n{DATA}"

POLICIES = (
    Deployed(
        "key policy that nobody could change again",
        STORAGE,
        "            Action: kms:*\n",
        "            Action: kms:Decrypt\n",
        "The new key policy will not allow you to update the key policy in the future.",
        "Key",
    ),
    Deployed(
        "bucket policy for another bucket",
        STORAGE,
        ARTIFACTS,
        DATA,
        "Policy has invalid resource",
        "ArtifactBucketPolicy",
    ),
    Deployed(
        "bucket policy of an action that S3 lacks",
        STORAGE,
        f"            Action: s3:*\n            Resource:\n{ARTIFACTS}",
        f"            Action: s3:Everything\n            Resource:\n{ARTIFACTS}",
        "Policy has invalid action",
        "ArtifactBucketPolicy",
    ),
    Deployed(
        "bucket policy without a principal",
        STORAGE,
        f'            Principal: "*"\n{DATA_STATEMENT}',
        DATA_STATEMENT,
        "Missing required field Principal",
        "DataBucketPolicy",
    ),
    Deployed(
        "topic policy of another service's action",
        NOTIFICATIONS,
        "Action: sns:Publish",
        "Action: sqs:SendMessage",
        "Policy statement action out of service scope!",
        "TopicPolicy",
    ),
    Deployed(
        "action without a service",
        TRIGGERS,
        "Action: codepipeline:StartPipelineExecution\n",
        "Action: StartPipelineExecution\n",
        "must be prefaced by a vendor",
        "PushRole",
    ),
)

EVENTS = (
    Deployed(
        "pattern that is no list",
        NOTIFICATIONS,
        "source: [aws.codepipeline]",
        "source: aws.codepipeline",
        "Event pattern is not valid",
        "Finished",
    ),
    Deployed(
        "rule whose target is missing",
        NOTIFICATIONS,
        "Arn: !Ref Topic\n          InputTransformer",
        'Arn: !Sub "${Topic}-gone"\n          InputTransformer',
        "gone",
        "Finished",
    ),
    Deployed(
        "dead-letter queue that is missing",
        TRIGGERS,
        "deadLetterTargetArn: !GetAtt FailedDrops.Arn",
        'deadLetterTargetArn: !Sub "${FailedDrops.Arn}-gone"',
        "Dead letter target does not exist",
        "Drops",
    ),
    Deployed(
        "messages visible before the function is done",
        TRIGGERS,
        "VisibilityTimeout: 1800",
        "VisibilityTimeout: 30",
        "Queue visibility timeout: 30 seconds is less than Function timeout: 300 seconds",
        "DropDrops",
    ),
)

ROLES = (
    Deployed(
        "pipeline's role trusts another service",
        PIPELINE,
        TRUST.format("codepipeline"),
        TRUST.format("codedeploy"),
        "is not authorized to perform AssumeRole on role",
        "Pipeline",
    ),
    Deployed(
        "build's role trusts another service",
        PIPELINE,
        "              Service: codebuild.amazonaws.com\n",
        "              Service: codedeploy.amazonaws.com\n",
        "CodeBuild is not authorized to perform: sts:AssumeRole",
        "Build",
    ),
    Deployed(
        "function's role trusts another service",
        TRIGGERS,
        TRUST.format("lambda"),
        TRUST.format("edgelambda"),
        "The role defined for the function cannot be assumed by Lambda.",
        "Drop",
    ),
    Deployed(
        "state machine's role trusts another service",
        TRAINING,
        "Principal: {Service: states.amazonaws.com}",
        "Principal: {Service: glue.amazonaws.com}",
        "is authorized to assume the provided role",
        "StateMachine",
    ),
    Deployed(
        "state machine may not manage the rules of .sync",
        TRAINING,
        "[events:PutTargets, events:PutRule, events:DescribeRule]",
        "[events:PutTargets, events:DescribeRule]",
        "is not authorized to create managed-rule",
        "StateMachine",
    ),
    Deployed(
        "function may not receive its queue's messages",
        TRIGGERS,
        "                  - sqs:ReceiveMessage\n",
        "",
        "execution role does not have permissions to call ReceiveMessage on SQS",
        "DropDrops",
    ),
)

PIPELINES = (
    Deployed(
        "artifact that no action makes",
        PIPELINE,
        "              InputArtifacts:\n                - Name: ExecutionInput\n",
        "              InputArtifacts:\n                - Name: ExecutionInputs\n",
        "ExecutionInputs",
        "Pipeline",
    ),
    Deployed(
        "unknown key of a configuration",
        PIPELINE,
        "                InputType: FilePath\n",
        "                InputTypo: FilePath\n",
        "InputTypo",
        "Pipeline",
    ),
    Deployed(
        "missing key of a configuration",
        PIPELINE,
        "                FunctionName: !Ref OutcomeName\n",
        "",
        "is missing required configuration 'FunctionName'",
        "Pipeline",
    ),
    Deployed(
        "value that a configuration's key does not have",
        PIPELINE,
        "ActionMode: CREATE_UPDATE",
        "ActionMode: CREATE_OR_UPDATE",
        "CREATE_OR_UPDATE",
        "Pipeline",
    ),
    Deployed(
        "provider of another category",
        PIPELINE,
        "Category: Invoke, Owner: AWS, Provider: StepFunctions",
        "Category: Deploy, Owner: AWS, Provider: StepFunctions",
        "StepFunctions",
        "Pipeline",
    ),
    Deployed(
        "variable of a namespace that is not declared",
        PIPELINE,
        "#{TrainStack.StateMachineArn}",
        "#{TrainStacks.StateMachineArn}",
        "TrainStacks",
        "Pipeline",
    ),
    Deployed(
        "two stages of one name",
        PIPELINE,
        "        - Name: Train\n          Actions:\n",
        "        - Name: Build\n          Actions:\n",
        "Stage names must be unique",
        "Pipeline",
    ),
)

DEFINITIONS = (
    Deployed(
        "Next to nowhere",
        DEFINITION,
        '"Default": "Configure"',
        '"Default": "Configuration"',
        "MISSING_TRANSITION_TARGET",
        "StateMachine",
    ),
    Deployed(
        "unreachable state",
        DEFINITION,
        '"Default": "Configure"',
        '"Default": "Prepare"',
        'State "Configure" is not reachable',
        "StateMachine",
    ),
    Deployed(
        "integration that does not exist",
        DEFINITION,
        "sagemaker:createTrainingJob.sync",
        "sagemaker:createTrainingJobs.sync",
        "createTrainingJobs",
        "StateMachine",
    ),
    Deployed(
        "argument that the API does not have",
        DEFINITION,
        '"ModelApprovalStatus":',
        '"ModelsApprovalStatus":',
        "ModelsApprovalStatus",
        "StateMachine",
    ),
    Deployed(
        "JSONata that does not parse",
        DEFINITION,
        "(0.5 + $random())) %}",
        "(0.5 + $random()) %}",
        "INVALID_JSONATA_EXPRESSION",
        "StateMachine",
    ),
    Deployed(
        "machine that starts nowhere",
        DEFINITION,
        '"StartAt": "Reuse"',
        '"StartAt": "Begin"',
        "Begin",
        "StateMachine",
    ),
    Deployed(
        "misspelt type of state",
        DEFINITION,
        '"Type": "Choice",\n      "Choices": [\n        {"Condition": "{% $championPackageArn',
        '"Type": "Choose",\n      "Choices": [\n        {"Condition": "{% $championPackageArn',
        "Choose",
        "StateMachine",
    ),
)

OTHERS = (
    Deployed(
        "custom resource without a function",
        TEARDOWN,
        "ServiceToken: !GetAtt Function.Arn",
        'ServiceToken: !Sub "${Function.Arn}-gone"',
        "Function not found",
        "Teardown",
    ),
)

DEPLOYED = (*POLICIES, *EVENTS, *ROLES, *PIPELINES, *DEFINITIONS, *OTHERS)


def deploy(mutation: Deployed, site: Site) -> str:
    """The reason of the resource that must fail; nothing, when it does not."""
    text = mutation.mutated()
    parts = {"definition": text} if mutation.template != mutation.file else {"text": text}
    try:
        stack = site.create(mutation.template, **parts)
    except Refused as error:
        return str(error)
    status, reasons = site.ended(stack), site.reasons(stack)
    return reasons.get(mutation.resource, "") if status == "ROLLBACK_COMPLETE" else ""
