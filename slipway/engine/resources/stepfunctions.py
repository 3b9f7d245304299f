"""State machines.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slipway.engine.resource import Created, Partly, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import is_known, tag_change, tag_list, tags_of
from slipway.engine.services.stepfunctions.definition import findings

_NAME_LENGTH = 80
_SOURCES = ("Definition", "DefinitionString", "DefinitionSubstitutions")


def create(call: ResourceCall) -> Created:
    """Make the machine."""
    properties = call.properties
    answer = _client(call).create_state_machine(
        name=properties.get("StateMachineName") or call.physical_name(_NAME_LENGTH),
        type=properties.get("StateMachineType", "STANDARD"),
        tags=tag_list(tags_of(properties), "key", "value"),
        **_shared(call),
    )
    return _described(call, answer["stateMachineArn"])


def update(call: ResourceCall) -> Created:
    """Change definition, role and logging in place, and the tags."""
    _client(call).update_state_machine(stateMachineArn=call.physical_id, **_shared(call))
    tags = tag_change(call)
    if tags.removed:
        _client(call).untag_resource(resourceArn=call.physical_id, tagKeys=tags.removed)
    if tags.set:
        _client(call).tag_resource(resourceArn=call.physical_id, tags=tag_list(tags.set, "key", "value"))
    return _described(call, call.physical_id)


def not_executed(properties: dict[str, Any]) -> Iterator[str]:
    """What is not executed of a machine, as far as its definition is known before anything is made.

    Of a definition that is wholly known that is all which CreateStateMachine would refuse.
    """
    kind = properties.get("StateMachineType", "STANDARD")
    if kind not in ("STANDARD", "") and not isinstance(kind, Partly):
        yield f"{kind} workflows are not executed by this engine"
    text, whole = _written(properties), is_known([properties.get(name) for name in _SOURCES])
    for finding in findings(text) if text else ():
        if finding.is_ours or (whole and finding.severity == "ERROR"):
            yield str(finding)


def delete(call: ResourceCall) -> None:
    """Delete the machine; one that is gone is fine."""
    client = _client(call)
    try:
        client.delete_state_machine(stateMachineArn=call.physical_id)
    except client.exceptions.StateMachineDoesNotExist:
        return


def _client(call: ResourceCall) -> Any:
    return call.caller.client("stepfunctions")


def _described(call: ResourceCall, arn: str) -> Created:
    described = _client(call).describe_state_machine(stateMachineArn=arn)
    revision = described.get("revisionId", "INITIAL")
    return Created(arn, {"Arn": arn, "Name": described["name"], "StateMachineRevisionId": revision})


def _shared(call: ResourceCall) -> dict[str, Any]:
    properties = call.properties
    request = {"definition": _definition(call), "roleArn": properties["RoleArn"]}
    if "LoggingConfiguration" in properties:
        request["loggingConfiguration"] = _logging(properties["LoggingConfiguration"])
    if "TracingConfiguration" in properties:
        request["tracingConfiguration"] = {"enabled": _truth(properties["TracingConfiguration"].get("Enabled"))}
    return request


def _definition(call: ResourceCall) -> str:
    """The definition from its one source, with its substitutions."""
    properties = call.properties
    if "DefinitionS3Location" in properties:
        location = properties["DefinitionS3Location"]
        version = {"VersionId": location["Version"]} if location.get("Version") else {}
        found = call.caller.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"], **version)
        text = str(found["Body"].read(), "utf-8")
    elif "Definition" in properties:
        text = json.dumps(properties["Definition"])
    elif "DefinitionString" in properties:
        text = str(properties["DefinitionString"])
    else:
        raise ResourceFailed("One of Definition, DefinitionString and DefinitionS3Location is required")
    return _substituted(text, properties)


def _written(properties: dict[str, Any]) -> str:
    """The definition in the template, with its substitutions; empty when it is elsewhere."""
    written = properties.get("DefinitionString") or properties.get("Definition")
    if written is None:
        return ""
    return _substituted(written if isinstance(written, str) else json.dumps(written), properties)


def _substituted(text: str, properties: dict[str, Any]) -> str:
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(value).lower() if isinstance(value, bool) else str(value))
    return text


def _logging(configuration: dict[str, Any]) -> dict[str, Any]:
    destinations = [
        {"cloudWatchLogsLogGroup": {"logGroupArn": destination["CloudWatchLogsLogGroup"]["LogGroupArn"]}}
        for destination in configuration.get("Destinations", [])
    ]
    return {
        "level": configuration.get("Level", "OFF"),
        "includeExecutionData": _truth(configuration.get("IncludeExecutionData")),
        **({"destinations": destinations} if destinations else {}),
    }


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"


RESOURCES = {
    "AWS::StepFunctions::StateMachine": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                *("Definition", "DefinitionS3Location", "DefinitionString", "DefinitionSubstitutions"),
                *("LoggingConfiguration", "RoleArn", "StateMachineName", "StateMachineType", "Tags"),
            }
        ),
        without_effect={"TracingConfiguration": "no segments are sent"},
        refuses={"EncryptionConfiguration": "definitions and executions are not encrypted"},
        check=not_executed,
    )
}
