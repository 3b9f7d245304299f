"""The configuration of each action: the keys that its provider knows, their form, and their length at its longest.

What the engine executes is declared there, from AWS's action reference; here is what it has no host for, and which
variables each provider gives.

docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from slipway.engine.services.codepipeline.action_type import ActionType, Key, NotExecuted, find_action, is_json
from slipway.verify.finding import Finding
from slipway.verify.pipelines.declared import Action, Pipeline

_LONGEST = 1000
# By key, where the service that is called takes less than a configuration's value may have.
# docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (a name alone), docs.aws.amazon.com/AWSCloudFormation/latest/
# APIReference/API_CreateStack.html, docs.aws.amazon.com/codecommit/latest/APIReference/API_GetBranch.html
_LENGTHS = {"FunctionName": 64, "StackName": 128, "ChangeSetName": 128, "BranchName": 256, "ProjectName": 255}
_BOOLEANS = frozenset({"PollForSourceChanges", "DetectChanges", "BatchEnabled", "CombineArtifacts", "Extract"})


@dataclass(frozen=True)
class Provider:
    """What an action's provider takes and gives; `variables` is None when that depends on what it runs."""

    keys: Mapping[str, Key]
    inputs: tuple[int, int]
    outputs: tuple[int, int]
    variables: frozenset[str] | None = field(default=None)


# docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
_CONNECTION = Provider(
    keys={
        "ConnectionArn": Key(required=True),
        "FullRepositoryId": Key(required=True),
        "BranchName": Key(required=True),
        "OutputArtifactFormat": Key(values=("CODE_ZIP", "CODEBUILD_CLONE_REF")),
        "DetectChanges": Key(),
    },
    inputs=(0, 0),
    outputs=(1, 1),
    variables=frozenset(
        {"AuthorDate", "BranchName", "CommitId", "CommitMessage", "ConnectionArn", "FullRepositoryName"}
    ),
)
# docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html, List of variables available for actions
_VARIABLES = {
    ("Source", "CodeCommit"): frozenset(
        {"AuthorDate", "BranchName", "CommitId", "CommitMessage", "CommitterDate", "RepositoryName"}
    ),
    ("Source", "S3"): frozenset({"BucketName", "ETag", "ObjectKey", "VersionId"}),
    ("Invoke", "StepFunctions"): frozenset({"ExecutionArn", "StateMachineArn"}),
    ("Approval", "Manual"): frozenset[str](),
}


def provider(action: Action) -> Provider | None:
    """What is known of an action's provider; None when nothing is."""
    if (action.category, action.provider) == ("Source", "CodeStarSourceConnection"):
        return _CONNECTION
    try:
        known: ActionType = find_action(action.category, action.provider)
    except NotExecuted:
        return None
    return Provider(known.keys, known.inputs, known.outputs, _VARIABLES.get((action.category, action.provider)))


def findings(pipeline: Pipeline) -> Iterator[Finding]:
    """What is wrong with the actions' types and configurations."""
    for action in pipeline.actions():
        for message in _faults(action):
            yield pipeline.finding(action.place, "configuration", f"{action.name} in {action.stage} {message}")


def _faults(action: Action) -> Iterator[str]:
    known = provider(action)
    if known is None or (action.owner, action.version) != ("AWS", "1"):
        name = f"{action.category}/{action.owner}/{action.provider}/{action.version}"
        yield f"has the type {name}, of which this check knows no configuration"
        return
    for name, key in known.keys.items():
        if key.required and name not in action.configuration:
            yield f"has no {name}, which {action.provider} requires"
    for name, value in action.configuration.items():
        yield from _value_faults(action, name, value, known)
    yield from _count("input", len(action.inputs), known.inputs)
    yield from _count("output", len(action.outputs), known.outputs)


def _value_faults(action: Action, name: str, value: str, known: Provider) -> Iterator[str]:
    key = known.keys.get(name)
    if key is None:
        yield f"has {name}, which {action.provider} does not know"
        return
    longest = min(_LONGEST, _LENGTHS.get(name, _LONGEST))
    if not 1 <= len(value) <= longest:
        yield f"has {len(value)} characters in {name} at its longest; it has 1 to {longest}"
    if "#{" not in value and name in _BOOLEANS and value not in ("true", "false"):
        yield f"has {value!r} in {name}; it is true or false"
    if "#{" not in value and key.values and value not in (*key.values, *key.refused):
        yield f"has {value!r} in {name}; it is one of {', '.join((*key.values, *key.refused))}"
    if (key.json or name == "ParameterOverrides") and not is_json(value):
        yield f"has no JSON in {name}"


def _count(kind: str, number: int, allowed: tuple[int, int]) -> Iterator[str]:
    if not allowed[0] <= number <= allowed[1]:
        yield f"has {number} {kind} artifacts; it takes {allowed[0]} to {allowed[1]}"
