"""Transform and tuning jobs whose engine was killed fail by name, and leave no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from slipway import local
from tests.engine.services.sagemaker.support import Sagemaker, eventually, prepare_account, start_engine
from tests.engine.services.sagemaker.test_restart import kill
from tests.engine.services.sagemaker.transform.test_transform import Batch
from tests.engine.services.sagemaker.tuning.test_tuning import Tuning

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeHyperParameterTuningJob.html"
)


def test_jobs_that_were_running_fail_by_name(tmp_path: Path) -> None:
    account = Sagemaker(start_engine(tmp_path / "home"))
    prepare_account(account)
    batch, tuning = Batch(account), Tuning(account)
    batch.put("one.csv", "sleep=60")
    wanted = batch.request(batch.model())
    name = wanted["TransformJobName"]
    batch.client.create_transform_job(**wanted)
    tuned = tuning.start(most=1, config={"Strategy": "Bayesian"}, static={"mode": "sleep"})
    eventually(lambda: "TransformStartTime" in batch.client.describe_transform_job(TransformJobName=name))
    eventually(lambda: "score=0.5" in account.log("/aws/sagemaker/TrainingJobs"), 60)
    optimizer = optimizers(tmp_path)
    assert len(optimizer) == 1
    kill(account.running)

    again = Sagemaker(start_engine(tmp_path / "home"))
    try:
        job = Batch(again).finished(name)
        assert f"the engine was restarted while transform-job {name} ran; start it again" in job["FailureReason"]
        job = Tuning(again).finished(tuned)
        assert f"while hyper-parameter-tuning-job {tuned} ran" in job["FailureReason"]
        assert job["TrainingJobStatusCounters"]["RetryableError"] == 1
        assert Tuning(again).trials(job)[0]["ObjectiveStatus"] == "Failed"
        eventually(lambda: not any(local.is_running(pid) for pid in optimizer))
    finally:
        again.running.stop()


def test_an_optimizer_that_is_killed_fails_the_job_and_stops_its_trials(sagemaker: Sagemaker) -> None:
    tuning = Tuning(sagemaker)
    ranges = {"CategoricalParameterRanges": [{"Name": "mode", "Values": ["sleep", "good"]}]}
    name = tuning.start(most=9, parallel=4, config={"Strategy": "Bayesian", "ParameterRanges": ranges})
    eventually(lambda: tuning.describe(name)["TrainingJobStatusCounters"]["InProgress"] > 0)
    for pid in optimizers(sagemaker.running.home):
        os.kill(pid, signal.SIGKILL)
    job = tuning.finished(name)
    assert job["FailureReason"] == "InternalServerError: the optimizer ended with exit code -9"
    eventually(lambda: tuning.describe(name)["TrainingJobStatusCounters"]["InProgress"] == 0)
    assert tuning.describe(name)["TrainingJobStatusCounters"]["Stopped"] > 0


def optimizers(folder: Path) -> list[int]:
    """The processes that run the optimizer of an environment below `folder`."""
    listed = subprocess.run(["ps", "-axwwo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in listed.splitlines()]
    return [int(words[0]) for words in lines if words[1].startswith(str(folder)) and words[-1].endswith("optimizer")]
