"""Runs of Python shell jobs: real processes under the job's role."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import eventually, let_in, messages, queue

pytestmark = pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html")

ARGUMENTS = """
import sys, boto3
from awsglue.utils import getResolvedOptions
given = getResolvedOptions(sys.argv, ["bucket", "word", "fixed"])
said = " ".join([given["word"], given["fixed"], *sys.argv[1:]])
boto3.client("s3").put_object(Bucket=given["bucket"], Key="said.txt", Body=said.encode())
print("hello from the script")
print("a complaint", file=sys.stderr)
"""


def test_a_run_executes_the_script_with_its_arguments_under_the_role(glue: Any) -> None:
    name = glue.shell(
        ARGUMENTS,
        DefaultArguments={"--bucket": glue.bucket, "--word": "default", "--enable-metrics": "true"},
        NonOverridableArguments={"--fixed": "mine"},
    )
    run = glue.run(name, Arguments={"--word": "given", "--fixed": "theirs"})
    assert (run["JobRunState"], run.get("ErrorMessage")) == ("SUCCEEDED", None)
    assert run["Arguments"] == {"--word": "given", "--fixed": "theirs"}
    assert run["CompletedOn"] >= run["StartedOn"]
    said = glue.text("said.txt")
    assert said.startswith("given mine ")
    assert f"--bucket {glue.bucket}" in said
    assert glue.log(run)[-1] == "hello from the script"
    assert "[slipway] The argument --enable-metrics has no effect here" in glue.log(run)
    assert glue.log(run, "error") == ["a complaint"]
    assert run["LogGroupName"] == "/aws-glue/python-jobs"


def test_a_script_that_raises_fails_the_run_with_its_exception(glue: Any) -> None:
    run = glue.run(glue.shell("raise ValueError('the label is missing')"))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "ValueError: the label is missing"
    assert any(line.startswith("Traceback") for line in glue.log(run, "error"))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import sys; sys.exit('no data')", "SystemExit: no data"),
        ("import os; os._exit(4)", "Command failed with exit code 4"),
        ("def broken(:", "SyntaxError: invalid syntax"),
    ],
    ids=["exit code", "exit text", "killed", "no Python"],
)
def test_every_way_to_fail_has_its_reason(glue: Any, script: str, reason: str) -> None:
    run = glue.run(glue.shell(script))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith(reason)


def test_a_script_that_ends_by_exit_0_has_succeeded(glue: Any) -> None:
    assert glue.run(glue.shell("import sys; sys.exit(0)"))["JobRunState"] == "SUCCEEDED"


def test_a_run_has_no_more_rights_than_its_role(glue: Any) -> None:
    role = glue.new_role("s3:GetObject", "logs:*")
    script = f"import boto3; boto3.client('s3').put_object(Bucket='{glue.bucket}', Key='no', Body=b'')"
    run = glue.run(glue.shell(script, Role=role))
    assert "AccessDenied" in run["ErrorMessage"]
    assert "/GlueJobRunnerSession is not authorized to perform: s3:PutObject" in run["ErrorMessage"]


def test_a_script_that_the_role_may_not_read_fails_the_run(glue: Any) -> None:
    run = glue.run(glue.shell("print(1)", Role=glue.new_role("logs:*")))
    assert run["JobRunState"] == "FAILED"
    assert "scripts/" in run["ErrorMessage"]
    assert "AccessDenied" in run["ErrorMessage"]


def test_modules_beside_the_script_are_on_its_path(glue: Any) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("launch/__init__.py", "MORE = 1")
    glue.engine.client("s3").put_object(Bucket=glue.bucket, Key="lib/second.zip", Body=archive.getvalue())
    files = [glue.put("lib/helper.py", "ANSWER = 42"), f"s3://{glue.bucket}/lib/second.zip"]
    script = "import helper, launch; assert helper.ANSWER + launch.MORE == 43"
    run = glue.run(glue.shell(script, DefaultArguments={"--extra-py-files": ",".join(files)}))
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")


def test_additional_modules_are_installed(glue: Any) -> None:
    script = "import tomli; assert tomli.loads('a = 1') == {'a': 1}"
    run = glue.run(glue.shell(script, DefaultArguments={"--additional-python-modules": "tomli==2.2.1"}))
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")


def test_a_module_that_is_not_there_fails_the_run_with_the_installers_words(glue: Any) -> None:
    given = {"--additional-python-modules": "tomli==0.0.0.0"}
    run = glue.run(glue.shell("print(1)", DefaultArguments=given))
    assert run["ErrorMessage"].startswith("installing packages failed")
    assert any("tomli" in line for line in glue.log(run))


def test_a_run_can_be_stopped(glue: Any) -> None:
    name = glue.shell("import time; print('begun', flush=True); time.sleep(600)")
    run_id = glue.start(name)
    glue.ended(name, run_id, ("RUNNING",))
    answer = glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id, "jr_none"])
    assert answer["SuccessfulSubmissions"] == [{"JobName": name, "JobRunId": run_id}]
    [error] = answer["Errors"]
    assert error["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert glue.ended(name, run_id)["JobRunState"] == "STOPPED"
    again = glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id])["Errors"][0]["ErrorDetail"]
    assert again["ErrorMessage"] == "The job run is STOPPED"


def test_more_runs_than_the_job_may_have_at_once_are_refused(glue: Any) -> None:
    name = glue.shell("import time; time.sleep(600)")
    run_id = glue.start(name)
    with pytest.raises(glue.client.exceptions.ConcurrentRunsExceededException):
        glue.start(name)
    glue.client.batch_stop_job_run(JobName=name, JobRunIds=[run_id])
    glue.ended(name, run_id)


def test_a_failed_run_is_tried_again_as_often_as_the_job_says(glue: Any) -> None:
    name = glue.shell("raise RuntimeError('again')", MaxRetries=1)
    first = glue.run(name)
    second = glue.ended(name, f"{first['Id']}_attempt_1")
    assert (second["Attempt"], second["PreviousRunId"], second["JobRunState"]) == (1, first["Id"], "FAILED")
    time.sleep(0.5)
    assert [run["Id"] for run in glue.client.get_job_runs(JobName=name)["JobRuns"]] == [second["Id"], first["Id"]]


@pytest.mark.specification("docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html")
def test_the_end_of_a_run_is_an_event(engine: Any, glue: Any) -> None:
    name = glue.shell("raise ValueError('told')")
    url, arn = queue(engine, "glue-events")
    pattern = json.dumps({"source": ["aws.glue"], "detail": {"jobName": [name]}})
    rule = engine.client("events").put_rule(Name="glue-events", EventPattern=pattern)["RuleArn"]
    let_in(engine, url, arn, "events.amazonaws.com", rule)
    engine.client("events").put_targets(Rule="glue-events", Targets=[{"Id": "q", "Arn": arn}])
    run = glue.run(name)
    received: list[Any] = []
    eventually(lambda: received.extend(messages(engine, url)) or received, 60)
    event = json.loads(received[0]["Body"])
    assert event["detail-type"] == "Glue Job State Change"
    assert event["detail"] == {
        "jobName": name,
        "severity": "ERROR",
        "state": "FAILED",
        "jobRunId": run["Id"],
        "message": "ValueError: told",
    }


def test_a_run_of_a_job_that_is_not_there_is_told(glue: Any) -> None:
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.start("nobody")
    with pytest.raises(glue.client.exceptions.EntityNotFoundException):
        glue.client.get_job_run(JobName=glue.shell("print(1)"), RunId="jr_none")


def test_a_runs_arguments_are_held_to_what_is_executed(glue: Any) -> None:
    with pytest.raises(ClientError, match="the argument --job-bookmark-option = job-bookmark-enable"):
        glue.start(glue.shell("print(1)"), Arguments={"--job-bookmark-option": "job-bookmark-enable"})
