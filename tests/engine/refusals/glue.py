"""Glue: docs.aws.amazon.com/glue/latest/dg/aws-glue-api.html."""

from __future__ import annotations

import importlib.util
from typing import Any

from slipway.engine.services.glue import service
from tests.engine.refusals.attempt import NAME, ROLE, Attempt, World, call, operation

SERVICE = "glue"
COMMAND = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": f"s3://{NAME}/script.py"}
NOT_EXECUTED = "is not executed by the local engine"
SPARK = {**COMMAND, "Name": "glueetl", "PythonVersion": "3"}


def job(item: str, says: str, **members: Any) -> Attempt:
    given = {"Name": NAME, "Role": ROLE, "Command": COMMAND, **members}
    return call(item, f"CreateJob: {says}", SERVICE, "create_job", **given)


def arguments(item: str, says: str, name: str, value: str) -> Attempt:
    return job(item, f"{says} {NOT_EXECUTED}", DefaultArguments={name: value})


def trigger(item: str, says: str, **members: Any) -> Attempt:
    given = {"Name": NAME, "Type": "ON_DEMAND", "Actions": [{"JobName": NAME}], **members}
    return call(item, f"CreateTrigger: {says}", SERVICE, "create_trigger", **given)


def dynamic_frames(_: World) -> str:
    """What a script gets that uses one."""
    spec = importlib.util.find_spec(f"{service.__package__}.runtime.awsglue.dynamicframe")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        module.DynamicFrame.fromDF()
    except NotImplementedError as error:
        return str(error)
    return ""


ATTEMPTS = (
    job("Other commands", "Command.Name = glueray", Command={**COMMAND, "Name": "glueray"}),
    job("other versions of Glue", "GlueVersion 4.0", Command=SPARK, GlueVersion="4.0"),
    call(
        "other versions of Python",
        "Command.PythonVersion 3 (executed: 3.9)",
        SERVICE,
        "create_job",
        Name=NAME,
        Role=ROLE,
        Command={**COMMAND, "PythonVersion": "3"},
    ),
    job("connections", "Connections", Connections={"Connections": [NAME]}),
    job("security configurations", "SecurityConfiguration", SecurityConfiguration=NAME),
    job("queued runs", "JobRunQueuingEnabled", JobRunQueuingEnabled=True),
    call(
        "session policies of runs",
        "StartJobRun: ExecutionRoleSessionPolicy",
        SERVICE,
        "start_job_run",
        JobName=NAME,
        ExecutionRoleSessionPolicy="{}",
    ),
    arguments(
        "job bookmarks",
        "the argument --job-bookmark-option = job-bookmark-enable (executed: job-bookmark-disable)",
        "--job-bookmark-option",
        "job-bookmark-enable",
    ),
    arguments("arguments for jars", "the argument --extra-jars", "--extra-jars", f"s3://{NAME}/a.jar"),
    arguments(
        "modules in S3 to be installed",
        f"s3://{NAME}/a.whl in --additional-python-modules (executed: packages by name)",
        "--additional-python-modules",
        f"s3://{NAME}/a.whl",
    ),
    Attempt("DynamicFrames", f"DynamicFrame.fromDF {NOT_EXECUTED}", dynamic_frames),
    trigger("scheduled triggers", "Type SCHEDULED", Type="SCHEDULED", Schedule="cron(0 1 * * ? *)"),
    trigger("triggers on events", "Type EVENT", Type="EVENT"),
    trigger("conditional triggers without a workflow", "Type CONDITIONAL without a WorkflowName", Type="CONDITIONAL"),
    trigger("crawlers in triggers", "Actions[0].CrawlerName", Actions=[{"CrawlerName": NAME}]),
    operation("resumed workflow runs", SERVICE, "ResumeWorkflowRun", "resume_workflow_run", Name=NAME, RunId=NAME),
    operation("the Data Catalog", SERVICE, "CreateDatabase", "create_database", DatabaseInput={"Name": NAME}),
    operation("crawlers", SERVICE, "StartCrawler", "start_crawler", Name=NAME),
    operation("interactive sessions", SERVICE, "CreateSession", "create_session", Id=NAME, Role=ROLE, Command={}),
    operation("data quality", SERVICE, "GetDataQualityRuleset", "get_data_quality_ruleset", Name=NAME),
)
