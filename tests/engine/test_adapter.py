"""MiniStack's private names that the engine stands on: a new version that moves one fails here, by name."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import tempfile
from importlib.metadata import version
from pathlib import Path

import pytest

from slipway.engine import adapter

ADAPTER = Path("slipway/engine/adapter.py")
NAMES = [
    ("app", "_routing_params"),
    ("app", "_build_persistence_save_dict"),
    ("app", "_state_map"),
    ("app", "SERVICE_REGISTRY"),
    ("app", "app"),
    ("core.iam_evaluator", "enforce"),
    ("core.iam_evaluator", "is_root_access_key"),
    ("core.iam_evaluator", "_is_root_key"),
    ("core.iam_evaluator", "authenticate"),
    ("core.iam_evaluator", "resolve_credential"),
    ("core.iam_evaluator", "EvalResult"),
    ("core.iam_evaluator", "AuthError"),
    ("core.router", "extract_access_key_id"),
    ("core.router", "_is_aws_service_name"),
    ("core.responses", "request_scope"),
    ("core.persistence", "_json_default"),
    ("core.persistence", "_state_format_version"),
    ("services.iam", "_roles"),
    ("services.iam", "_users"),
    ("services.iam", "_access_keys"),
    ("services.iam", "_user_inline_policies"),
    ("services.eventbridge", "_put_events"),
]


def test_ministack_is_the_version_that_the_adapter_was_written_for() -> None:
    assert version("ministack") == "1.5.33"


@pytest.mark.parametrize(("module", "name"), NAMES, ids=lambda value: value)
def test_the_private_name_is_there(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(f"ministack.{module}"), name)


def test_the_policy_check_still_takes_what_the_dispatcher_passes_on() -> None:
    evaluator = importlib.import_module("ministack.core.iam_evaluator")
    parameters = list(inspect.signature(evaluator.enforce).parameters)
    assert parameters == ["access_key_id", "iam_action", "service", "region", "resource_arn", "service_context"]


def test_every_function_that_may_run_at_once_finds_a_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = importlib.import_module("ministack.app")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())
    adapter.prepare(tmp_path, 1, "us-east-1", "111122223333", 1.0)
    account_concurrency = 1000
    assert int(os.environ["MINISTACK_WORKER_THREADS"]) > account_concurrency
    assert '"MINISTACK_WORKER_THREADS"' in inspect.getsource(app)


def test_only_the_adapter_and_the_corrections_import_ministack() -> None:
    importing = {
        str(path)
        for path in Path("slipway").rglob("*.py")
        if re.search(r"^\s*(?:import|from) ministack|import_module\(.*ministack", path.read_text(), re.MULTILINE)
    }
    assert {path for path in importing if not path.startswith("slipway/engine/mend/")} <= {str(ADAPTER)}
