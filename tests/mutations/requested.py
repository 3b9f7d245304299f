"""Requests that are wrong, for a template that is right: CreateStack rejects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.mutations.site import Refused, Site


@dataclass(frozen=True)
class Requested:
    """`parameters` are changed (None: left out) and `options` replaced in a request for the template of `file`."""

    name: str
    file: str
    says: str
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


REQUESTED = (
    Requested(
        "capability that is not given",
        "cf/pipeline.yaml",
        "Requires capabilities : [CAPABILITY_IAM]",
        options={"Capabilities": []},
    ),
    Requested(
        "transform without its capability",
        "cf/actions.yaml",
        "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
        options={"Capabilities": ["CAPABILITY_IAM"]},
    ),
    Requested(
        "parameter that is not declared",
        "cf/storage.yaml",
        "Parameters: [Retention] do not exist in the template",
        parameters={"Retention": "30"},
    ),
    Requested(
        "parameter without a value",
        "cf/pipeline.yaml",
        "Parameters: [Branch] must have values",
        parameters={"Branch": None},
    ),
    Requested(
        "parameter that is not among those allowed",
        "cf/pipeline.yaml",
        "SourceProvider",
        parameters={"SourceProvider": "Subversion"},
    ),
    Requested(
        "parameter below its minimum",
        "cf/storage.yaml",
        "ArtifactRetentionInDays",
        parameters={"ArtifactRetentionInDays": "7"},
    ),
    Requested(
        "name that the bundle cannot have",
        "cf/storage.yaml",
        "must be the name of the root stack",
        parameters={"Prefix": "aws-models"},
    ),
)


def request(requested: Requested, site: Site) -> str:
    """What CreateStack says; nothing, when it takes the request."""
    given = {item["ParameterKey"]: item["ParameterValue"] for item in site.parameters(requested.file, "m0")}
    changed: dict[str, str | None] = {**given, **requested.parameters}
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in changed.items() if value is not None]
    try:
        site.create(requested.file, **{"Parameters": parameters, **requested.options})
    except Refused as error:
        return str(error)
    return ""
