"""Every call of a full demo has a caller with a name, and none was denied."""

from __future__ import annotations

import re

from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.support import denials

PERSON = r"arn:aws:iam::\d{12}:user/[^/]+"
ROLE = r"arn:aws:sts::\d{12}:assumed-role/[^/]+/[^/]+"
SERVICE = r"[a-z0-9.-]+\.amazonaws\.com"
# A custom resource's function answers to an address that CloudFormation signed for it, without a name of its own.
PRESIGNED = "presigned"


def test_every_caller_is_the_person_a_role_or_a_service(demonstration: Demonstration) -> None:
    caller = re.compile(f"{PERSON}|{ROLE}|{SERVICE}|{PRESIGNED}")
    others = {call["caller"] for call in demonstration.calls if not caller.fullmatch(call["caller"])}
    assert others == set()


def test_only_custom_resources_answer_to_a_presigned_address(demonstration: Demonstration) -> None:
    made = {call["operation"] for call in demonstration.calls if call["caller"] == PRESIGNED}
    assert made == {"PUT cfn-response"}


def test_there_is_one_person(demonstration: Demonstration) -> None:
    people = {call["caller"] for call in demonstration.calls if re.fullmatch(PERSON, call["caller"])}
    assert len(people) == 1


def test_no_call_was_denied(demonstration: Demonstration) -> None:
    assert denials(demonstration.calls) == []
    assert [call for call in demonstration.calls if call["status"] == 403] == []


def test_every_call_that_went_through_was_checked(demonstration: Demonstration) -> None:
    """Two kinds of line are no calls: a resource's, whose calls have lines of their own, and an event's, which a
    service of AWS makes of itself. A custom resource's answer goes to an address that is its own permission, and a
    container fetches its role's keys with a token.
    """
    unchecked = {
        (call["service"], call["operation"])
        for call in demonstration.calls
        if not call["checks"]
        and call["status"] < 400
        and not re.match(r"Emit |\w+ \w+::|PUT cfn-response|container credentials", call["operation"])
    }
    assert unchecked == set()


def test_the_roles_of_the_bundle_did_the_work(demonstration: Demonstration) -> None:
    """Each kind of work is made by a session of the role that stands for it, never by the person."""
    done = {
        "codebuild:StartBuild": "Pipeline",
        "ecr:PutImage": "BuildRole",
        "states:StartExecution": "Pipeline",
        "sagemaker:CreateTrainingJob": "StateMachineRole",
        "sagemaker:CreateModelPackage": "StateMachineRole",
        "sagemaker:UpdateModelPackage": "PromoteRole",
        "sagemaker:CreateEndpoint": "Access",
        "sagemaker:InvokeEndpoint": "Serving",
        "codepipeline:StartPipelineExecution": "Triggers",
    }
    for action, role in done.items():
        callers = {
            call["caller"] for call in demonstration.calls if any(check["action"] == action for check in call["checks"])
        }
        assert callers, f"nobody called {action}"
        assert all(re.fullmatch(ROLE, caller) and role in caller for caller in callers), (action, callers)
