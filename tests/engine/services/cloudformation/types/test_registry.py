"""How resource types are found."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from slipway.engine.services.cloudformation.types.registry import declared_in

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html"
)


def test_a_module_that_is_there_is_found_inside_a_package_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = tmp_path / "found_types" / "service"
    service.mkdir(parents=True)
    for folder in (service.parent, service):
        (folder / "__init__.py").write_text("")
    (service / "helper.py").write_text("")
    (service.parent / "alone.py").write_text("RESOURCES = {'AWS::Alone::Thing': 1}")
    (service / "thing.py").write_text("RESOURCES = {'AWS::Service::Thing': 2}")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = declared_in(importlib.import_module("found_types"))
    assert found == {"AWS::Alone::Thing": 1, "AWS::Service::Thing": 2}
