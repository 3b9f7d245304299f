"""Templates: read from S3 by the requester, parsed with a position in the error, checked before anything acts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from botocore.exceptions import ClientError

from slipway.engine.engine import current
from slipway.engine.mend.cloudformation import hooks
from slipway.engine.mend.cloudformation.authority import acting, authority
from slipway.engine.mend.cloudformation.checks import check_template
from slipway.engine.mend.cloudformation.checks.sections import check_parameters, check_transforms
from slipway.engine.mend.cloudformation.urls import S3Object, parse

_TEMPLATE_BYTES = 1_000_000
# Short forms that MiniStack's loader does not know: of the functions of Rules and of AWS::LanguageExtensions.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
_SHORT_FORMS = (
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Length",
    "RefAll",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
)
_MORE = "For more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"


def apply() -> None:
    """Replace the reading and extend the parsing and the checking of templates."""
    # The transform warns that nobody collects its usage metrics; nobody does.
    logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)
    engine = hooks.module("engine")
    for name in _SHORT_FORMS:
        engine.CfnLoader.add_constructor(f"!{name}", engine._construct_cfn_tag(f"Fn::{name}"))
    hooks.replace("_resolve_document", lambda _original: read_document)
    hooks.replace("_parse_template", _with_position)
    hooks.replace("_apply_transforms", _known_transforms)
    hooks.replace("_resolve_parameters", _declared_parameters)
    hooks.replace("validate_template_support", _checked)
    hooks.replace("_fetch_include_snippet", _include_under_requester)


def read_document(params: dict[str, Any], body_key: str, url_key: str, label: str) -> tuple[str | None, Any]:
    """The document of a request, given in it or by its URL: (text, None), (None, None) or (None, error answer).

    The object is read with the requester's rights, whatever role the stack has.
    """
    del label
    body, url = hooks.parameter(params, body_key), hooks.parameter(params, url_key)
    if body or not url:
        return body or None, None
    where = parse(url, current().port)
    if where is None:
        return None, hooks.error("ValidationError", f"{url_key} must be a supported URL.")
    try:
        text = _read(where)
    except ClientError as error:
        reason = error.response["Error"].get("Message", "Access Denied")
        return None, hooks.error("ValidationError", f"S3 error: {reason}\n{_MORE}")
    if len(text) > _TEMPLATE_BYTES:
        message = f"Template may not exceed {_TEMPLATE_BYTES} bytes in size."
        return None, hooks.error("ValidationError", message)
    return text.decode("utf-8"), None


def _read(where: S3Object) -> bytes:
    version = {"VersionId": where.version} if where.version else {}
    s3 = authority().requester.client("s3")
    content: bytes = s3.get_object(Bucket=where.bucket, Key=where.key, **version)["Body"].read()
    return content


def _with_position(original: Any) -> Any:
    def parse_template(template_body: str) -> Any:
        try:
            return original(template_body)
        except json.JSONDecodeError as error:
            raise ValueError(f"JSON not well-formed. (line {error.lineno}, column {error.colno})") from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            position = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
            raise ValueError(f"YAML not well-formed.{position}") from error
        except (ValueError, yaml.YAMLError) as error:
            raise ValueError("unsupported structure.") from error

    return parse_template


def _known_transforms(original: Any) -> Any:
    declared = hooks.module("engine").declared_transforms

    def apply_transforms(template: dict[str, Any], provided: Any = None, previous: Any = None) -> Any:
        check_transforms(declared(template))
        check_transforms(_embedded(template.get("Resources")))
        return original(template, provided, previous)

    return apply_transforms


def _embedded(value: Any) -> Iterable[str]:
    """The macros that `Fn::Transform` calls inside a template."""
    if isinstance(value, list):
        for item in value:
            yield from _embedded(item)
    elif isinstance(value, Mapping):
        for key, argument in value.items():
            if key == "Fn::Transform" and isinstance(argument, Mapping):
                yield str(argument.get("Name"))
            yield from _embedded(argument)


def _declared_parameters(original: Any) -> Any:
    def resolve_parameters(template: dict[str, Any], provided: list[dict[str, Any]], previous: Any = None) -> Any:
        declared = template.get("Parameters") or {}
        check_parameters(declared, provided, previous)
        _read_from_parameter_store(declared, provided)
        return original(template, provided, previous)

    return resolve_parameters


def _read_from_parameter_store(declared: Mapping[str, Any], provided: list[dict[str, Any]]) -> None:
    """`AWS::SSM::Parameter::Value<…>` parameters are read under the rights of the operation."""
    given = {entry["Key"]: entry.get("Value") for entry in provided}
    for name, definition in declared.items():
        if str(definition.get("Type", "")).startswith("AWS::SSM::Parameter::Value<"):
            stored = str(given.get(name) or definition.get("Default", "")).removeprefix("/")
            acting().check("ssm:GetParameters", current().arn("ssm", f"parameter/{stored}"))


def _checked(original: Any) -> Any:
    def validate(template: dict[str, Any], conditions: dict[str, bool], params: Any = None) -> None:
        original(template, conditions, params)
        # ValidateTemplate sends templates whose transforms were not applied: there is nothing to compare with a schema.
        if not template.get("Transform"):
            check_template(template, conditions)

    return validate


def _include_under_requester(original: Any) -> Any:
    """`AWS::Include` reads its snippet with the requester's rights."""

    def fetch(location: Any) -> Any:
        bucket, _, key = str(location).removeprefix("s3://").partition("/")
        acting().check("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        return original(location)

    return fetch
