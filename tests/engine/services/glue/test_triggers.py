"""Triggers by themselves."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.engine.services.glue.conftest import Glue, until

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/about-triggers.html")
CONDITION = {"LogicalOperator": "EQUALS", "JobName": "a", "State": "SUCCEEDED"}


def test_a_trigger_on_demand_starts_its_jobs_with_its_arguments(glue: Glue) -> None:
    job = glue.shell("import sys; assert sys.argv[1:] == ['--word', 'triggered']")
    name = f"now-{uuid.uuid4().hex[:8]}"
    actions = [{"JobName": job, "Arguments": {"--word": "triggered"}, "Timeout": 5}]
    glue.client.create_trigger(Name=name, Type="ON_DEMAND", Actions=actions, Tags={"a": "b"})
    glue.client.start_trigger(Name=name)
    [run] = until(lambda: glue.client.get_job_runs(JobName=job)["JobRuns"], bool)
    ended = glue.ended(job, run["Id"])
    assert (ended["JobRunState"], ended["TriggerName"], ended["Timeout"]) == ("SUCCEEDED", name, 5)
    assert glue.client.get_trigger(Name=name)["Trigger"]["State"] == "CREATED"
    assert glue.client.list_triggers(DependentJobName=job)["TriggerNames"] == [name]
    assert [found["Name"] for found in glue.client.get_triggers(DependentJobName=job)["Triggers"]] == [name]
    glue.client.update_trigger(Name=name, TriggerUpdate={"Actions": [{"JobName": "other"}], "Description": "d"})
    changed = glue.client.batch_get_triggers(TriggerNames=[name, "none"])
    assert changed["TriggersNotFound"] == ["none"]
    assert changed["Triggers"][0]["Actions"] == [{"JobName": "other"}]
    with pytest.raises(glue.client.exceptions.InvalidInputException, match="cannot be stopped"):
        glue.client.stop_trigger(Name=name)
    glue.client.delete_trigger(Name=name)
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.get_trigger(Name=name)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"Type": "SCHEDULED", "Schedule": "cron(0 1 * * ? *)"}, "Type SCHEDULED (executed: ON_DEMAND, CONDITIONAL)"),
        ({"Type": "EVENT"}, "Type EVENT (executed: ON_DEMAND, CONDITIONAL)"),
        ({"Type": "CONDITIONAL", "Predicate": {"Conditions": [CONDITION]}}, "CONDITIONAL without a WorkflowName"),
        ({"Actions": [{"CrawlerName": "c"}]}, "Actions[0].CrawlerName"),
        ({"Actions": []}, "Actions must name at least one job"),
        ({"StartOnCreation": True}, "StartOnCreation is not supported for ON_DEMAND triggers"),
        ({"Type": "CONDITIONAL", "WorkflowName": "{flow}"}, "needs a Predicate with Conditions"),
        ({"WorkflowName": "{flow}"}, "has a starting trigger already"),
        (
            {"Type": "CONDITIONAL", "WorkflowName": "{flow}", "Predicate": {"Conditions": [CONDITION, CONDITION]}},
            "Predicate.Logical is required",
        ),
        (
            {
                "Type": "CONDITIONAL",
                "WorkflowName": "{flow}",
                "Predicate": {"Conditions": [{**CONDITION, "State": "RUNNING"}]},
            },
            "a State among SUCCEEDED, STOPPED, FAILED, TIMEOUT",
        ),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_a_trigger_cannot_do_is_refused(glue: Glue, members: dict[str, Any], reason: str) -> None:
    flow = f"flow-{uuid.uuid4().hex[:8]}"
    glue.client.create_workflow(Name=flow)
    glue.client.create_trigger(Name=f"{flow}-1", WorkflowName=flow, Type="ON_DEMAND", Actions=[{"JobName": "a"}])
    given = {"Type": "ON_DEMAND", "Actions": [{"JobName": "a"}], **members}
    if "WorkflowName" in given:
        given["WorkflowName"] = flow
    with pytest.raises(glue.client.exceptions.InvalidInputException) as error:
        glue.client.create_trigger(Name=f"{flow}-2", **given)
    assert reason in error.value.response["Error"]["Message"]


def test_a_workflow_that_is_not_there_has_no_triggers(glue: Glue) -> None:
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.create_trigger(Name="lost", WorkflowName="none", Type="ON_DEMAND", Actions=[{"JobName": "a"}])


def test_the_trigger_with_which_a_workflow_starts_is_not_started_by_itself(glue: Glue) -> None:
    flow = f"flow-{uuid.uuid4().hex[:8]}"
    glue.client.create_workflow(Name=flow)
    with pytest.raises(glue.client.exceptions.InvalidInputException, match="has no trigger that starts it"):
        glue.client.start_workflow_run(Name=flow)
    glue.client.create_trigger(Name=flow, WorkflowName=flow, Type="ON_DEMAND", Actions=[{"JobName": "a"}])
    with pytest.raises(glue.client.exceptions.InvalidInputException, match="is not executed by the local engine"):
        glue.client.start_trigger(Name=flow)
