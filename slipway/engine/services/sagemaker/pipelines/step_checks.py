"""What is wrong with one step of a definition, before its pipeline is made.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.sagemaker.pipelines import arguments, caching, conditions, retries
from slipway.engine.services.sagemaker.pipelines.errors import refused, unparsable
from slipway.engine.services.sagemaker.pipelines.expressions import PROPERTY_FILES, Get, references
from slipway.engine.services.sagemaker.pipelines.kinds import (
    CREATIONS,
    EXECUTED,
    JOBS,
    MEMBERS,
    NOT_EXECUTED,
    OUTPUT_TYPES,
    WITH_OUTPUTS,
)
from slipway.engine.services.sagemaker.refusal import accept_only
from slipway.engine.services.sagemaker.service import SERVICE

Body = Mapping[str, Any]
_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")
_PROPERTY_FILE = frozenset({"PropertyFileName", "OutputName", "FilePath"})


def check(body: Any, where: str, *, nested: bool) -> None:
    """Refuse a step that is wrong in itself; `nested` says that it is in a branch of a Condition step."""
    if not isinstance(body, dict) or not _NAME.fullmatch(str(body.get("Name", ""))):
        raise unparsable(f"{where} must have a Name of the form [A-Za-z0-9-_]{{1,64}}.")
    where = f"Step '{body['Name']}'"
    _check_type(body, where)
    if nested and body["Type"] == "Condition":
        raise unparsable(f"{where}: a condition step cannot be in a branch of another one.")
    unknown = sorted(set(body) - MEMBERS[body["Type"]])
    if unknown:
        raise unparsable(f"{where} of Type {body['Type']} has an unknown member '{unknown[0]}'.")
    depends = body.get("DependsOn", [])
    if not isinstance(depends, list) or not all(isinstance(name, str) for name in depends):
        raise unparsable(f"{where}: DependsOn must be a list of step names.")
    _check_arguments(body, where)
    _check_options(body, where)


def _check_type(body: Body, where: str) -> None:
    kind = body.get("Type")
    if not isinstance(kind, str):
        raise unparsable(f"{where} has Type {json.dumps(kind)}, which must be a String.")
    if kind in NOT_EXECUTED:
        raise refused(where, f"a step of Type {kind}")
    if kind not in EXECUTED:
        raise unparsable(f"{where} has Type {json.dumps(kind)}, which must be one of [{', '.join(sorted(EXECUTED))}].")
    create = JOBS[kind].create if kind in JOBS else ""
    if create and create not in SERVICE.operations:
        raise refused(where, f"a step of Type {kind} (sagemaker:{create})")


def _check_arguments(body: Body, where: str) -> None:
    kind, given = body["Type"], body.get("Arguments")
    if kind in WITH_OUTPUTS and given is None:
        return
    if not isinstance(given, dict):
        raise unparsable(f"{where} must have Arguments, an object.")
    if kind in JOBS:
        job = JOBS[kind]
        if job.name in given:
            raise refused(where, f"Arguments.{job.name}, a prefix of job names,")
        arguments.check(given, job.create, job.name)
        _accept(where, given, job.accepted)
    elif kind in CREATIONS:
        creation = CREATIONS[kind]
        arguments.check(given, creation.create, creation.made)
        _accept(where, given, creation.accepted)
    elif kind == "Condition":
        if set(given) - {"Conditions", "IfSteps", "ElseSteps"}:
            raise unparsable(f"{where}: Arguments have the members Conditions, IfSteps and ElseSteps.")
        conditions.check(given.get("Conditions"), where)
    elif kind == "Fail" and set(given) != {"ErrorMessage"}:
        raise unparsable(f"{where}: Arguments must have the member ErrorMessage.")


def _accept(where: str, given: Body, accepted: tuple[str, ...]) -> None:
    """What the step's own operation refuses is refused with the definition."""
    if accepted:
        paths = [f"Arguments.{path}" for path in accepted]
        accept_only(f"CreatePipeline: {where}", {"Arguments": dict(given)}, paths)


def _check_options(body: Body, where: str) -> None:
    retries.check(body.get("RetryPolicies", []), where)
    if "CacheConfig" in body:
        caching.check(body["CacheConfig"], where)
        if body["Type"] in WITH_OUTPUTS and body["CacheConfig"].get("Enabled"):
            raise refused(where, f"CacheConfig of a step of Type {body['Type']}")
    for index, file in enumerate(_list(body, "PropertyFiles", where)):
        _check_property_file(body, f"{where}: PropertyFiles[{index}]", file)
    if body["Type"] in WITH_OUTPUTS:
        _check_outputs(body, where)


def _list(body: Body, member: str, where: str) -> list[Any]:
    found = body.get(member) or []
    if not isinstance(found, list):
        raise unparsable(f"{where}: {member} must be a list.")
    return found


def _check_property_file(body: Body, where: str, file: Any) -> None:
    if not isinstance(file, dict) or set(file) != _PROPERTY_FILE:
        raise unparsable(f"{where} must have {', '.join(sorted(_PROPERTY_FILE))}.")
    outputs = body["Arguments"].get("ProcessingOutputConfig", {}).get("Outputs", [])
    if file["OutputName"] not in [output["OutputName"] for output in outputs]:
        raise unparsable(f"{where} names the output '{file['OutputName']}', which the step does not have.")


def _check_outputs(body: Body, where: str) -> None:
    target = "FunctionArn" if body["Type"] == "Lambda" else "SqsQueueUrl"
    if target not in body:
        raise unparsable(f"{where} must have {target}.")
    for index, output in enumerate(_list(body, "OutputParameters", where)):
        if not isinstance(output, dict) or not isinstance(output.get("OutputName"), str):
            raise unparsable(f"{where}: OutputParameters[{index}] must have an OutputName.")
        if output.get("OutputType", "String") not in OUTPUT_TYPES:
            raise unparsable(
                f"{where}: OutputType of '{output['OutputName']}' must be one of [{', '.join(OUTPUT_TYPES)}]."
            )


def own_values(body: Body) -> list[Any]:
    """What of a step may hold expressions, without the steps of its branches."""
    given = dict(body.get("Arguments") or {})
    if body["Type"] == "Condition":
        given = {"Conditions": given["Conditions"]}
    return [given, body.get("FunctionArn"), body.get("SqsQueueUrl")]


def check_references(body: Body, name: str, steps: Mapping[str, Body], declared: Mapping[str, Any]) -> None:
    """Refuse a reference to a parameter, a step or a property that is not there."""
    for found in references(own_values(body)):
        if found.root == "Parameters" and found.name not in declared:
            raise unparsable(f"Unknown parameter reference: {found.text}.")
        if found.root == "Steps":
            if found.name not in steps:
                raise unparsable(f"Step '{name}' refers to step '{found.name}', which is not defined.")
            _check_property(found, steps[found.name])


def _check_property(found: Get, step: Body) -> None:
    kind = step["Type"]
    if found.path[0] == PROPERTY_FILES:
        names = [file["PropertyFileName"] for file in step.get("PropertyFiles") or []]
        known = len(found.path) == 2 and found.path[1] in names
    elif kind in WITH_OUTPUTS:
        names = [output["OutputName"] for output in step.get("OutputParameters") or []]
        known = found.path[0] == "OutputParameters" and len(found.path) == 2 and found.path[1] in names
    elif kind == "Condition":
        known = found.path == ("Outcome",)
    elif kind == "Fail":
        raise unparsable(f"{found.text}: other steps cannot refer to a Fail step.")
    else:
        describes = JOBS[kind].describes if kind in JOBS else (CREATIONS[kind].describe,)
        arguments.check_property(found, describes)
        return
    if not known:
        raise unparsable(f"Unknown property reference: {found.text}.")
