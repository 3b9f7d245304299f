"""State machines and their tags.

docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from slipway.engine import integrations
from slipway.engine.engine import Engine
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.stepfunctions import ending, logs, records
from slipway.engine.services.stepfunctions.definition import findings, message
from slipway.engine.services.stepfunctions.definition.resources import tasks
from slipway.engine.services.stepfunctions.records import SERVICE, machine_of, machines, shown
from slipway.engine.services.stepfunctions.run import PRINCIPAL, running
from slipway.engine.store import Record

NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
_RULE_ACTIONS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
_MEMBERS = ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
# What makes a second CreateStateMachine of the same name the same request.
_SAME = ("definition", "type", "loggingConfiguration")
_MOST_TAGS = 50


def _by_name(call: Call) -> str:
    return call.arn(f"stateMachine:{call.params['name']}")


def _by_arn(call: Call) -> str:
    return str(call.params["stateMachineArn"])


def _tagged(call: Call) -> dict[str, Any]:
    tags = {f"aws:RequestTag/{tag['key']}": tag.get("value", "") for tag in call.params.get("tags", [])}
    return {**tags, "aws:TagKeys": [tag["key"] for tag in call.params.get("tags", [])]} if tags else {}


@SERVICE.operation("CreateStateMachine", resource=_by_name, context=_tagged, passes={"roleArn": PRINCIPAL})
def create_state_machine(call: Call) -> Params:
    """Make a state machine; the same request again gives the same machine."""
    params = call.params
    if not NAME.fullmatch(params["name"]):
        raise AwsError("InvalidName", f"Invalid Name: '{params['name']}'")
    _check(call.engine, params, _by_name(call))
    made = records.now()
    record: Record = {
        "stateMachineArn": _by_name(call),
        "status": "ACTIVE",
        "type": "STANDARD",
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "creationDate": made,
        "updateDate": made,
        **{name: value for name, value in params.items() if name in (*_MEMBERS, "name", "type")},
        "tags": {tag["key"]: tag.get("value", "") for tag in params.get("tags", [])},
    }
    if not machines(call.engine).claim(record["stateMachineArn"], record):
        record = _same(machine_of(call.engine, record["stateMachineArn"]), record)
    return shown(record, "stateMachineArn", "creationDate")


def _same(existing: Record, asked: Record) -> Record:
    if existing["status"] == "DELETING":
        raise AwsError("StateMachineDeleting", f"State Machine is being deleted: '{existing['stateMachineArn']}'")
    if any(existing[name] != asked[name] for name in _SAME):
        raise AwsError("StateMachineAlreadyExists", f"State Machine Already Exists: '{existing['stateMachineArn']}'")
    return existing


@SERVICE.operation("UpdateStateMachine", resource=_by_arn, passes={"roleArn": PRINCIPAL})
def update_state_machine(call: Call) -> Params:
    """Change definition, role or logging; executions that run keep what they began with."""
    existing = machine_of(call.engine, call.params["stateMachineArn"])
    changes = {name: value for name, value in call.params.items() if name in _MEMBERS}
    if not changes:
        text = (
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be given"
        )
        raise AwsError("MissingRequiredParameter", text)
    _check(call.engine, {**existing, **call.params}, existing["stateMachineArn"])
    changes |= {"updateDate": records.now(), "revisionId": str(uuid.uuid4())}
    record = machines(call.engine).change(existing["stateMachineArn"], lambda found: found.update(changes))
    return shown(record, "updateDate", "revisionId")


@SERVICE.operation("DescribeStateMachine", resource=_by_arn)
def describe_state_machine(call: Call) -> Params:
    """One state machine."""
    record = machine_of(call.engine, call.params["stateMachineArn"])
    whole = ("definition", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
    members = () if call.params.get("includedData") == "METADATA_ONLY" else whole
    names = ("stateMachineArn", "name", "status", "roleArn", "type", "creationDate", "revisionId", *members)
    return shown(record, *names)


@SERVICE.operation("ListStateMachines")
def list_state_machines(call: Call) -> Params:
    """Every state machine, the newest first."""
    found = sorted(machines(call.engine).values(), key=lambda record: str(record["creationDate"]), reverse=True)
    listed, following = records.page(call, found)
    return {
        "stateMachines": [shown(record, "stateMachineArn", "name", "type", "creationDate") for record in listed],
        **following,
    }


@SERVICE.operation("DeleteStateMachine", resource=_by_arn)
def delete_state_machine(call: Call) -> Params:
    """Delete a machine; its executions end, and are gone with it."""
    arn = call.params["stateMachineArn"]
    if arn in machines(call.engine):
        machines(call.engine).change(arn, lambda found: found.update(status="DELETING"))
        for execution_arn in list(records.executions(call.engine, arn)):
            _end(call.engine, execution_arn)
        machines(call.engine).pop(arn, None)
    return {}


def _end(engine: Engine, execution_arn: str) -> None:
    run = running(execution_arn)
    if run is not None:
        ending.stop(execution_arn, "ABORTED", None, "The state machine was deleted")
        run.over.wait()
    records.forget(engine, execution_arn)


def _by_resource(call: Call) -> str:
    return str(call.params["resourceArn"])


@SERVICE.operation("TagResource", resource=_by_resource, context=_tagged)
def tag_resource(call: Call) -> Params:
    """Add tags to a state machine."""
    added = {tag["key"]: tag.get("value", "") for tag in call.params["tags"]}
    record = _taggable(call)
    if len({**record["tags"], **added}) > _MOST_TAGS:
        raise AwsError("TooManyTags", f"A resource has {_MOST_TAGS} tags at most")
    machines(call.engine).change(record["stateMachineArn"], lambda found: found["tags"].update(added))
    return {}


@SERVICE.operation("UntagResource", resource=_by_resource)
def untag_resource(call: Call) -> Params:
    """Take tags from a state machine."""
    gone = set(call.params["tagKeys"])
    record = _taggable(call)
    kept = {key: value for key, value in record["tags"].items() if key not in gone}
    machines(call.engine).change(record["stateMachineArn"], lambda found: found.update(tags=kept))
    return {}


@SERVICE.operation("ListTagsForResource", resource=_by_resource)
def list_tags_for_resource(call: Call) -> Params:
    """The tags of a state machine."""
    return {"tags": [{"key": key, "value": value} for key, value in _taggable(call)["tags"].items()]}


def _taggable(call: Call) -> Record:
    record = machines(call.engine).get(call.params["resourceArn"])
    if record is None:
        raise AwsError("ResourceNotFound", f"Resource not found: '{call.params['resourceArn']}'")
    return record


def _check(engine: Engine, machine: Record, arn: str) -> None:
    """Refuse a machine that AWS would refuse, or that this engine does not execute."""
    refused = refused_feature(machine)
    if refused:
        raise AwsError("ValidationException", f"{refused} not executed by this engine")
    found = [finding for finding in findings(machine["definition"]) if finding.severity == "ERROR"]
    if found:
        raise AwsError("InvalidDefinition", message(found))
    _check_role(engine, machine, arn)


def refused_feature(machine: Record) -> str:
    """What the machine asks for and the engine does not do, with its verb; empty when there is nothing."""
    if machine.get("type", "STANDARD") != "STANDARD":
        return f"{machine['type']} workflows are"
    if machine.get("publish"):
        return "publishing a version is"
    if (machine.get("encryptionConfiguration") or {}).get("type", "AWS_OWNED_KEY") != "AWS_OWNED_KEY":
        return "encryption under a key of the customer's is"
    return ""


def _check_role(engine: Engine, machine: Record, arn: str) -> None:
    """What the role needs beside its tasks: the managed rules of `.sync`, and log delivery.

    docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html#connect-iam-sync-async
    docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """
    configuration = machine.get("loggingConfiguration") or {}
    if configuration.get("level", "OFF") != "OFF" and len(configuration.get("destinations", [])) != 1:
        text = "Invalid Logging Configuration: Must specify exactly one Log Destination."
        raise AwsError("InvalidLoggingConfiguration", text)
    caller = engine.as_role(machine["roleArn"], PRINCIPAL, "StepFunctions", arn)
    try:
        for rule in sorted(_managed_rules(machine["definition"])):
            for action in _RULE_ACTIONS:
                caller.check(action, engine.arn("events", f"rule/{rule}"))
    except AccessDenied as denied:
        text = f"'{machine['roleArn']}' is not authorized to create managed-rule. {denied.message}"
        raise AwsError("AccessDeniedException", text, status=400) from denied
    if configuration.get("level", "OFF") == "OFF":
        return
    try:
        for action in logs.ROLE_ACTIONS:
            caller.check(action, "*")
    except AccessDenied as denied:
        text = f"The state machine IAM Role is not authorized to access the Log Destination: {denied.message}"
        raise AwsError("AccessDeniedException", text, status=400) from denied


def _managed_rules(definition: str) -> set[str]:
    found = (integrations.find(resource) for resource in tasks(json.loads(definition)))
    return {integration.managed_rule for integration in found if integration and integration.managed_rule}
