"""Templates that are wrong on paper: Build's cfn-lint rejects them, and so does the engine before it makes anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.mutation import ROOT, Mutation
from tests.mutations.site import Refused, Site


@dataclass(frozen=True)
class Static(Mutation):
    """`rule` is the one of cfn-lint that Build fails with; `says` is the engine's word for it."""

    rule: str = ""


STORAGE, NOTIFICATIONS, PIPELINE = "cf/storage.yaml", "cf/notifications.yaml", "cf/pipeline.yaml"

STATIC = (
    Static(
        "misspelt property",
        STORAGE,
        "EnableKeyRotation: true",
        "EnableKeyRotaton: true",
        "EnableKeyRotaton",
        "E3002",
    ),
    Static(
        "misspelt property, nested",
        STORAGE,
        "NoncurrentDays: !Ref",
        "NonCurrentDays: !Ref",
        "NonCurrentDays",
        "E3002",
    ),
    Static(
        "missing required property",
        PIPELINE,
        "      RoleArn: !GetAtt Role.Arn\n      ArtifactStore",
        "      ArtifactStore",
        "RoleArn",
        "E3003",
    ),
    Static(
        "wrong type",
        PIPELINE,
        "TimeoutInMinutes: 60",
        "TimeoutInMinutes: an hour",
        "TimeoutInMinutes",
        "E3012",
    ),
    Static(
        "value that is not allowed",
        PIPELINE,
        "Category: Approval",
        "Category: Aproval",
        "Stages/3/Actions/2/ActionTypeId/Category",
        "E3030",
    ),
    Static(
        "value out of range",
        PIPELINE,
        "TimeoutInMinutes: 60",
        "TimeoutInMinutes: 6000",
        "TimeoutInMinutes",
        "E3034",
    ),
    Static(
        "unknown resource type",
        NOTIFICATIONS,
        "AWS::SNS::TopicPolicy",
        "AWS::SNS::TopicPolicies",
        "AWS::SNS::TopicPolicies",
        "E3006",
    ),
    Static(
        "dangling Ref",
        STORAGE,
        "Bucket: !Ref ArtifactBucket\n      PolicyDocument",
        "Bucket: !Ref ArtefactBucket\n      PolicyDocument",
        "ArtefactBucket",
        "E1020",
    ),
    Static(
        "dangling GetAtt",
        STORAGE,
        "Value: !GetAtt Key.Arn",
        "Value: !GetAtt Kay.Arn",
        "Kay",
        "E6101",
    ),
    Static(
        "attribute that the type does not have",
        STORAGE,
        "Value: !GetAtt Key.Arn",
        "Value: !GetAtt Key.Arm",
        "Arm",
        "E6101",
    ),
    Static(
        "dangling name in a Sub",
        STORAGE,
        '"${Prefix}: artifacts',
        '"${Prefx}: artifacts',
        "Prefx",
        "E1019",
    ),
    Static(
        "undefined condition",
        NOTIFICATIONS,
        "Condition: HasEmail\n",
        "Condition: HasMail\n",
        "HasMail",
        "E3015",
    ),
    Static(
        "dependency on nothing",
        PIPELINE,
        "DependsOn: BuildPolicy",
        "DependsOn: BuildPolcy",
        "BuildPolcy",
        "E3005",
    ),
    Static(
        "circular dependency",
        STORAGE,
        "  Key:\n    Type: AWS::KMS::Key\n",
        "  Key:\n    Type: AWS::KMS::Key\n    DependsOn: ArtifactBucket\n",
        "Circular dependency between resources",
        "E3004",
    ),
    Static(
        "unknown deletion policy",
        STORAGE,
        "  Key:\n    Type: AWS::KMS::Key\n    DeletionPolicy: Retain\n",
        "  Key:\n    Type: AWS::KMS::Key\n    DeletionPolicy: Keep\n",
        "DeletionPolicy",
        "E3035",
    ),
    Static(
        "default below the minimum",
        STORAGE,
        "    MinValue: 30\n",
        "    MinValue: 400\n",
        "ArtifactRetentionInDays",
        "E2015",
    ),
    Static(
        "parameter of no type",
        STORAGE,
        "    Type: Number\n",
        "    Type: Integer\n",
        "Integer",
        "E2002",
    ),
    Static(
        "unknown intrinsic function",
        STORAGE,
        "Value: !GetAtt Key.Arn",
        "Value: !GetAttribute Key.Arn",
        "YAML not well-formed",
        "E6101",
    ),
    Static(
        "misspelt section",
        NOTIFICATIONS,
        "Outputs:\n",
        "Output:\n",
        "Output",
        "E1001",
    ),
)


def lint(folder: Path) -> dict[Static, dict[str, str]]:
    """What Build's cfn-lint says of each mutation: rule → message. One run, since starting it takes seconds."""
    places: dict[Path, Static] = {}
    for number, mutation in enumerate(STATIC):
        place = folder / str(number) / Path(mutation.file).name
        place.parent.mkdir(parents=True)
        place.write_text(mutation.mutated())
        places[place] = mutation
    command = [
        str(Path(sys.executable).parent / "cfn-lint"),
        "--format",
        "json",
        "--append-rules",
        "config/rules",
        "--",
    ]
    done = subprocess.run(
        [*command, *map(str, places)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[Static, dict[str, str]] = defaultdict(dict)
    for match in json.loads(done.stdout):
        found[places[Path(match["Filename"])]][match["Rule"]["Id"]] = match["Message"]
    return found


def linted(mutation: Static, found: dict[Static, dict[str, str]]) -> str:
    """The message of the rule that must reject the mutation; nothing, when only others do, or none."""
    told = found.get(mutation, {})
    return f"{mutation.rule} {told[mutation.rule]}" if mutation.rule in told else ""


def refuse(mutation: Static, site: Site) -> str:
    """What CreateStack says; nothing, when it takes the template."""
    try:
        site.create(mutation.file, mutation.mutated())
    except Refused as error:
        return str(error)
    return ""
