"""functions/callback: a message starts a run of the Glue job, and its end answers the pipeline's step, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

EXECUTION = "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/shop-training/execution/abc"
ASKED = {
    "data": "s3://data/datasets/1",
    "run": "s3://artifacts/runs/r",
    "code": "s3://artifacts/packages/jobs.zip",
    "workerType": "G.2X",
    "workers": 10,
    "maxRuntimeInSeconds": 3601,
}


class Account:
    """Runs of the job, the execution and the answers to its step, in memory."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.status = "Executing"
        self.answers: list[tuple[str, Any]] = []
        self.stopped: list[str] = []
        self.refusal = ""

    def refused(self, code: str) -> ClientError:
        return ClientError({"Error": {"Code": code, "Message": "no"}}, "Call")

    def get_job_runs(self, *, JobName: str, MaxResults: int) -> dict[str, Any]:  # noqa: N803
        assert (JobName, MaxResults) == ("shop-prepare", 200)
        return {"JobRuns": self.runs}

    def get_job_run(self, *, JobName: str, RunId: str) -> dict[str, Any]:  # noqa: N803
        assert JobName == "shop-prepare"
        return {"JobRun": next(run for run in self.runs if run["Id"] == RunId)}

    def start_job_run(self, **request: Any) -> dict[str, str]:
        if self.refusal:
            raise self.refused(self.refusal)
        run = {"Id": f"jr_{len(self.runs)}", "JobRunState": "RUNNING", **request}
        self.runs.insert(0, run)
        return {"JobRunId": run["Id"]}

    def batch_stop_job_run(self, *, JobName: str, JobRunIds: list[str]) -> None:  # noqa: N803
        assert JobName == "shop-prepare"
        self.stopped += JobRunIds

    def describe_pipeline_execution(self, *, PipelineExecutionArn: str) -> dict[str, str]:  # noqa: N803
        assert PipelineExecutionArn == EXECUTION
        return {"PipelineExecutionStatus": self.status}

    def _answer(self, token: str, answer: Any) -> None:
        if any(answered == token for answered, _ in self.answers):
            raise self.refused("ConflictException")
        self.answers.append((token, answer))

    def send_pipeline_execution_step_success(self, *, CallbackToken: str, OutputParameters: Any) -> None:  # noqa: N803
        self._answer(CallbackToken, OutputParameters)

    def send_pipeline_execution_step_failure(self, *, CallbackToken: str, FailureReason: str) -> None:  # noqa: N803
        self._answer(CallbackToken, FailureReason)


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def callback(load: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch, account: Account) -> ModuleType:
    module = load("callback", JOB="shop-prepare")
    for client in ("GLUE", "SAGEMAKER"):
        monkeypatch.setattr(module, client, account)
    return module


def message(status: str = "Executing") -> dict[str, Any]:
    return {"token": "t", "pipelineExecutionArn": EXECUTION, "arguments": ASKED, "status": status}


def ended(run: str) -> dict[str, Any]:
    return {"source": "aws.glue", "detail": {"jobName": "shop-prepare", "jobRunId": run, "state": "SUCCEEDED"}}


def stays(module: ModuleType, body: dict[str, Any]) -> bool:
    """Whether the message stays in the queue."""
    answer = module.handler({"Records": [{"messageId": "m", "body": json.dumps(body)}]}, None)
    return bool(answer == {"batchItemFailures": [{"itemIdentifier": "m"}]})


def test_a_message_starts_a_run_with_what_the_step_asks_for_and_stays(callback: ModuleType, account: Account) -> None:
    assert stays(callback, message())
    (run,) = account.runs
    assert run["Arguments"] == {
        "--data": "s3://data/datasets/1",
        "--run": "s3://artifacts/runs/r",
        "--extra-py-files": "s3://artifacts/packages/jobs.zip",
        "--callback-token": "t",
    }
    assert (run["WorkerType"], run["NumberOfWorkers"], run["Timeout"]) == ("G.2X", 10, 61)


def test_a_message_that_is_delivered_twice_starts_one_run(callback: ModuleType, account: Account) -> None:
    assert stays(callback, message())
    assert stays(callback, message())
    assert len(account.runs) == 1


def test_the_end_of_the_run_answers_the_step(callback: ModuleType, account: Account) -> None:
    stays(callback, message())
    account.runs[0]["JobRunState"] = "SUCCEEDED"
    assert not stays(callback, ended("jr_0"))
    assert account.answers == [("t", [{"Name": "jobRunId", "Value": "jr_0"}])]


def test_a_run_whose_event_was_lost_is_answered_for_by_its_message(callback: ModuleType, account: Account) -> None:
    stays(callback, message())
    account.runs[0] |= {"JobRunState": "FAILED", "ErrorMessage": "TableError: t.csv, line 7: " + "x" * 300}
    assert not stays(callback, message())
    ((token, reason),) = account.answers
    assert (token, len(reason)) == ("t", 256)
    assert reason.startswith("TableError: t.csv, line 7: xxx")


def test_a_step_that_was_answered_is_left_alone(callback: ModuleType, account: Account) -> None:
    stays(callback, message())
    account.runs[0]["JobRunState"] = "SUCCEEDED"
    assert not stays(callback, ended("jr_0"))
    assert not stays(callback, message())
    assert len(account.answers) == 1


@pytest.mark.parametrize("state", ["TIMEOUT", "STOPPED", "ERROR"])
def test_a_run_that_says_nothing_of_itself_is_named_with_its_state(
    callback: ModuleType, account: Account, state: str
) -> None:
    stays(callback, message())
    account.runs[0]["JobRunState"] = state
    assert not stays(callback, ended("jr_0"))
    assert account.answers == [("t", f"The job run jr_0 is {state}.")]


def test_the_end_of_a_run_of_the_state_machine_is_nothing_to_it(callback: ModuleType, account: Account) -> None:
    account.runs = [{"Id": "jr_9", "JobRunState": "SUCCEEDED", "Arguments": {"--data": "d"}}, {"Id": "jr_8"}]
    assert not stays(callback, ended("jr_9"))
    assert not stays(callback, ended("jr_8"))
    assert account.answers == []


def test_a_job_that_has_no_room_now_is_tried_again_later(callback: ModuleType, account: Account) -> None:
    account.refusal = "ConcurrentRunsExceededException"
    assert stays(callback, message())
    account.refusal = ""
    assert stays(callback, message())
    assert (len(account.runs), account.answers) == (1, [])


def test_a_job_that_cannot_be_started_fails_the_step(callback: ModuleType, account: Account) -> None:
    account.refusal = "EntityNotFoundException"
    assert not stays(callback, message())
    ((_, reason),) = account.answers
    assert "EntityNotFoundException" in reason


def test_a_stop_ends_the_run_whose_end_then_answers(callback: ModuleType, account: Account) -> None:
    stays(callback, message())
    account.status = "Stopping"
    assert stays(callback, message(status="Stopping"))
    assert (account.stopped, account.answers) == (["jr_0"], [])
    account.runs[0]["JobRunState"] = "STOPPED"
    assert not stays(callback, ended("jr_0"))
    assert not stays(callback, message(status="Stopping"))
    assert account.answers == [("t", "The job run jr_0 is STOPPED.")]


def test_a_stop_before_the_run_began_starts_none(callback: ModuleType, account: Account) -> None:
    account.status = "Stopping"
    assert not stays(callback, message(status="Stopping"))
    assert not stays(callback, message())
    assert account.runs == []
    assert account.answers == [("t", "The execution was stopped before the job began.")]


def test_what_sagemaker_refuses_for_another_reason_is_an_error(
    callback: ModuleType, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(**_: Any) -> None:
        raise account.refused("AccessDeniedException")

    monkeypatch.setattr(account, "send_pipeline_execution_step_failure", deny)
    account.status = "Stopping"
    with pytest.raises(ClientError, match="AccessDenied"):
        stays(callback, message())
