"""`slipway ab` at the keyboard: what it says, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipway import cli
from slipway.ab import captured
from slipway.ab.captured import Answer, Captured
from slipway.cli import ab, common
from slipway.install import Install
from tests.slipway.ab import told
from tests.slipway.ab.told import GROUP, ON
from tests.slipway.stubs import Aws


@pytest.fixture
def install(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The install is found; what its production is, a test tells."""

    def installed(stack: str | None, aws_: bool, home: Path, region: str | None) -> Install:
        return aws.install()

    monkeypatch.setattr(ab, "installed", installed)
    monkeypatch.setattr(common.console, "_width", 200)
    monkeypatch.setattr(common.errors, "_width", 1000)
    return aws


def is_on(aws: Aws, **changes: str) -> None:
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", told.stack("UPDATE_COMPLETE", **changes))


def runs(aws: Aws, default: float, candidate: float) -> None:
    told.has_endpoint(aws, default=default, candidate=candidate)
    told.has_config(aws)


def answers(variant: str, right: int, wrong: int) -> Captured:
    """Every other row came out yes."""
    found = []
    for number in range(right + wrong):
        said = (number % 2 == 0) == (number < right)
        found.append(Answer(f"{variant}{number}", 0, {}, "yes" if said else "no", 0.9 if said else 0.1))
    return Captured(found)


def test_a_start_tells_what_is_on_from_then_on(install: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    is_on(install)
    told.deploys(install)
    told.has_candidate(install)
    told.has_execution(install, "two")
    told.has_execution(install, "one")
    told.has_endpoint(install, default=1)
    told.has_config(install)
    weights = {"CandidateWeight": "0.1", "ChampionWeight": "0.9", "CandidateInstanceCount": "1"}
    told.expect_update(install, {**ON, **weights})
    is_on(install, **ON)
    runs(install, 0.9, 0.1)
    assert cli.run(["ab", "start", "--candidate", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["started"], found["champion"], found["candidate"]) == (True, f"{GROUP}/1", f"{GROUP}/2")


def test_starting_the_test_that_is_on_says_so(install: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    is_on(install, **ON)
    is_on(install, **ON)
    runs(install, 0.9, 0.1)
    assert cli.run(["ab", "start", "--candidate", "2"]) == 0
    said = "this test is on already: model 2 answers 10% of the requests to churn-production"
    assert capsys.readouterr().out.startswith(said)


def test_a_model_that_waits_needs_somebody_to_agree(install: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    is_on(install)
    told.deploys(install)
    told.has_candidate(install, "PendingManualApproval")
    told.has_execution(install, "two")
    told.has_execution(install, "one")
    told.has_endpoint(install, default=1)
    told.has_config(install)
    assert cli.run(["ab", "start", "--candidate", "2"]) == 2
    assert "Approve it? Nobody is there to answer; add --yes, or approve it first" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["start", "--candidate", "2", "--weight", "1.5"], "--weight 1.5: expected the candidate's share"),
        (["weights", "--weight", "-0.1"], "--weight -0.1: expected the candidate's share of the requests, from 0 to 1"),
    ],
)
def test_a_wrong_weight_is_refused_before_anything_is_looked_at(
    install: Aws, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert cli.run(["ab", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_weights_are_told_to_machines_as_they_are_now(install: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    is_on(install, **ON)
    told.has_endpoint(install, default=0.9, candidate=0.1)
    arn = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn-production"
    install.answer("sagemaker.update_endpoint_weights_and_capacities", {"EndpointArn": arn})
    told.has_endpoint(install, default=0.5, candidate=0.5)
    runs(install, 0.5, 0.5)
    assert cli.run(["ab", "weights", "--weight", "0.5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["variants"]["candidate"] == {"weight": 0.5, "share": 0.5, "instances": 1}


def test_stopping_says_who_answers_now(install: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    is_on(install, **ON)
    told.has_endpoint(install, default=0.9, candidate=0.1)
    ended = {"CandidateModelTemplate": "", "CandidateModelPackageArn": "", "CandidateWeight": "0"}
    told.expect_update(install, {**ended, "ChampionWeight": "1", "GuardDeployment": "false"})
    assert cli.run(["ab", "stop"]) == 0
    assert capsys.readouterr().out == "model 2 is off churn-production; model 1 answers every request\n"


@pytest.fixture
def compared(install: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A test is on, of which answers were captured; the file that says what came true."""
    is_on(install, **ON)
    runs(install, 0.9, 0.1)
    evaluate = {"metric": "accuracy", "direction": "maximize", "positiveClass": "yes"}
    config = {"config": {"dataset": told.DATASET, "evaluate": evaluate}}
    told.has_object(install, "runs/one/execution.json", config)
    kept = {"default": answers("default", 140, 60), "candidate": answers("candidate", 190, 10)}
    monkeypatch.setattr(captured, "read", lambda s3, uri, variant, since: kept[variant])
    file = tmp_path / "truth.csv"
    lines = [f"{name}{number},{'no' if number % 2 else 'yes'}" for name in kept for number in range(200)]
    file.write_text("\n".join(["inferenceId,label", *lines]), encoding="utf-8")
    return file


def test_a_person_sees_both_variants_and_a_verdict(compared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ab", "status", "--truth", str(compared)]) == 0
    text = capsys.readouterr().out
    head, default, *_ = text.splitlines()
    assert head.split() == ["variant", "model", "share", "answers", "labels", "mean", "score", "truth", "accuracy"]
    assert default.split()[:4] == ["default", "1", "90%", "200"]
    assert default.rstrip().endswith("200    0.7000 (0.6332 to 0.7593)")
    assert "20 % of the requests are captured\n" in text
    assert text.splitlines()[-1].startswith("the candidate is better: accuracy 0.9500, the champion's 0.7000")


def test_machines_get_the_same_as_one_value(compared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ab", "status", "--truth", str(compared), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["champion"], found["candidate"]) == (f"{GROUP}/1", f"{GROUP}/2")
    assert found["comparison"]["verdict"] == "better"
    assert found["comparison"]["candidate"]["judged"] == 200


def test_what_the_engine_says_of_the_template_is_not_told_by_a_test(
    install: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    is_on(install, **ON)
    told.has_endpoint(install, default=0.9, candidate=0.1)
    ended = {"CandidateModelTemplate": "", "CandidateModelPackageArn": "", "CandidateWeight": "0"}
    told.expect_update(
        install, {**ended, "ChampionWeight": "1", "GuardDeployment": "false"}, warns="MetricsEnabled has no effect"
    )
    assert cli.run(["ab", "stop"]) == 0
    assert "MetricsEnabled" not in capsys.readouterr().err


@pytest.mark.parametrize("command", [["status"], ["stop"], ["promote"], ["weights", "--weight", "0.5"]])
def test_without_a_test_every_command_says_how_one_begins(
    install: Aws, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    is_on(install)
    assert cli.run(["ab", *command]) == 4
    assert "`slipway ab start --candidate N` begins one" in capsys.readouterr().err
