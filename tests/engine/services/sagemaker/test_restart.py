"""What an engine finds that follows another: endpoints serve again, jobs that were running fail by name."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from slipway import local
from tests.engine.services.sagemaker.support import BUCKET, Hosted, Sagemaker, eventually, prepare_account, start_engine
from tests.engine.services.sagemaker.test_training import finished, request

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": f"s3://{BUCKET}/capture",
    "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
}


def stop(engine: local.LocalEngine) -> None:
    """Stop in good order."""
    engine.stop()


def kill(engine: local.LocalEngine) -> None:
    """kill -9, once what MiniStack keeps is written."""
    eventually(lambda: (engine.home / "state").is_dir())
    os.kill(engine.pid, signal.SIGKILL)
    eventually(lambda: not local.is_running(engine.pid))


@pytest.mark.parametrize(("end", "captured"), [(stop, 1), (kill, 0)])
def test_endpoints_serve_again_and_running_jobs_fail_by_name(
    home: Path, end: Callable[[local.LocalEngine], None], captured: int
) -> None:
    account = Sagemaker(start_engine(home, factor=1.0))
    prepare_account(account)
    hosted = Hosted(account)
    name = hosted.serving("kept", 2, DataCaptureConfig=CAPTURE)
    pid = hosted.invoke(name)["pid"]
    job = request(HyperParameters={"sleep": "60"})
    hosted.client.create_training_job(**job)
    eventually(lambda: "training as" in account.log("/aws/sagemaker/TrainingJobs"))
    end(account.running)

    again = Sagemaker(start_engine(home))
    try:
        hosted = Hosted(again)
        found = hosted.settled(name)
        assert found["EndpointStatus"] == "InService", found.get("FailureReason")
        assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2
        assert len(again.keys(f"capture/{name}/")) == captured
        answer = hosted.invoke(name)
        assert (answer["model"], answer["pid"] != pid) == ("kept", True)
        reason = finished(again, job["TrainingJobName"])["FailureReason"]
        assert "the engine was restarted while training-job" in reason
    finally:
        again.running.stop()
