"""The life of a tuning job: launch trials as there is room, look at them, stop when enough was found.

docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker import jobs, tags, training
from slipway.engine.services.sagemaker.failures import JobFailed
from slipway.engine.services.sagemaker.jobs import TRAINING, TUNING
from slipway.engine.services.sagemaker.tuning import progress, ranges, trials, warm_start
from slipway.engine.services.sagemaker.tuning.bayesian import Bayesian, Search
from slipway.engine.services.sagemaker.tuning.ranges import Choice
from slipway.engine.services.sagemaker.tuning.strategies import Grid, Random, Strategy

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.services.sagemaker.containers import Containers

_LOOK_EVERY = 0.1


@dataclass
class Run:
    """One tuning job under way; `told` are the numbers of the trials whose end the strategy knows."""

    engine: Engine
    name: str
    containers: Containers
    strategy: Strategy
    deadline: float
    exhausted: bool = False
    told: set[int] = field(default_factory=set)

    @property
    def job(self) -> dict[str, Any]:
        """Its record as it is now."""
        return TUNING.find(self.engine, self.name)


def run(engine: Engine, name: str, containers: Containers) -> None:
    """Run one job to its end; JobFailed says why it failed."""
    job = TUNING.find(engine, name)
    seconds = job["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxRuntimeInSeconds", float("inf"))
    deadline = time.monotonic() + seconds
    running = Run(engine, name, containers, choose(engine, job), deadline)
    try:
        _execute(running)
    finally:
        running.strategy.close()
        if not engine.stopping.is_set():
            _stop(running, [trial for trial in trials.launched(engine, running.job) if not trials.has_ended(trial)])


def choose(engine: Engine, job: dict[str, Any]) -> Strategy:
    """The strategy that the request names, with what it knows from earlier jobs."""
    config = job["HyperParameterTuningJobConfig"]
    found = ranges.parse(config["ParameterRanges"])
    seed = config.get("RandomSeed")
    if config["Strategy"] == "Random":
        return Random(found, seed)
    if config["Strategy"] == "Grid":
        return Grid([item for item in found if isinstance(item, Choice)])
    maximize = trials.goal(job)["Type"] == "Maximize"
    most = config["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    return Bayesian(engine, Search(found, maximize, seed, most, warm_start.known(engine, job)))


def _execute(run: Run) -> None:
    while True:
        job = run.job
        launched = trials.launched(run.engine, job)
        _tell(run, job, launched)
        running = [trial for trial in launched if not trials.has_ended(trial)]
        if _is_over(run, job, launched):
            _stop(run, running)
            started = False
        else:
            started = not progress.is_hopeless(job, launched) and _launch(run, job, len(launched), len(running))
        if not running and not started:
            _finish(run, launched)
            return
        _pause(run)


def _is_over(run: Run, job: dict[str, Any], launched: list[dict[str, Any]]) -> bool:
    return run.containers.stop_requested or time.monotonic() >= run.deadline or progress.is_reached(job, launched)


def _pause(run: Run) -> None:
    """Trials are looked at again soon; while they are being stopped, too."""
    if run.containers.pause(_LOOK_EVERY):
        time.sleep(_LOOK_EVERY)


def _tell(run: Run, job: dict[str, Any], launched: list[dict[str, Any]]) -> None:
    for number, trial in enumerate(launched, 1):
        if number not in run.told and trials.has_ended(trial):
            run.strategy.tell(number, trials.objective(job, trial))
            run.told.add(number)


def _launch(run: Run, job: dict[str, Any], launched: int, running: int) -> bool:
    """Start as many trials as there is room for; whether there was one to start."""
    limits = job["HyperParameterTuningJobConfig"]["ResourceLimits"]
    room = limits["MaxParallelTrainingJobs"] - running
    left = limits.get("MaxNumberOfTrainingJobs", float("inf")) - launched
    started = 0
    while started < min(room, left) and not run.exhausted:
        number = launched + started + 1
        values = run.strategy.ask(number)
        if values is None:
            run.exhausted = True
        else:
            _start(run, job, trials.new_name(run.name, number), values)
            started += 1
    return started > 0


def _start(run: Run, job: dict[str, Any], name: str, values: dict[str, str]) -> None:
    """A training job with the tuning job's tags."""
    arn = job["HyperParameterTuningJobArn"]
    request = {**trials.request(job, name, values), "Tags": tags.listed(run.engine, arn)}
    training.start(run.engine, request, TuningJobArn=arn)
    TUNING.change(run.engine, run.name, lambda record: record["_Trials"].append(name))


def _stop(run: Run, running: list[dict[str, Any]]) -> None:
    for trial in running:
        if trial["TrainingJobStatus"] == "InProgress":
            jobs.ask_to_stop(run.engine, TRAINING, trial["TrainingJobName"])


def _finish(run: Run, launched: list[dict[str, Any]]) -> None:
    job = run.job
    found = progress.members(run.engine, job)
    TUNING.change(run.engine, run.name, lambda record: record.update(found))
    if run.containers.stop_requested:
        jobs.end(run.engine, TUNING, run.name, "Stopped")
        return
    reason = progress.failure(job, launched)
    if reason:
        raise JobFailed(reason)
    jobs.end(run.engine, TUNING, run.name, "Completed")
