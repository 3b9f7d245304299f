"""Workflows of Python shell jobs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.glue.flow import is_met
from tests.engine.services.glue.conftest import Glue, until

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/workflows_overview.html")

TRAIN = """
import sys, boto3
from awsglue.utils import getResolvedOptions
me = getResolvedOptions(sys.argv, ["WORKFLOW_NAME", "WORKFLOW_RUN_ID"])
run = dict(Name=me["WORKFLOW_NAME"], RunId=me["WORKFLOW_RUN_ID"])
glue = boto3.client("glue")
found = glue.get_workflow_run_properties(**run)["RunProperties"]
glue.put_workflow_run_properties(**run, RunProperties={"endpoint_name": found["endpoint_name"] + "-1", "score": "0.9"})
"""


def workflow(glue: Glue, first: str, **members: Any) -> str:
    """The name of a workflow that begins with a job."""
    name = f"flow-{uuid.uuid4().hex[:8]}"
    glue.client.create_workflow(Name=name, **members)
    glue.client.create_trigger(Name=f"{name}-start", WorkflowName=name, Type="ON_DEMAND", Actions=[{"JobName": first}])
    return name


def when(glue: Glue, flow: str, conditions: dict[str, str], job: str, logical: str = "AND", **members: Any) -> str:
    """A trigger that starts `job` when other jobs are in their states."""
    name = f"{flow}-{uuid.uuid4().hex[:8]}"
    listed = [{"LogicalOperator": "EQUALS", "JobName": on, "State": state} for on, state in conditions.items()]
    made = {"StartOnCreation": True, "Predicate": {"Logical": logical, "Conditions": listed}, **members}
    glue.client.create_trigger(Name=name, WorkflowName=flow, Type="CONDITIONAL", Actions=[{"JobName": job}], **made)
    return name


def done(glue: Glue, flow: str, run_id: str) -> dict[str, Any]:
    """A run that has ended, with its graph."""

    def look() -> dict[str, Any]:
        return dict(glue.client.get_workflow_run(Name=flow, RunId=run_id, IncludeGraph=True)["Run"])

    return until(look, lambda run: run["Status"] not in ("RUNNING", "STOPPING"))


def run(glue: Glue, flow: str, **properties: str) -> dict[str, Any]:
    """A run from its start to its end."""
    return done(glue, flow, glue.client.start_workflow_run(Name=flow, RunProperties=properties)["RunId"])


def states(found: dict[str, Any]) -> dict[str, list[str]]:
    """The states of each job's runs."""
    return {
        node["Name"]: [job["JobRunState"] for job in node["JobDetails"].get("JobRuns", [])]
        for node in found["Graph"]["Nodes"]
        if node["Type"] == "JOB"
    }


def test_a_workflow_runs_its_jobs_one_after_another_and_they_share_properties(glue: Glue) -> None:
    prepare, train = glue.shell("print(1)"), glue.shell(TRAIN)
    flow = workflow(glue, prepare, DefaultRunProperties={"endpoint_name": "churn", "evaluation_threshold": "0.7"})
    trigger = when(glue, flow, {prepare: "SUCCEEDED"}, train)
    found = run(glue, flow, evaluation_threshold="0.8")
    assert (found["Status"], states(found)) == ("COMPLETED", {prepare: ["SUCCEEDED"], train: ["SUCCEEDED"]})
    assert found["WorkflowRunProperties"] == {
        "endpoint_name": "churn-1",
        "evaluation_threshold": "0.8",
        "score": "0.9",
    }
    assert (found["Statistics"]["TotalActions"], found["Statistics"]["SucceededActions"]) == (2, 2)
    [last] = [node["JobDetails"]["JobRuns"][0] for node in found["Graph"]["Nodes"] if node["Name"] == train]
    first = glue.client.get_job_runs(JobName=prepare)["JobRuns"][0]
    told = glue.client.get_job_run(JobName=train, RunId=last["Id"], PredecessorsIncluded=True)["JobRun"]
    assert told["TriggerName"] == trigger
    assert told["PredecessorRuns"] == [{"JobName": prepare, "RunId": first["Id"]}]


def test_a_graph_leads_from_triggers_to_jobs_and_on(glue: Glue) -> None:
    one, two = glue.shell("print(1)"), glue.shell("print(2)")
    flow = workflow(glue, one)
    trigger = when(glue, flow, {one: "SUCCEEDED"}, two)
    graph = glue.client.get_workflow(Name=flow, IncludeGraph=True)["Workflow"]["Graph"]
    names = {node["UniqueId"]: node["Name"] for node in graph["Nodes"]}
    edges = {(names[edge["SourceId"]], names[edge["DestinationId"]]) for edge in graph["Edges"]}
    assert edges == {(f"{flow}-start", one), (one, trigger), (trigger, two)}
    assert "Graph" not in glue.client.get_workflow(Name=flow)["Workflow"]


def test_a_failed_job_is_counted_and_only_what_waits_for_that_goes_on(glue: Glue) -> None:
    broken, good, bad = glue.shell("raise ValueError('no')"), glue.shell("print(1)"), glue.shell("print(2)")
    flow = workflow(glue, broken)
    when(glue, flow, {broken: "SUCCEEDED"}, good)
    when(glue, flow, {broken: "FAILED"}, bad)
    found = run(glue, flow)
    assert found["Status"] == "COMPLETED"
    assert states(found) == {broken: ["FAILED"], good: [], bad: ["SUCCEEDED"]}
    assert (found["Statistics"]["FailedActions"], found["Statistics"]["SucceededActions"]) == (1, 1)


def test_a_job_that_is_tried_again_has_not_failed_yet(glue: Glue) -> None:
    script = (
        "import boto3\n"
        f"s3, at = boto3.client('s3'), dict(Bucket='{glue.bucket}', Key='tried')\n"
        "tried = 'Contents' in s3.list_objects_v2(Bucket=at['Bucket'], Prefix='tried')\n"
        "s3.put_object(**at, Body=b'')\n"
        "assert tried"
    )
    shaky, good, bad = glue.shell(script, MaxRetries=1), glue.shell("print(1)"), glue.shell("print(2)")
    flow = workflow(glue, shaky)
    when(glue, flow, {shaky: "SUCCEEDED"}, good)
    when(glue, flow, {shaky: "FAILED"}, bad)
    found = run(glue, flow)
    assert states(found) == {shaky: ["FAILED", "SUCCEEDED"], good: ["SUCCEEDED"], bad: []}


def test_all_or_any_of_the_conditions_are_waited_for(glue: Glue) -> None:
    first, left, right = glue.shell("print(0)"), glue.shell("print(1)"), glue.shell("raise ValueError('no')")
    both, either = glue.shell("print(2)"), glue.shell("print(3)")
    flow = workflow(glue, first)
    when(glue, flow, {first: "SUCCEEDED"}, left)
    when(glue, flow, {first: "SUCCEEDED"}, right)
    when(glue, flow, {left: "SUCCEEDED", right: "SUCCEEDED"}, both)
    when(glue, flow, {left: "SUCCEEDED", right: "SUCCEEDED"}, either, "ANY")
    found = states(run(glue, flow))
    assert (found[both], found[either]) == ([], ["SUCCEEDED"])


@given(st.lists(st.sampled_from(["SUCCEEDED", "FAILED"]), min_size=1, max_size=4), st.sampled_from(["AND", "ANY"]))
def test_a_predicate_holds_as_its_conditions_do(ended: list[str], logical: str) -> None:
    runs = [{"JobName": str(number), "JobRunState": state} for number, state in enumerate(ended)]
    conditions = [{"JobName": run["JobName"], "State": "SUCCEEDED"} for run in runs]
    truths = [state == "SUCCEEDED" for state in ended]
    assert is_met({"Logical": logical, "Conditions": conditions}, runs) == (all if logical == "AND" else any)(truths)


def test_a_trigger_that_is_not_active_does_not_fire(glue: Glue) -> None:
    one, two = glue.shell("print(1)"), glue.shell("print(2)")
    flow = workflow(glue, one)
    trigger = when(glue, flow, {one: "SUCCEEDED"}, two, StartOnCreation=False)
    assert glue.client.get_trigger(Name=trigger)["Trigger"]["State"] == "CREATED"
    assert states(run(glue, flow))[two] == []
    glue.client.start_trigger(Name=trigger)
    assert states(run(glue, flow))[two] == ["SUCCEEDED"]
    glue.client.stop_trigger(Name=trigger)
    assert glue.client.get_trigger(Name=trigger)["Trigger"]["State"] == "DEACTIVATED"
    assert states(run(glue, flow))[two] == []


def test_a_job_that_cannot_be_started_is_an_error_of_its_action(glue: Glue) -> None:
    flow = workflow(glue, "nobody")
    found = run(glue, flow)
    assert (found["Status"], found["Statistics"]["ErroredActions"]) == ("COMPLETED", 1)
    [node] = [node for node in found["Graph"]["Nodes"] if node["Type"] == "JOB"]
    assert node["JobDetails"]["JobRuns"][0]["ErrorMessage"] == "EntityNotFoundException: Entity not found: job nobody"


def test_a_run_that_is_stopped_stops_its_jobs_and_starts_no_other(glue: Glue) -> None:
    slow, after = glue.shell("import time; time.sleep(600)"), glue.shell("print(1)")
    flow = workflow(glue, slow, MaxConcurrentRuns=1)
    when(glue, flow, {slow: "STOPPED"}, after)
    run_id = glue.client.start_workflow_run(Name=flow)["RunId"]
    with pytest.raises(glue.client.exceptions.ConcurrentRunsExceededException, match=f"for workflow: {flow}"):
        glue.client.start_workflow_run(Name=flow)
    glue.client.stop_workflow_run(Name=flow, RunId=run_id)
    found = done(glue, flow, run_id)
    assert (found["Status"], states(found)) == ("STOPPED", {slow: ["STOPPED"], after: []})
    with pytest.raises(ClientError, match="IllegalWorkflowStateException"):
        glue.client.stop_workflow_run(Name=flow, RunId=run_id)


def test_runs_are_listed_the_newest_first(glue: Glue) -> None:
    flow = workflow(glue, glue.shell("print(1)"), Description="d")
    first, second = run(glue, flow), run(glue, flow)
    listed = glue.client.get_workflow_runs(Name=flow)["Runs"]
    assert [found["WorkflowRunId"] for found in listed] == [second["WorkflowRunId"], first["WorkflowRunId"]]
    assert second["PreviousRunId"] == first["WorkflowRunId"]
    described = glue.client.get_workflow(Name=flow)["Workflow"]
    assert (described["Description"], described["LastRun"]["WorkflowRunId"]) == ("d", second["WorkflowRunId"])
    glue.client.update_workflow(Name=flow, Description="e")
    assert glue.client.batch_get_workflows(Names=[flow, "none"])["MissingWorkflows"] == ["none"]
    assert flow in glue.client.list_workflows(MaxResults=25)["Workflows"]
    glue.client.delete_workflow(Name=flow)
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.get_workflow(Name=flow)
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.get_trigger(Name=f"{flow}-start")
