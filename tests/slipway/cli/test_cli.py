"""What a person meets who types commands: right ones, wrong ones, and what stands on which stream."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from boto3.exceptions import S3UploadFailedError

from slipway import approval, cli, faults, inbox, local, report, retrying
from slipway.api import Answer, Api
from slipway.approval import Waiting
from slipway.changeset import Change, ChangeSet
from slipway.cli import common, daily, launch, preflight
from slipway.inbox import Dropped
from slipway.preflight.finding import Finding, Status
from slipway.retrying import Retried
from slipway.target import Target
from tests.slipway.ab import told
from tests.slipway.samples import RUN_ID, detail, summary
from tests.slipway.stubs import OUTPUTS, Aws
from tests.slipway.test_launch import described

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLIPWAY_HOME", raising=False)
    monkeypatch.setattr(common.errors, "_width", 1000)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(arguments)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def engine(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """An engine on which the bundle is launched as churn."""

    def choose(aws_: bool, home: Path, region: str | None) -> Target:
        return aws.target

    monkeypatch.setattr(common, "choose", choose)
    monkeypatch.setattr(faults, "rules", lambda _engine: [])
    return aws


def installed(aws: Aws) -> None:
    """Two looks: which stack there is, and its outputs."""
    stack = described("CREATE_COMPLETE")["Stacks"][0]
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", {"Stacks": [{**stack, "Outputs": outputs}]})


COMMANDS = [
    ["status"],
    ["watch"],
    ["runs"],
    ["report"],
    ["logs"],
    ["push"],
    ["clone", "folder"],
    ["approve"],
    ["reject"],
    ["retry", "Build"],
    ["predict", "[1]"],
    ["env"],
    ["destroy"],
    ["preflight"],
    ["publish", "bucket"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_without_an_engine_every_command_says_how_to_start_one(arguments: list[str], run: Run) -> None:
    message = (
        "slipway: no engine runs on .slipway; start one with `slipway up`, or see everything with `slipway demo`\n"
    )
    assert run(*arguments) == (3, "", message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bogus"], "no such command 'bogus'"),
        (["up", "--port", "abc"], "invalid value for '--port'"),
        (["up", "--port", "70000"], "invalid value for '--port'"),
        (["up", "--clock-factor", "0.5"], "invalid value for '--clock-factor'"),
        (["runs", "--limit", "0"], "invalid value for '--limit'"),
        (["runs", "--nope"], "no such option"),
        (["retry"], "missing argument 'stage'"),
        (["configure", "a.csv"], "missing option '--target'"),
        (["predict", "[1]", "-e", "staging"], "'staging' is not one of 'test', 'production'"),
        (["predict", "{bad"], "the features begin like JSON and are not"),
        (["predict", " "], "the features are empty"),
        (["launch", "Bad_Name"], "stack name 'Bad_Name': expected lower-case letters"),
        (["launch", "-p", "nope"], "--parameter nope: expected NAME=VALUE"),
        (["launch"], "holds no template.yaml; run this in the bundle's folder"),
        (["drop", "notes.txt"], "notes.txt does not exist"),
        (["status", "--region", "eu-west-1"], "--region eu-west-1 goes with --aws"),
        (["logs", "--follow", "--json"], "--follow does not go with --json"),
        (["preflight", "-p", "nope"], "--parameter nope: expected NAME=VALUE"),
        (["publish"], "missing argument 'bucket'"),
        (["demo"], "holds no config/ml-pipeline.json; run this in the bundle's folder"),
        (["demo", "--data", "x.csv"], "--data FILE and --target COLUMN go together"),
        (["configure", "a.csv", "--target", "y"], "config/ml-pipeline.json does not exist"),
        (["automl", "a.xlsx", "--target", "y"], "a.xlsx: expected a file that ends in .csv, .jsonl"),
        (["automl", "a.parquet", "--target", "y"], "a.parquet: there is no such file; expected a table"),
        (["automl", "a.csv", "--target", "y", "--aws"], "--aws asks before it changes anything"),
        (["automl", "a.csv", "--target", "y", "--region", "eu-west-1"], "--region eu-west-1 goes with --aws"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_argument_is_one_message_and_changes_nothing(
    arguments: list[str], message: str, run: Run, tmp_path: Path
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("slipway: ")
    assert message in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_usage_names_the_help_that_explains(run: Run) -> None:
    assert run("runs", "--nope")[2].endswith("; `slipway runs --help` explains\n")


def test_nothing_typed_is_answered_with_the_help(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (2, "")
    assert "slipway demo" in out


def test_what_aws_refuses_is_told_with_call_code_and_message(engine: Aws, run: Run) -> None:
    engine.refuse("cloudformation.describe_stacks", "AccessDenied", "you may not")
    assert run("runs") == (1, "", "slipway: DescribeStacks was refused: AccessDenied: you may not\n")


def test_an_upload_that_s3_refuses_is_one_message(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Target:
        raise S3UploadFailedError("Failed to upload a.csv to b/incoming/a.csv: An error occurred (AccessDenied)")

    monkeypatch.setattr("slipway.cli.common.choose", refuse)
    refused = "slipway: Failed to upload a.csv to b/incoming/a.csv: An error occurred (AccessDenied)\n"
    assert run("runs") == (1, "", refused)


def test_an_interruption_says_what_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(home: Path) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(local, "remove", interrupt)
    code, out, err = run("down")
    assert (code, out) == (130, "")
    assert err.startswith(
        "slipway: interrupted; what was started goes on: `slipway status` shows it; on the local engine"
    )


def test_a_file_that_cannot_be_written_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(home: Path) -> bool:
        raise PermissionError(13, "Permission denied", "/somewhere")

    monkeypatch.setattr(local, "remove", fail)
    assert run("down") == (1, "", "slipway: /somewhere cannot be used: Permission denied\n")


def test_a_file_that_is_not_there_is_a_wrong_argument(run: Run) -> None:
    message = "slipway: nope.json cannot be used: No such file or directory\n"
    assert run("execute", "nope.json") == (2, "", message)


def test_down_without_an_engine_is_done(run: Run) -> None:
    assert run("down") == (0, "nothing to remove: .slipway does not exist\n", "")
    assert json.loads(run("down", "--json")[1]) == {"home": ".slipway", "removed": False}


def test_nobody_is_asked_where_nobody_can_answer(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "template.yaml").write_text("Resources: {}\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    code, out, err = run("launch", "--aws", "--folder", str(bundle))
    assert (code, out) == (2, "")
    assert err == ("slipway: --aws asks before it changes anything, and nobody is there to answer; add --yes\n")


def test_runs_are_listed_for_people_and_for_machines(engine: Aws, run: Run) -> None:
    for _ in range(2):
        installed(engine)
        engine.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary()]})
    code, out, err = run("runs")
    assert (code, err) == (0, "")
    assert [row.split()[:2] for row in out.splitlines()] == [["run", "status"], ["1b28d30d", "Succeeded"]]
    (found,) = json.loads(run("runs", "--json")[1])
    assert found["id"] == RUN_ID


def test_a_report_says_of_which_run_and_which_model_it_is(
    engine: Aws, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed(engine)
    engine.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary()]})
    engine.answer("codepipeline.list_action_executions", {"actionExecutionDetails": []})
    package = "arn:aws:sagemaker:us-east-1:111122223333:model-package/churn/2"
    found = report.Evaluation({"metrics": {"f1": 0.5}, "modelPackageArn": package})
    monkeypatch.setattr(report, "of", lambda install, run: found)
    monkeypatch.setattr(report, "download", lambda install, evaluation, path: tmp_path / "report.html")
    code, out, _ = run("report")
    assert code == 0
    assert out.startswith("run 1b28d30d, version 2 of model package group churn\n")
    assert out.endswith(f"report: {tmp_path}/report.html\n")


def test_a_pipeline_that_has_not_run_says_what_starts_a_run(engine: Aws, run: Run) -> None:
    installed(engine)
    engine.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": []})
    assert run("runs") == (0, "pipeline churn has not run yet; `slipway push` starts a run\n", "")


def test_status_of_an_engine_without_a_stack_says_what_makes_one(engine: Aws, run: Run) -> None:
    for _ in range(2):
        engine.answer("cloudformation.describe_stacks", {"Stacks": []})
    code, out, _ = run("status")
    assert (code, out.splitlines()[1]) == (0, "no stack with a pipeline yet: `slipway launch` makes one")
    assert json.loads(run("status", "--json")[1])["pipeline"] is None


def test_the_version_is_said(run: Run) -> None:
    assert run("--version") == (0, f"slipway {version('slipway')}\n", "")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> None:
    """An API whose answers name who gave them."""
    answer = Answer(200, {"predictions": [{"label": "yes", "score": 0.9}]}, "candidate", inference_id="request-1")
    monkeypatch.setattr(Api, "predict", lambda *_: answer)
    monkeypatch.setattr(daily, "installed", lambda *_: None)
    monkeypatch.setattr(daily.api, "of", lambda *_: Api(None, "http://127.0.0.1:1/", ""))  # type: ignore[arg-type]


@pytest.mark.usefixtures("answering")
def test_a_prediction_is_told_with_who_gave_it(run: Run) -> None:
    code, out, err = run("predict", "[1]")
    assert (code, err) == (0, "variant candidate, inference id request-1\n")
    assert json.loads(out) == {"predictions": [{"label": "yes", "score": 0.9}]}


@pytest.mark.usefixtures("answering")
def test_a_prediction_for_machines_has_all_in_one_value(run: Run) -> None:
    code, out, err = run("predict", "[1]", "--json")
    assert (code, err) == (0, "")
    named = {"variant": "candidate", "inferenceId": "request-1"}
    assert json.loads(out) == {"predictions": [{"label": "yes", "score": 0.9}], **named}


def test_status_shows_the_test_that_is_on(engine: Aws, run: Run) -> None:
    for arguments in (["status", "--stack", "churn"], ["status", "--stack", "churn", "--json"]):
        outputs = [{"OutputKey": "PipelineName", "OutputValue": "churn"}]
        stack = described("CREATE_COMPLETE")["Stacks"][0]
        engine.answer("cloudformation.describe_stacks", {"Stacks": [{**stack, "Outputs": outputs}]})
        engine.answer("codepipeline.get_pipeline_state", {"pipelineName": "churn", "stageStates": []})
        engine.answer("cloudformation.describe_stacks", told.stack("UPDATE_COMPLETE", **told.ON))
        told.has_endpoint(engine, default=0.9, candidate=0.1)
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
        if "--json" in arguments:
            test = json.loads(out)["test"]
            assert (test["endpoint"], test["candidate"]) == ("churn-production", f"{told.GROUP}/2")
            assert test["variants"]["candidate"] == {"weight": 0.1, "share": 0.1, "instances": 1}
        else:
            said = "A/B test on churn-production: default (model 1) 90%, candidate (model 2) 10%; `slipway ab status"
            assert said in out


def test_status_shows_the_pipeline_and_what_comes_next(engine: Aws, run: Run) -> None:
    state = {
        "pipelineName": "churn",
        "stageStates": [{"stageName": "Build", "actionStates": [{"actionName": "Build"}]}],
    }
    for arguments in (["status"], ["status", "--json"]):
        stacks = described("CREATE_COMPLETE")["Stacks"]
        outputs = [{"OutputKey": "PipelineName", "OutputValue": "churn"}]
        for _ in range(4):
            engine.answer("cloudformation.describe_stacks", {"Stacks": [{**stacks[0], "Outputs": outputs}]})
        engine.answer("codepipeline.get_pipeline_state", state)
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
        if "--json" in arguments:
            assert (json.loads(out)["pipeline"], json.loads(out)["test"]) == (state, None)
        else:
            assert out.splitlines()[0] == "churn on local engine at http://127.0.0.1:1"
            assert out.splitlines()[-1].startswith("next: ")


def watching(aws: Aws, status: str, *details: Any) -> None:
    installed(aws)
    for _ in range(2):
        aws.answer("codepipeline.list_pipeline_executions", {"pipelineExecutionSummaries": [summary(status=status)]})
        aws.answer("codepipeline.list_action_executions", {"actionExecutionDetails": list(details)})


def test_watch_tells_changes_and_stops_at_the_approval(engine: Aws, run: Run) -> None:
    watching(engine, "InProgress", detail("Test/Approve", "InProgress", provider="Manual"))
    code, out, err = run("watch")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "run 1b28d30d of churn",
        "  Test > Approve: InProgress",
        "waits for approval: `slipway report 1b28d30d`, then `slipway approve` or `slipway reject`",
    ]


def test_watch_for_machines_prints_the_run_and_nothing_else(engine: Aws, run: Run) -> None:
    watching(engine, "Failed", detail("Build/Build", "Failed", errorDetails={"message": "exit status 2"}))
    code, out, err = run("watch", "--json")
    assert code == 5
    assert json.loads(out)["actions"][0]["error"] == "exit status 2"
    assert err.startswith("run 1b28d30d of churn, which ended as Failed\n  Build > Build: Failed")
    assert "again: slipway retry Build --stack churn" in err


@pytest.mark.parametrize("as_json", [False, True], ids=["for people", "for machines"])
def test_a_rejected_drop_is_an_error_with_its_own_code(
    as_json: bool, engine: Aws, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(engine)
    (tmp_path / "few.csv").write_text("id\n1\n")
    reasons = ["expected at least 50 rows, found 1"]
    found = Dropped("s3://data/incoming/few.csv", "70cf", rejected="s3://data/rejected/70cf/", reasons=reasons)
    monkeypatch.setattr(inbox, "drop", lambda install, path: found)
    code, out, err = run("drop", "few.csv", *(["--json"] if as_json else []))
    assert code == 7
    assert (json.loads(out)["reasons"] if as_json else out) == (reasons if as_json else "")
    assert err.startswith(
        "slipway: s3://data/incoming/few.csv was rejected, and no run starts:\n  expected at least 50"
    )


def test_a_drop_that_was_taken_names_its_run(
    engine: Aws, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(engine)
    (tmp_path / "new.csv").write_text("id\n1\n")
    monkeypatch.setattr(inbox, "drop", lambda install, path: Dropped("s3://data/incoming/new.csv", "70cf", RUN_ID))
    code, out, err = run("drop", "new.csv")
    assert (code, err) == (0, "")
    assert out.endswith("was taken and started run 1b28d30d; follow it with `slipway watch 1b28d30d`\n")


def test_an_approval_is_answered(engine: Aws, run: Run) -> None:
    installed(engine)
    action = {"actionName": "Approve", "latestExecution": {"status": "InProgress", "token": "t"}}
    stage = {"stageName": "Test", "latestExecution": {"pipelineExecutionId": RUN_ID, "status": "InProgress"}}
    engine.answer("codepipeline.get_pipeline_state", {"stageStates": [{**stage, "actionStates": [action]}]})
    engine.answer("codepipeline.list_action_executions", {"actionExecutionDetails": []})
    engine.answer("codepipeline.put_approval_result", {})
    code, out, _ = run("approve", "-m", "good", "--json")
    assert (code, json.loads(out)) == (0, {"run": RUN_ID, "status": "Approved"})


@pytest.mark.parametrize(("arguments", "code"), [((), 2), (("--yes",), 0)], ids=["nobody there", "yes"])
def test_a_model_that_was_rejected_is_approved_by_a_yes_only(
    arguments: tuple[str, ...], code: int, engine: Aws, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(engine)
    gate = Waiting("Test", "Approve", "t", RUN_ID, "roc_auc 0.9", "", "arn")
    answered: list[str] = []
    monkeypatch.setattr(approval, "waiting", lambda install: gate)
    monkeypatch.setattr(approval, "rejection", lambda install, gate: "churn/2 was rejected before: too low")
    monkeypatch.setattr(approval, "answer", lambda install, status, summary, gate: answered.append(status))
    ended, _, err = run("approve", *arguments)
    assert (ended, answered) == (code, ["Approved"] if arguments else [])
    assert err.startswith("churn/2 was rejected before: too low\n")
    assert ("approve asks before it changes anything, and nobody is there to answer; add --yes" in err) is (code == 2)


def test_an_approver_who_may_not_look_at_the_model_is_told_so_and_approves(
    engine: Aws, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(engine)
    gate = Waiting("Test", "Approve", "t", RUN_ID, "roc_auc 0.9", "", "arn")
    monkeypatch.setattr(approval, "waiting", lambda install: gate)
    engine.refuse("sagemaker.describe_model_package", "AccessDeniedException", "you may not")
    engine.answer("codepipeline.put_approval_result", {})
    code, out, err = run("approve")
    assert (code, out) == (0, "approved run 1b28d30d: roc_auc 0.9\n")
    assert err.startswith("whether arn was rejected before is not known: ")


def test_a_retry_says_who_said_no_before(engine: Aws, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(engine)
    retried = Retried(RUN_ID, "Test/Approve was not approved by ann: too low")
    monkeypatch.setattr(retrying, "retry", lambda install, stage: retried)
    assert run("retry", "Test") == (
        0,
        "stage Test of run 1b28d30d runs again; follow it with `slipway watch 1b28d30d`\n",
        "Test/Approve was not approved by ann: too low; approving it now takes that back\n",
    )


def test_the_engines_own_log_is_shown(run: Run, tmp_path: Path) -> None:
    home = tmp_path / ".slipway"
    home.mkdir()
    (home / "engine.log").write_text("one\ntwo\nthree\n")
    assert run("logs", "--engine", "-n", "2") == (0, "two\nthree\n", "")
    assert json.loads(run("logs", "--engine", "-n", "1", "--json")[1]) == ["three"]


def test_no_log_of_an_engine_says_what_starts_one(run: Run) -> None:
    code, out, err = run("logs", "--engine")
    assert (code, out) == (4, "")
    assert "`slipway up` starts one" in err


def test_configure_says_what_it_guessed_and_writes_only_when_asked(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "pipeline.json"
    config.write_text("{}")
    table = tmp_path / "table.csv"
    table.write_text("minutes,left\n" + "1.5,yes\n2.5,no\n" * 4)
    arguments = ["configure", "table.csv", "--target", "left", "--config", "pipeline.json"]
    code, out, _ = run(*arguments, "--dry-run")
    assert (code, config.read_text()) == (0, "{}")
    assert out.endswith(
        "Gate: roc_auc at least 0.5, which a model that knows nothing reaches, since none was chosen for this table;"
        " put your own in evaluate.threshold of config/ml-pipeline.json (--threshold of automl).\n"
        "would write dataset and evaluate of pipeline.json\n"
    )
    assert json.loads(run(*arguments, "--json")[1])["target"] == "left"
    assert json.loads(config.read_text())["dataset"]["uri"] == "table.csv"
    assert json.loads(config.read_text())["evaluate"]["threshold"] == 0.5


def test_configure_warns_of_a_table_that_no_run_can_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pipeline.json").write_text("{}")
    table = tmp_path / "table.csv"
    table.write_text("minutes,left\n" + "1.5,yes\n2.5,no\n" * 4)
    arguments = ["--target", "left", "--config", "pipeline.json"]
    code, _, err = run("configure", str(table), *arguments)
    assert (code, err.startswith(f"dataset.uri is {table}, which no run can read: copy the file below")) == (0, True)
    assert run("configure", str(table), *arguments, "--uri", "s3://bucket/table.csv")[2] == ""


@pytest.mark.parametrize(("content", "message"), [("{", "is not JSON"), ("[]", "holds no JSON object")])
def test_a_configuration_that_is_none_is_refused(content: str, message: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "pipeline.json").write_text(content)
    code, _, err = run("configure", "table.csv", "--target", "y", "--config", "pipeline.json")
    assert code == 2
    assert f"pipeline.json {message}" in err


def test_a_launch_on_aws_shows_the_change_set_and_the_cost_before_it_asks(
    aws: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common.errors, "_width", 1000)
    asked: list[str] = []

    def confirm(question: str, **_: Any) -> bool:
        asked.append(capsys.readouterr().err)
        return False

    monkeypatch.setattr("typer.confirm", confirm)
    change = Change("churn", "Add", "Storage", "AWS::CloudFormation::Stack", "")
    review = launch.asking(False, "about $1.00 a run").review
    assert review is not None
    assert not review(ChangeSet(aws.target, "churn", "arn", "CREATE", [change]))
    assert "Storage" in asked[0]
    assert asked[0].rstrip().endswith("cost: about $1.00 a run")


@pytest.mark.parametrize("status", list(Status))
def test_a_preflight_says_what_to_do_and_ends_with_one_only_when_something_failed(
    status: Status, engine: Aws, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    remedy = "" if status is Status.OK else "`aws do-something`"
    monkeypatch.setattr(
        preflight, "run", lambda asked: [Finding("names", status, f"{asked.stack} is looked at", remedy)]
    )
    folder = str(Path(__file__).parents[3])
    code, out, _ = run("preflight", "shop", "--folder", folder)
    mark = "FAILED" if status is Status.FAILED else status.value
    assert code == (1 if status is Status.FAILED else 0)
    assert out.startswith(f"{mark:<8}names: shop is looked at\n")
    assert ("        do: `aws do-something`\n" in out) is bool(remedy)
    assert out.endswith(f"1 {mark}\n")
    code, out, _ = run("preflight", "shop", "--folder", folder, "--json")
    assert json.loads(out)["findings"] == [
        {"check": "names", "status": status.value, "text": "shop is looked at"} | ({"remedy": remedy} if remedy else {})
    ]


def test_a_preflight_outside_of_a_bundle_is_told(engine: Aws, run: Run) -> None:
    code, _, err = run("preflight")
    assert (code, "holds no config/ml-pipeline.json; run this in the bundle's folder" in err) == (2, True)
