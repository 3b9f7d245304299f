"""What a CloudFormation action hands to the stack: parameters, tags and template, out of configuration and artifacts.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-parameter-override-functions.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.services.codepipeline.artifacts import place, upload
from slipway.engine.services.codepipeline.attempt import Attempt
from slipway.engine.services.codepipeline.outcome import ActionFailed

# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
_TEMPLATE_BODY_BYTES = 51_200
_SECTIONS = {"Parameters", "Tags", "StackPolicy"}


def stack_input(attempt: Attempt) -> dict[str, Any]:
    """The parameters of CreateStack, UpdateStack and CreateChangeSet that the configuration determines."""
    configuration = attempt.configuration
    file = _template_configuration(attempt)
    parameters = {**file.get("Parameters", {}), **overrides(attempt)}
    tags = file.get("Tags", {})
    capabilities = [name.strip() for name in configuration.get("Capabilities", "").split(",") if name.strip()]
    return {
        "StackName": configuration["StackName"],
        **_template(attempt),
        "Parameters": [{"ParameterKey": key, "ParameterValue": _text(key, value)} for key, value in parameters.items()],
        **({"Tags": [{"Key": key, "Value": _text(key, value)} for key, value in tags.items()]} if tags else {}),
        **({"Capabilities": capabilities} if capabilities else {}),
        **({"RoleARN": configuration["RoleArn"]} if "RoleArn" in configuration else {}),
    }


def overrides(attempt: Attempt) -> dict[str, Any]:
    """`ParameterOverrides` with its functions carried out."""
    text = attempt.configuration.get("ParameterOverrides", "{}")
    try:
        given = json.loads(text)
    except ValueError as error:
        raise ActionFailed("ConfigurationError", f"ParameterOverrides is not valid JSON: {error}") from error
    if not isinstance(given, dict):
        raise ActionFailed(
            "ConfigurationError", "ParameterOverrides must be a JSON object of parameter names and values"
        )
    return {key: _value(attempt, key, value) for key, value in given.items()}


def _value(attempt: Attempt, key: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    match value:
        case {"Fn::GetArtifactAtt": [str(name), str(attribute)]}:
            return _artifact_attribute(attempt, name, attribute)
        case {"Fn::GetParam": [str(name), str(path), str(parameter)]}:
            found = attempt.json_object(f"{name}::{path}")
            if parameter not in found:
                raise ActionFailed("ConfigurationError", f"{name}::{path} has no key {parameter}")
            return found[parameter]
    raise ActionFailed(
        "ConfigurationError",
        f"ParameterOverrides: {key} must be a string, "
        '{"Fn::GetArtifactAtt": [artifact, attribute]} or {"Fn::GetParam": [artifact, file, key]}',
    )


def _artifact_attribute(attempt: Attempt, name: str, attribute: str) -> str:
    if name not in attempt.inputs:
        raise ActionFailed("ConfigurationError", f"Artifact [{name}] is not an input artifact of the action")
    bucket, key = attempt.inputs[name]["bucket"], attempt.inputs[name]["key"]
    attributes = {
        "ArtifactName": name,
        "BucketName": bucket,
        "ObjectKey": key,
        "URL": f"https://{bucket}.s3.{attempt.region}.amazonaws.com/{key}",
    }
    if attribute not in attributes:
        allowed = ", ".join(attributes)
        raise ActionFailed("ConfigurationError", f"Fn::GetArtifactAtt has no attribute {attribute}; it has {allowed}")
    return attributes[attribute]


def _text(key: str, value: Any) -> str:
    """A parameter's or tag's value: a string, or a number or boolean as JSON writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise ActionFailed("ConfigurationError", f"The value of {key} must be a string, a number or a boolean")


def _template_configuration(attempt: Attempt) -> dict[str, Any]:
    reference = attempt.configuration.get("TemplateConfiguration")
    if reference is None:
        return {}
    file = attempt.json_object(reference)
    unknown = sorted(set(file) - _SECTIONS)
    if unknown or "StackPolicy" in file:
        what = f"the unknown section {unknown[0]}" if unknown else "a StackPolicy, which this engine does not execute"
        raise ActionFailed("ConfigurationError", f"{reference} has {what}; it may have Parameters and Tags")
    return file


def _template(attempt: Attempt) -> dict[str, str]:
    """The template in the request, or in the artifact store when it is too long for that."""
    body = attempt.file(attempt.configuration["TemplatePath"])
    if len(body) <= _TEMPLATE_BODY_BYTES:
        return {"TemplateBody": body.decode()}
    where = place(attempt.store, attempt.pipeline["name"], attempt.configuration["StackName"])
    upload(attempt.caller, attempt.store, where, body)
    return {"TemplateURL": f"https://s3.{attempt.region}.amazonaws.com/{where['bucket']}/{where['key']}"}
