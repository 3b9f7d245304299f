"""Definitions of jobs: what is kept, what is refused, and who may."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html")
SCRIPT = "s3://some-bucket/script.py"
SHELL = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": SCRIPT}
SPARK = {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": SCRIPT}


def test_a_job_is_kept_with_glues_defaults(glue: Any) -> None:
    name = glue.shell("print(1)", Description="what it does", Tags={"team": "ml"})
    job = glue.client.get_job(JobName=name)["Job"]
    assert (job["Description"], job["MaxRetries"], job["MaxCapacity"], job["Timeout"]) == (
        "what it does",
        0,
        0.0625,
        2880,
    )
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert job["CreatedOn"] == job["LastModifiedOn"]
    assert "Tags" not in job
    spark = glue.client.get_job(JobName=glue.spark("print(1)"))["Job"]
    assert (spark["WorkerType"], spark["NumberOfWorkers"], spark["Timeout"]) == ("G.1X", 10, 480)


def test_jobs_are_listed_by_name_and_by_tag(glue: Any) -> None:
    mine = uuid.uuid4().hex
    name = glue.shell("print(1)", Tags={"mine": mine})
    assert glue.client.list_jobs(Tags={"mine": mine})["JobNames"] == [name]
    names = [job["Name"] for page in glue.client.get_paginator("get_jobs").paginate() for job in page["Jobs"]]
    assert name in names
    answer = glue.client.batch_get_jobs(JobNames=[name, "nobody"])
    assert ([job["Name"] for job in answer["Jobs"]], answer["JobsNotFound"]) == ([name], ["nobody"])


def test_an_update_takes_the_place_of_the_whole_definition(glue: Any) -> None:
    name = glue.shell("print(1)", Description="old", MaxRetries=2)
    glue.client.update_job(JobName=name, JobUpdate={"Role": glue.role, "Command": SHELL})
    job = glue.client.get_job(JobName=name)["Job"]
    assert "Description" not in job
    assert (job["MaxRetries"], job["Command"]) == (0, SHELL)
    with pytest.raises(ClientError, match="Role must be given"):
        glue.client.update_job(JobName=name, JobUpdate={"Command": SHELL})


def test_a_job_is_deleted_once_and_for_all(glue: Any) -> None:
    name = glue.shell("print(1)")
    assert glue.client.delete_job(JobName=name)["JobName"] == name
    assert glue.client.delete_job(JobName=name)["JobName"] == name
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.get_job(JobName=name)


@pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/monitor-tags.html")
def test_tags_are_added_and_removed(engine: Any, glue: Any) -> None:
    name = glue.shell("print(1)", Tags={"a": "1", "b": "2"})
    arn = f"arn:aws:glue:us-east-1:111122223333:job/{name}"
    glue.client.tag_resource(ResourceArn=arn, TagsToAdd={"c": "3"})
    glue.client.untag_resource(ResourceArn=arn, TagsToRemove=["a"])
    assert glue.client.get_tags(ResourceArn=arn)["Tags"] == {"b": "2", "c": "3"}
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.get_tags(ResourceArn=f"{arn}-none")


def test_a_name_is_a_jobs_own(glue: Any) -> None:
    name = glue.shell("print(1)")
    with pytest.raises(glue.client.exceptions.AlreadyExistsException):
        glue.client.create_job(Name=name, Role=glue.role, Command=SHELL)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"Command": {**SHELL, "Name": "glueray"}}, "Command.Name = glueray (executed: glueetl, pythonshell)"),
        ({"Command": {**SHELL, "Name": "gluestreaming"}}, "Command.Name = gluestreaming"),
        ({"Command": {**SHELL, "PythonVersion": "3"}}, "Command.PythonVersion 3 (executed: 3.9)"),
        ({"Command": SPARK}, "GlueVersion (unset, so the newest) (executed: 5.0, 5.1)"),
        ({"Command": SPARK, "GlueVersion": "4.0"}, "GlueVersion 4.0 (executed: 5.0, 5.1)"),
        ({"Connections": {"Connections": ["net"]}}, "Connections (there are no networks to connect to)"),
        ({"SecurityConfiguration": "x"}, "SecurityConfiguration"),
        ({"DefaultArguments": {"--extra-jars": "s3://b/x.jar"}}, "the argument --extra-jars"),
        ({"DefaultArguments": {"--additional-python-modules": "s3://b/x.whl"}}, "s3://b/x.whl in"),
        ({"Command": {**SHELL, "ScriptLocation": "script.py"}}, "ScriptLocation must be an S3 address"),
        ({"MaxCapacity": 1.0, "WorkerType": "G.1X"}, "Please set only"),
        ({"DefaultArguments": {"--long": "x" * 270_000}}, "maximum size limit of 260KB"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_is_not_executed_is_refused_before_anything_runs(glue: Any, members: dict[str, Any], reason: str) -> None:
    with pytest.raises(glue.client.exceptions.InvalidInputException) as error:
        glue.client.create_job(**{"Name": f"no-{uuid.uuid4().hex}", "Role": glue.role, "Command": SHELL, **members})
    assert reason in error.value.response["Error"]["Message"]


@pytest.mark.specification("docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html")
def test_a_role_is_passed_only_by_who_may_and_only_to_glue(engine: Any, glue: Any) -> None:
    create = {"Name": "passed", "Command": SHELL}
    with pytest.raises(ClientError, match="nobody"):
        glue.client.create_job(**create, Role="nobody")
    caller = glue.as_role("glue:CreateJob")
    with pytest.raises(ClientError, match="iam:PassRole"):
        caller.create_job(**create, Role=glue.role)
    with pytest.raises(ClientError, match="glue:TagResource"):
        glue.as_role("glue:CreateJob", "iam:PassRole").create_job(**create, Role=glue.role, Tags={"a": "b"})
    with pytest.raises(ClientError, match=r"glue:StartJobRun on resource: .*:job/passed"):
        caller.start_job_run(JobName="passed")
