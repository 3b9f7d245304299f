"""The Train step: the algorithm that the hyperparameter `algorithm` names learns from what Prepare left.

A SageMaker training job (docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html). Channels
`train`, `validation` and `encoder`; writes the model's files, `model.json` and `encoder.json` to /opt/ml/model.
SIGTERM, by which SageMaker stops a job and takes a spot instance away, lets the algorithm end with the model so far. Of
several hosts the first one alone writes the model.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable

from jobs import algorithms, cluster, hyperparameters, model, paths
from jobs import encoder as encoders
from jobs.algorithms import Algorithm
from jobs.channels import Channels
from jobs.errors import JobError
from jobs.training import Job, Trained


def main() -> None:
    """Run the job."""
    name, given = hyperparameters.read(paths.hyperparameters())
    algorithm = algorithms.find(name)
    hosts = cluster.load(paths.resource_config())
    if not hosts.alone and not algorithm.SEVERAL_INSTANCES:
        raise JobError(f"expected InstanceCount 1, found {len(hosts.hosts)}; {name} trains on one instance")
    chosen = hyperparameters.parse(given, algorithm.HYPERPARAMETERS)
    encoder = encoders.load(paths.channel("encoder"))
    job = Job(encoder, chosen, Channels(encoder, hosts), hosts, _stop_on_sigterm())
    trained = _trained(algorithm, name, job)
    if hosts.leads:
        _save(trained, name, algorithm, job)


def _trained(algorithm: Algorithm, name: str, job: Job) -> Trained:
    try:
        return algorithm.train(job)
    except ModuleNotFoundError as error:
        raise JobError(
            f"{name} trains with the package {error.name}, which this image lacks; Build installs what"
            f" jobs/algorithms/{name}.txt lists when train.algorithm is {name}"
        ) from error


def _save(trained: Trained, name: str, algorithm: Algorithm, job: Job) -> None:
    folder = paths.model()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(paths.channel("encoder") / encoders.FILE, folder / encoders.FILE)
    description = {
        "algorithm": trained.version,
        "module": name,
        "hyperparameters": job.chosen.values,
        "rounds": trained.rounds,
        "stopped": trained.stopped,
        "rows": job.channels.rows_of,
        "metrics": trained.metrics,
        "importance": trained.model.importance(job.encoder),
        "importanceNote": algorithm.IMPORTANCE,
    }
    model.save(trained.model, description, folder)


def _stop_on_sigterm() -> Callable[[], bool]:
    """Note a SIGTERM; SageMaker leaves 120 seconds after it.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html
    """
    received: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: received.append(number))
    return lambda: bool(received)
