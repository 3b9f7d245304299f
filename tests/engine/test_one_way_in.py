"""No module of the engine reaches a backend past the dispatcher: a service is called by requests, which are checked.

Held against the source. What a correction of MiniStack's may touch is the service that it corrects; what else one
touches stands here, with the reason. A service of ours may not import another one's modules.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html"
)

ENGINE = Path(__file__).parents[2] / "slipway" / "engine"

# Corrections by the beginning of their names: the modules of MiniStack's that are the service which they correct.
CORRECTED = {
    "apigateway": {"apigateway", "apigateway_v1"},
    "cloudformation": {"cloudformation"},
    "cloudwatch": {"cloudwatch"},
    "eventbridge": {"eventbridge"},
    "iam": {"iam", "sts"},
    "kms": {"kms"},
    "lambda_": {"lambda_svc"},
    "s3": {"s3"},
    "secretsmanager": {"secretsmanager"},
    "service_linked_roles": {"iam"},
    "sns": {"sns"},
    "sqs": {"sqs"},
    "ssm": {"ssm"},
}

# (file, module of MiniStack's): why it is no call past the dispatcher.
READ_PAST = {
    ("mend/edge.py", "s3"): "the form of S3's answers, after the steps: errors of addresses, CORS and HEAD",
    ("mend/iam/records.py", "tagging"): "the tags of a resource are a condition key of the check itself",
    ("mend/apigateway/edge.py", "cloudwatch"): "an API's metrics are AWS's own: no caller, no policy, no charge",
    ("mend/kms/encrypted.py", "secretsmanager"): "under which key a secret is, which the third step asks",
    ("mend/kms/encrypted.py", "sns"): "under which key a topic is, which the third step asks",
    ("mend/kms/encrypted.py", "sqs"): "under which key a queue is, which the third step asks",
    ("mend/kms/encrypted.py", "ssm"): "under which key a parameter is, which the third step asks",
    ("mend/lambda_/requests.py", "s3"): "Lambda reads code with its requester's rights, which are checked before",
}

# (importing file or folder, service): why it is no call.
IMPORTED = {
    ("services/sagemaker_runtime.py", "sagemaker"): "one service with two endpoints",
    ("resources/applicationautoscaling.py", "application_autoscaling"): "what is refused before a stack makes anything",
    ("resources/cloudwatch.py", "cloudwatch"): "what is refused before a stack makes anything",
    ("resources/codebuild.py", "codebuild"): "what is not executed, refused before a stack makes anything",
    ("resources/codepipeline.py", "codepipeline"): "what is not executed, refused before a stack makes anything",
    ("resources/codecommit.py", "codecommit"): "`Code` of a repository has no operation of its own in the API",
    ("resources/sagemaker/pipelines.py", "sagemaker"): "what is wrong with a definition, before a stack makes it",
    ("resources/glue/jobs.py", "glue"): "what is not executed, refused before a stack makes anything",
    ("resources/glue/triggers.py", "glue"): "what is not executed, refused before a stack makes anything",
    ("resources/stepfunctions.py", "stepfunctions"): "what is wrong with a definition, before a stack makes it",
    ("services/codebuild/workspace.py", "sts"): "the address where a build fetches its role's keys",
    ("services/glue/run.py", "sts"): "the address where a job's process fetches its role's keys",
    ("services/service_quotas.py", "sagemaker"): "the limit that SageMaker refuses at is the quota",
    ("services/sagemaker/launch.py", "sts"): "the address where a container fetches its role's keys",
    ("resources/cloudformation.py", "cloudformation"): "types that are stack operations themselves",
    ("resource_reference.py", "cloudformation"): "which properties a schema has, for the page about types",
    ("mend/logs.py", "logs"): "the account's resource policies, which a check asks for",
}

# Functions of the adapter that reach into a service, and who may use them.
REACHING = {
    "put_service_event": {"events.py"},
    "register_person": {"server.py"},
}

# Modules of `mend/` that others import, and who may: the dispatcher's steps, and what refuses before anything is made.
STEPS = {
    "mend.edge": {"backends.py", "edge.py"},
    "mend.iam.records": {
        *("authorization.py", "handover.py", "policy_documents.py", "request_keys.py", "resource_policies.py"),
        *("resource_tags.py", "standing.py"),
        # They make the sessions that the first step looks up.
        *("services/sts/containers.py", "services/sts/sessions.py"),
    },
    "mend.iam.conflicts": {"resources/iam/principal.py"},
    "mend.kms": {"encryption.py"},
    "mend.lambda_": {"server.py"},
    "mend.lambda_.requests": {"resources/lambda_/function.py"},
    "mend.eventbridge.rules": {"resources/events/rules.py"},
    "mend.eventbridge.targets": {"resources/events/rules.py"},
}

_SERVING = {"handle_request", "call_service_handler_sync", "SERVICE_HANDLERS", "_dispatch_service_request"}


@cache
def sources() -> list[tuple[str, ast.Module]]:
    """Every module of the engine by its path below it."""
    return [(path.relative_to(ENGINE).as_posix(), ast.parse(path.read_text())) for path in sorted(ENGINE.rglob("*.py"))]


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def of_adapter(tree: ast.Module) -> Iterator[str]:
    """The names of the adapter that a module uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "adapter":
            yield node.attr


def corrected(path: str) -> set[str]:
    """The modules of MiniStack's that the file or folder of corrections is for."""
    name = path.removeprefix("mend/")
    return {module for begins, modules in CORRECTED.items() if name.startswith(begins) for module in modules}


def test_only_the_adapter_imports_ministack() -> None:
    importing = {path for path, tree in sources() for name in imports(tree) if name.partition(".")[0] == "ministack"}
    assert importing == set()  # the adapter itself imports by name, when its settings are made
    naming = {path for path, tree in sources() if any(text.startswith("ministack.") for text in texts(tree))}
    assert naming <= {"adapter.py"}


def test_only_corrections_take_ministack_apart() -> None:
    using = {path for path, tree in sources() if {"part", "replace"} & set(of_adapter(tree))}
    assert {path for path in using if not path.startswith("mend/")} == set()


def test_a_correction_touches_the_service_that_it_corrects() -> None:
    touched = {
        (path, module)
        for path, tree in sources()
        if path.startswith("mend/")
        for text in texts(tree)
        for module in re.findall(r"^services\.([a-z0-9_]+)", text)
        if module not in corrected(path)
    }
    assert touched == set(READ_PAST)


def test_a_service_imports_no_other_service() -> None:
    found = {
        (path, service)
        for path, tree in sources()
        for name in imports(tree)
        for service in re.findall(r"^slipway\.engine\.services\.(\w+)", name)
        if not path.startswith((f"services/{service}/", f"services/{service}.py"))
    }
    assert found == set(IMPORTED)


def test_only_the_edge_behind_the_dispatcher_calls_a_handler() -> None:
    calling = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in _SERVING
    }
    assert calling == {"mend/edge.py"}


@pytest.mark.parametrize("function", sorted(REACHING))
def test_what_reaches_into_a_service_has_one_user(function: str) -> None:
    assert {path for path, tree in sources() if function in set(of_adapter(tree))} == REACHING[function]


def test_corrections_are_not_a_way_to_a_service() -> None:
    using = {
        (path, module)
        for path, tree in sources()
        for name in imports(tree)
        for module in re.findall(r"^slipway\.engine\.(mend\.\w[\w.]*)", name)
        if not path.startswith("mend/")
    }
    assert {(path, module) for path, module in using if not may_import(path, module)} == set()


def may_import(path: str, module: str) -> bool:
    return any(path in users and f"{module}.".startswith(f"{step}.") for step, users in STEPS.items())
