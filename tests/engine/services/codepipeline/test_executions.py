"""Executions on their way through a pipeline."""

from __future__ import annotations

from tests.engine.services.codepipeline.conftest import Desk, approval


def test_creating_a_pipeline_starts_its_first_execution(desk: Desk) -> None:
    name = desk.create(approval())
    desk.decide(name)
    execution = desk.finish(name)
    assert execution["trigger"]["triggerType"] == "CreatePipeline"
