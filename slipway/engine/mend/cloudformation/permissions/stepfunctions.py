"""Step Functions: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always, pass_role


def _machine(change: Change) -> str:
    return change.arn("states", f"stateMachine:{change.name('StateMachineName', 80)}")


def _shared(change: Change) -> Iterator[Need]:
    if change.changed("RoleArn"):
        yield from pass_role(change.get("RoleArn"), "states.amazonaws.com")
    location = change.get("DefinitionS3Location")
    if location and change.changed("DefinitionS3Location"):
        action = "s3:GetObjectVersion" if location.get("Version") else "s3:GetObject"
        yield Need(action, f"arn:aws:s3:::{location['Bucket']}/{location['Key']}")
    if change.changed("Tags"):
        yield Need("states:TagResource", _machine(change))


def _create(change: Change) -> Iterator[Need]:
    yield Need("states:CreateStateMachine", _machine(change))
    yield from _shared(change)


def _update(change: Change) -> Iterator[Need]:
    yield Need("states:UpdateStateMachine", _machine(change))
    yield from _shared(change)


PERMISSIONS = {
    "AWS::StepFunctions::StateMachine": Permissions(_create, _update, always("states:DeleteStateMachine", _machine))
}
