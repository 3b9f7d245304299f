"""What an AutoML job does: tables are brought and looked at, a program trains candidates, the best one is named.

The program runs in the environment of the AutoGluon image's stand-in, under the job's role.

docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development.html
docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html (what the role needs)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.aws_images import autogluon
from slipway.engine.logs import LogStream
from slipway.engine.services.sagemaker.automl import candidates, features, inputs, life, records, request
from slipway.engine.services.sagemaker.automl.features import Features
from slipway.engine.services.sagemaker.automl.inputs import Table
from slipway.engine.services.sagemaker.automl.progress import Progress
from slipway.engine.services.sagemaker.containers import Container, Containers, Outcome
from slipway.engine.services.sagemaker.failures import AlgorithmFailure, ClientFailure, JobFailed
from slipway.engine.services.sagemaker.launch import Command, credentials, pull
from slipway.engine.services.sagemaker.service import PRINCIPAL, role_caller
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

LOG_GROUP = "/aws/sagemaker/AutoMLJobs"
_ENSEMBLING_BYTES = 100 * 1024 * 1024
_VALIDATION_FRACTION = 0.2
_MONTH = 30 * 24 * 3600
_CANDIDATES = {"ENSEMBLING": 10, "HYPERPARAMETER_TUNING": 100}
_MOST_PARTIAL_FAILURES = 5
_HOST = "algo-1"


@dataclass
class Run:
    """One AutoML job under way."""

    engine: Engine
    job: dict[str, Any]
    containers: Containers
    log: LogStream

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.job["AutoMLJobName"])

    @property
    def caller(self) -> Caller:
        """The job's role; asked for anew each time, since a session may end before a long job does."""
        return role_caller(self.engine, self.job["RoleArn"])

    @property
    def tabular(self) -> dict[str, Any]:
        """The request's TabularJobConfig."""
        config: dict[str, Any] = self.job["AutoMLProblemTypeConfig"]["TabularJobConfig"]
        return config

    @property
    def base(self) -> Path:
        """The job's /opt/ml."""
        return records.folder(self.engine, self.name)

    @property
    def criteria(self) -> dict[str, Any]:
        """The request's CompletionCriteria."""
        criteria: dict[str, Any] = self.tabular.get("CompletionCriteria", {})
        return criteria

    def say(self, line: str) -> None:
        """A line of the platform's own."""
        self.log.write(f"[sagemaker] {line}")


def run(engine: Engine, name: str, containers: Containers) -> None:
    """Run one job to its end; JobFailed says why it failed."""
    job = records.find(engine, name)
    caller = partial(role_caller, engine, job["RoleArn"])
    log = LogStream(caller, LOG_GROUP, f"{name}/{_HOST}-{round(job['CreationTime'])}")
    try:
        _execute(Run(engine, job, containers, log))
    finally:
        log.close()


def _execute(run: Run) -> None:
    run.say(
        f"a local stand-in of Autopilot: AutoGluon {autogluon.VERSION} without torch trains the candidates on this "
        "machine"
    )
    # On AWS the role hands itself to the jobs that Autopilot makes in the account.
    run.caller.check_pass_role(run.job["RoleArn"], PRINCIPAL)
    image = pull(run.caller, autogluon.uri("autogluon-training", run.engine.region))
    training, validation = _bring(run)
    chosen = mode(run.tabular, training)
    life.enter(run.engine, run.name, "PreTraining" if chosen == "ENSEMBLING" else "AnalyzingData")
    config = _write_config(run, chosen, validation, _features(run, training))
    progress = Progress(
        run.engine, {**run.job, "_mode": chosen}, lambda: run.caller, run.base / "automl", run.log.write
    )
    container = _container(run, image, config, progress)
    stopped = Outcome(stopped=True)
    outcome = stopped if run.containers.stop_requested else run.containers.run([container], _limit(run))
    progress.finish()
    _end(run, outcome)


def _bring(run: Run) -> tuple[Table, Table | None]:
    found: dict[str, Table] = {}
    for channel in run.job["AutoMLJobInputDataConfig"]:
        kind = channel.get("ChannelType", "training")
        inputs.bring(run.caller, channel, _channel(run, kind))
        found[kind] = inputs.look(_channel(run, kind), run.tabular["TargetAttributeName"])
    validation = found.get("validation")
    inputs.check(found["training"], validation, run.tabular.get("ProblemType"))
    return found["training"], validation


def _channel(run: Run, kind: str) -> Path:
    return run.base / "input" / "data" / kind


def mode(tabular: dict[str, Any], training: Table) -> str:
    """The mode that was asked for; AUTO chooses by the size of the data."""
    asked = str(tabular.get("Mode", "AUTO"))
    if asked != "AUTO":
        return asked
    return "ENSEMBLING" if training.bytes < _ENSEMBLING_BYTES else "HYPERPARAMETER_TUNING"


def _features(run: Run, training: Table) -> Features:
    uri, target = run.tabular.get("FeatureSpecificationS3Uri"), run.tabular["TargetAttributeName"]
    if uri is None:
        return Features()
    at = Location.parse(uri)
    text = run.caller.client("s3").get_object(Bucket=at.bucket, Key=at.key)["Body"].read()
    columns = [column for column in training.columns if column != target]
    return features.parse(text.decode("utf-8", errors="replace"), columns, target)


def _write_config(run: Run, how: str, validation: Table | None, chosen: Features) -> Path:
    algorithms = request.algorithms(run.tabular, how)
    left_out = [name for name in request.OFFERED[how] if name not in request.EXECUTED[how]]
    run.say(f"{how} mode with {', '.join(algorithms)}; without {', '.join(left_out)}, which this engine has not")
    if how == "HYPERPARAMETER_TUNING":
        run.say("hyperparameters are found by random search, where AWS uses Bayesian or multi-fidelity optimization")
    criteria = {"MaxCandidates": _CANDIDATES[how], "MaxAutoMLJobRuntimeInSeconds": _MONTH, **run.criteria}
    records.change(
        run.engine, run.name, lambda record: record.update(ResolvedAttributes={"CompletionCriteria": criteria})
    )
    settings = {
        "target": run.tabular["TargetAttributeName"],
        "training": str(_channel(run, "training")),
        "validation": str(_channel(run, "validation")) if validation is not None else None,
        "validation_fraction": run.job.get("DataSplitConfig", {}).get("ValidationFraction", _VALIDATION_FRACTION),
        "problem_type": run.tabular.get("ProblemType"),
        "metric": run.job.get("AutoMLJobObjective", {}).get("MetricName"),
        "mode": how,
        "algorithms": algorithms,
        "max_candidates": criteria["MaxCandidates"],
        "seconds_per_candidate": run.criteria.get("MaxRuntimePerTrainingJobInSeconds"),
        "features": chosen.names,
        "data_types": chosen.data_types,
        "output": str(run.base / "automl"),
    }
    file = run.base / "automl.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return file


def _container(run: Run, image: Any, config: Path, progress: Progress) -> Container:
    env = credentials(run.caller, isolated=False)
    command = Command([str(config)], ["python", "-m", "autopilot"])
    return command.container(image, _HOST, run.base, env, progress.log)


def _limit(run: Run) -> float:
    return float(run.criteria.get("MaxAutoMLJobRuntimeInSeconds", _MONTH))


def _end(run: Run, outcome: Outcome) -> None:
    record = records.change(run.engine, run.name, _conclude)
    if outcome.stopped:
        life.end(run.engine, run.name, "Stopped", "Stopped")
        return
    if outcome.exit_code:
        raise AlgorithmFailure("the program that trains the candidates failed; see the job's log", outcome.exit_code)
    if "BestCandidate" not in record:
        raise _without_candidate(run, record, outcome)
    life.end(run.engine, run.name, "Completed", _secondary(run, record, outcome))


def _conclude(record: dict[str, Any]) -> None:
    """Name the best candidate, and why others failed."""
    found = candidates.best(record["_candidates"])
    if found is not None:
        explained = record.get("_explainability")
        if explained:
            found["CandidateProperties"]["CandidateArtifactLocations"] = {"Explainability": explained}
        record["BestCandidate"] = found
    reasons = [
        {"PartialFailureMessage": f"{name}: {candidate['FailureReason']}"[:1024]}
        for name, candidate in record["_candidates"].items()
        if "FailureReason" in candidate
    ]
    if reasons:
        record["PartialFailureReasons"] = reasons[:_MOST_PARTIAL_FAILURES]


def _without_candidate(run: Run, record: dict[str, Any], outcome: Outcome) -> JobFailed:
    if outcome.timed_out:
        return ClientFailure(
            f"No candidate was completed within MaxAutoMLJobRuntimeInSeconds, {_limit(run):.0f} seconds"
        )
    reasons = "; ".join(reason["PartialFailureMessage"] for reason in record.get("PartialFailureReasons", []))
    return ClientFailure(f"No candidate was completed. {reasons}")


def _secondary(run: Run, record: dict[str, Any], outcome: Outcome) -> str:
    if outcome.timed_out:
        return "MaxAutoMLJobRuntimeReached"
    reached = len(record["_candidates"]) >= run.criteria.get("MaxCandidates", _MONTH)
    return "MaxCandidatesReached" if reached else "Completed"
