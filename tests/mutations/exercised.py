"""What CloudFormation and the services take, and what then fails when it is used."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.end_to_end.plant import STACK, eventually
from tests.end_to_end.support import denials, journal
from tests.mutations.mutation import Mutation
from tests.mutations.site import Site

_BUILDSPEC = Mutation("", "buildspec.yml", "phases:\n  install:\n", "phases:\n  instal:\n", "phases/instal: unknown")
_HANDLER = Mutation(
    "", "cf/actions.yaml", "Handler: handler.handler", "Handler: handler.handle", "Runtime.HandlerNotFound"
)


@dataclass(frozen=True)
class Exercised:
    """`exercise` does what uses the mutated thing, and gives what the refusal said."""

    name: str
    file: str
    says: str
    exercise: Callable[[Site], str]


def _build(site: Site) -> str:
    """Build with the mutated buildspec, under the install's project and role."""
    codebuild = site.client("codebuild")
    project = site.physical_id(site.nested("Pipeline"), "Build")
    build = codebuild.start_build(
        projectName=project,
        sourceTypeOverride="NO_SOURCE",
        buildspecOverride=_BUILDSPEC.mutated(),
        artifactsOverride={"type": "NO_ARTIFACTS"},
    )["build"]

    def failed() -> str | None:
        (found,) = codebuild.batch_get_builds(ids=[build["id"]])["builds"]
        contexts = [context["message"] for phase in found["phases"] for context in phase.get("contexts", [])]
        return " ".join(contexts) if found["buildComplete"] else None

    return eventually(failed, "the build has ended")


def _invoke(site: Site) -> str:
    """Deploy the functions with the mutated handler, and invoke one."""
    stack = site.create(_HANDLER.file, _HANDLER.mutated())
    assert site.ended(stack) == "CREATE_COMPLETE", site.reasons(stack)
    answer = site.client("lambda").invoke(FunctionName=site.physical_id(stack, "Outcome"), Payload=b"{}")
    return str(answer["Payload"].read(), "utf-8") if "FunctionError" in answer else ""


def _push(site: Site) -> None:
    """A push to the branch, for which a rule starts the pipeline."""
    codecommit = site.client("codecommit")
    branch = codecommit.get_branch(repositoryName=STACK, branchName="master")["branch"]
    codecommit.put_file(
        repositoryName=STACK,
        branchName="master",
        parentCommitId=branch["commitId"],
        filePath="NOTES",
        fileContent=uuid.uuid4().hex.encode(),
    )


def _drop(site: Site) -> None:
    """An object among the dropped data, which a rule queues."""
    bucket = site.physical_id(site.nested("Storage"), "DataBucket")
    site.client("s3").put_object(Bucket=bucket, Key=f"incoming/{uuid.uuid4().hex}.txt", Body=b"x")


def _denied(site: Site, act: Callable[[Site], None], action: str) -> str:
    """Act, and wait for the denial of that action in the journal."""
    before = len(journal(site.plant.engine))
    act(site)

    def denial() -> str | None:
        found = [f"{who}: {what}" for who, what in denials(journal(site.plant.engine)[before:]) if what == action]
        return found[0] if found else None

    return eventually(denial, f"{action} is denied")


def _without_permission(site: Site) -> str:
    """The rule's role may start another pipeline."""
    iam, role = site.client("iam"), site.physical_id(site.nested("Triggers"), "PushRole")
    before = iam.get_role_policy(RoleName=role, PolicyName="Push")["PolicyDocument"]
    after = json.loads(json.dumps(before).replace(f":{STACK}", ":another"))
    with _replaced(
        before, after, lambda text: iam.put_role_policy(RoleName=role, PolicyName="Push", PolicyDocument=text)
    ):
        return _denied(site, _push, "codepipeline:StartPipelineExecution")


def _without_trust(site: Site) -> str:
    """The rule's role trusts Lambda; afterwards it trusts what it did."""
    iam, role = site.client("iam"), site.physical_id(site.nested("Triggers"), "PushRole")
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    after = json.loads(json.dumps(before).replace("events.amazonaws.com", "lambda.amazonaws.com"))
    with _replaced(
        before, after, lambda document: iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)
    ):
        return _denied(site, _push, "sts:AssumeRole")


def _without_queue_policy(site: Site) -> str:
    """The queue's policy lets in another rule than the one that sends."""
    sqs = site.client("sqs")
    url = site.physical_id(site.nested("Triggers"), "Drops")
    before = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    after = json.loads(json.dumps(before).replace(":rule/", ":rule/another-"))
    with _replaced(before, after, lambda text: sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})):
        return _denied(site, _drop, "sqs:SendMessage")


def _without_key(site: Site) -> str:
    """The key's policy does not let EventBridge write to the encrypted queue."""
    kms, key = site.client("kms"), site.physical_id(site.nested("Storage"), "Key")
    before = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    kept = [statement for statement in before["Statement"] if statement["Sid"] != "EventsAndAlarms"]
    after = {**before, "Statement": kept}
    with _replaced(before, after, lambda text: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text)):
        return _denied(site, _drop, "kms:GenerateDataKey")


@contextmanager
def _replaced(before: Any, after: Any, put: Callable[[str], Any]) -> Iterator[None]:
    """Put a document, and the one that it replaces afterwards."""
    assert before != after
    put(json.dumps(after))
    try:
        yield
    finally:
        put(json.dumps(before))


EXERCISED = (
    Exercised("misspelt phase of the buildspec", "buildspec.yml", _BUILDSPEC.says, _build),
    Exercised("handler that the function lacks", "cf/actions.yaml", _HANDLER.says, _invoke),
    # Before the one below: EventBridge keeps a session of a role for a while, and asks no trust policy for that long.
    Exercised("rule's role trusts another service", "cf/triggers.yaml", "sts:AssumeRole", _without_trust),
    Exercised(
        "rule may not start the pipeline",
        "cf/triggers.yaml",
        "codepipeline:StartPipelineExecution",
        _without_permission,
    ),
    Exercised("queue lets in another rule", "cf/triggers.yaml", "sqs:SendMessage", _without_queue_policy),
    Exercised("key does not let events in", "cf/storage.yaml", "kms:GenerateDataKey", _without_key),
)
