"""What an engine finds that follows another: endpoints serve again, jobs that were running fail by name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from slipway import local
from tests.engine.services.sagemaker.support import BUCKET, Hosted, Sagemaker, eventually, prepare_account, start_engine
from tests.engine.services.sagemaker.test_training import finished, request


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def stopped(engine: local.LocalEngine) -> None:
    """Stop in good order."""
    engine.stop()


def killed(engine: local.LocalEngine) -> None:
    """kill -9, once what MiniStack keeps is written."""
    eventually(lambda: (engine.home / "state").is_dir())
    os.kill(engine.pid, signal.SIGKILL)
    eventually(lambda: not local.is_running(engine.pid))


@pytest.mark.parametrize("ended", [stopped, killed])
def test_endpoints_serve_again_and_running_jobs_fail_by_name(home: Path, ended: object) -> None:
    account = Sagemaker(start_engine(home))
    prepare_account(account)
    hosted = Hosted(account)
    name = hosted.serving("kept", 2)
    pid = hosted.invoke(name)["pid"]
    job = request(HyperParameters={"sleep": "60"})
    hosted.client.create_training_job(**job)
    eventually(lambda: "training as" in account.log("/aws/sagemaker/TrainingJobs"))
    ended(account.running)  # type: ignore[operator]

    again = Sagemaker(start_engine(home))
    try:
        hosted = Hosted(again)
        found = hosted.settled(name)
        assert found["EndpointStatus"] == "InService", found.get("FailureReason")
        assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2
        answer = hosted.invoke(name)
        assert (answer["model"], answer["pid"] != pid) == ("kept", True)
        reason = finished(again, job["TrainingJobName"])["FailureReason"]
        assert "the engine was restarted while training-job" in reason
        assert again.client("s3").head_bucket(Bucket=BUCKET)
    finally:
        again.running.stop()


def test_what_was_captured_is_written_when_the_engine_stops(home: Path) -> None:
    account = Sagemaker(start_engine(home, factor=1.0))
    prepare_account(account)
    hosted = Hosted(account)
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/capture",
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
    }
    name = hosted.serving("m", DataCaptureConfig=capture)
    hosted.invoke(name)
    account.running.stop()
    again = Sagemaker(start_engine(home))
    try:
        assert len(again.keys(f"capture/{name}/")) == 1
    finally:
        again.running.stop()
