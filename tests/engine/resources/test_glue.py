"""Jobs, triggers and workflows in stacks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.services.glue.conftest import Glue
from tests.engine.services.glue.test_workflows import run, states

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Glue.html")


@pytest.fixture(scope="module")
def glue(engine: Any) -> Glue:
    return Glue(engine)


def job(glue: Glue, script: str = "print(1)", **properties: Any) -> dict[str, Any]:
    where = glue.put("scripts/stack.py", script)
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": where}
    return {"Type": "AWS::Glue::Job", "Properties": {"Role": glue.role, "Command": command, **properties}}


def trigger(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Glue::Trigger", "Properties": properties}


def flow(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Glue::Workflow", "Properties": properties}


def test_a_job_is_made_changed_and_deleted(glue: Glue, deployed: Any, gone: Any) -> None:
    [name] = deployed({"Job": job(glue, DefaultArguments={"--rounds": 5}, Timeout=10, Tags={"team": "ml"})}, "Job")
    assert "-Job-" in name
    made = glue.client.get_job(JobName=name)["Job"]
    assert (made["DefaultArguments"], made["Timeout"]) == ({"--rounds": "5"}, 10)
    arn = f"arn:aws:glue:us-east-1:111122223333:job/{name}"
    assert glue.client.get_tags(ResourceArn=arn)["Tags"]["team"] == "ml"
    [same] = deployed({"Job": job(glue, Description="changed", Tags={"team": "ops"})}, "Job")
    changed = glue.client.get_job(JobName=same)["Job"]
    assert (same, changed["Description"], changed["Timeout"]) == (name, "changed", 2880)
    assert "DefaultArguments" not in changed
    assert glue.client.get_tags(ResourceArn=arn)["Tags"]["team"] == "ops"
    [other] = deployed({"Job": job(glue, Name="named-in-the-template")}, "Job")
    assert other == "named-in-the-template"
    assert gone("glue", "get_job", JobName=name)
    deployed.delete()
    assert gone("glue", "get_job", JobName=other)


def test_a_workflow_of_a_stack_runs(glue: Glue, deployed: Any, gone: Any) -> None:
    condition = {"LogicalOperator": "EQUALS", "JobName": {"Ref": "Prepare"}, "State": "SUCCEEDED"}
    resources = {
        "Prepare": job(glue),
        "Train": job(glue, Description="second"),
        "Flow": flow(DefaultRunProperties={"endpoint_name": "churn"}, MaxConcurrentRuns=1),
        "Start": trigger(Type="ON_DEMAND", WorkflowName={"Ref": "Flow"}, Actions=[{"JobName": {"Ref": "Prepare"}}]),
        "Then": trigger(
            Type="CONDITIONAL",
            StartOnCreation=True,
            WorkflowName={"Ref": "Flow"},
            Predicate={"Conditions": [condition]},
            Actions=[{"JobName": {"Ref": "Train"}, "Arguments": {"--rounds": 5}}],
        ),
    }
    name, prepare, train, then = deployed(resources, "Flow", "Prepare", "Train", "Then")
    assert glue.client.get_trigger(Name=then)["Trigger"]["State"] == "ACTIVATED"
    found = run(glue, name)
    assert states(found) == {prepare: ["SUCCEEDED"], train: ["SUCCEEDED"]}
    assert found["WorkflowRunProperties"] == {"endpoint_name": "churn"}
    resources["Flow"] = flow(Description="changed", MaxConcurrentRuns=2)
    resources["Then"]["Properties"]["Description"] = "changed"
    assert deployed(resources, "Flow", "Then") == [name, then]
    described = glue.client.get_workflow(Name=name)["Workflow"]
    assert (described["Description"], described["DefaultRunProperties"]) == ("changed", {})
    assert glue.client.get_trigger(Name=then)["Trigger"]["State"] == "ACTIVATED"
    deployed.delete()
    assert gone("glue", "get_workflow", Name=name)
    assert gone("glue", "get_trigger", Name=then)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"GlueVersion": "4.0", "Command": {"Name": "glueetl"}}, "GlueVersion 4.0 (executed: 5.0, 5.1)"),
        ({"DefaultArguments": {"--extra-jars": "s3://b/x.jar"}}, "the argument --extra-jars"),
        ({"Connections": {"Connections": ["net"]}}, "there are no networks to connect to"),
    ],
    ids=["a version", "an argument", "a connection"],
)
def test_a_job_that_is_not_executed_is_refused_with_its_template(
    glue: Glue, stacks: Any, properties: dict[str, Any], reason: str
) -> None:
    assert reason in stacks.refused({"Resources": {"Job": job(glue, **properties)}})


def test_a_trigger_that_is_not_executed_is_refused_with_its_template(stacks: Any) -> None:
    scheduled = trigger(Type="SCHEDULED", Actions=[{"JobName": "a"}])
    assert "Type SCHEDULED (executed: ON_DEMAND, CONDITIONAL)" in stacks.refused({"Resources": {"T": scheduled}})


def test_a_role_without_the_right_makes_no_job(glue: Glue, deployed: Any) -> None:
    role = deployed.role("iam:PassRole")
    assert "glue:CreateJob" in deployed.failing({"Job": job(glue)}, RoleARN=role)


def test_what_glue_refuses_is_the_resources_error(glue: Glue, deployed: Any) -> None:
    both = job(glue, MaxCapacity=1, WorkerType="G.1X")
    assert "Please set only Allocated Capacity or Max Capacity" in deployed.failing({"Job": both})
