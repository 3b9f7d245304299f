"""An image that AWS owns is stood in for by a module in an environment of its own, made when it is first used."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from slipway.engine import aws_images, images
from slipway.engine.aws_images import AwsImage, StandIn
from slipway.engine.errors import AccessDenied, AwsError

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html")

ACCOUNT = "683313688378"
URI = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/sagemaker-example"


class Checking:
    """A caller that notes what it is asked, and may do all but `denied`."""

    def __init__(self, denied: str = "") -> None:
        self.engine = SimpleNamespace(account="111122223333", home=Path("/nowhere"))
        self.denied = denied
        self.asked: list[tuple[str, str]] = []

    def check(self, action: str, resource: str) -> None:
        self.asked.append((action, resource))
        if action == self.denied:
            raise AccessDenied("arn:aws:iam::111122223333:role/Job", action, resource, "because it is a test")


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AwsImage:
    """An image whose module says what it was given, and whose one requirement is named but not installed."""
    (tmp_path / "said.py").write_text("import os, sys; print(sys.argv[1:], os.environ['MODE'])")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "broken.txt").write_text("no-hash-here==1.0\n")
    tags = {"1.0": "requirements.txt", "2.0": "broken.txt"}
    made = AwsImage(
        "sagemaker-example", {"us-east-1": ACCOUNT}, tags, tmp_path, "said", "example", environment={"MODE": "local"}
    )
    monkeypatch.setattr(AwsImage, "version", lambda self, tag: "1.0.2")
    monkeypatch.setattr(aws_images, "known", lambda: {made.repository: made})
    return made


def test_its_process_runs_the_module_and_the_log_says_what_it_is(image: AwsImage, tmp_path: Path) -> None:
    said: list[str] = []
    stand_in = StandIn(f"{URI}:1.0", image, "1.0", tmp_path / "environments")
    stand_in.install(said.append)
    argv, env, cwd = stand_in.command(["train"])
    ran = subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True, check=True)
    assert ran.stdout == "['train'] local\n"
    assert said[0] == "[sagemaker] this is a local stand-in of sagemaker-example:1.0, example 1.0.2"
    assert said[1] == "[sagemaker] installing example 1.0.2, the first time only"
    again: list[str] = []
    stand_in.install(again.append)
    assert again == said[:1]


@pytest.mark.parametrize("python", ["python3", "/opt/conda/bin/python", "/usr/bin/python3.10"])
def test_an_entry_point_that_is_a_python_gets_the_environments(image: AwsImage, tmp_path: Path, python: str) -> None:
    stand_in = StandIn(f"{URI}:1.0", image, "1.0", tmp_path / "environments")
    argv, _, _ = stand_in.command(["--rows", "3"], entrypoint=[python, "/opt/ml/processing/input/code/script.py"])
    assert Path(argv[0]).is_relative_to(tmp_path / "environments")
    assert argv[1:] == ["/opt/ml/processing/input/code/script.py", "--rows", "3"]


def test_what_cannot_be_installed_is_an_error_that_names_the_image(image: AwsImage, tmp_path: Path) -> None:
    said: list[str] = []
    stand_in = StandIn(f"{URI}:2.0", image, "2.0", tmp_path / "environments")
    with pytest.raises(AwsError, match=r"stand-in of the image .*sagemaker-example:2\.0 could not be installed"):
        stand_in.install(said.append)
    assert "hash" in "\n".join(said)


def test_pulling_it_needs_the_rights_of_a_pull(image: AwsImage) -> None:
    caller: Any = Checking()
    assert isinstance(images.resolve(caller, f"{URI}:1.0"), StandIn)
    arn = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/sagemaker-example"
    assert caller.asked == [
        ("ecr:GetAuthorizationToken", "*"),
        ("ecr:BatchGetImage", arn),
        ("ecr:GetDownloadUrlForLayer", arn),
    ]


@pytest.mark.parametrize("action", ["GetAuthorizationToken", "BatchGetImage", "GetDownloadUrlForLayer"])
def test_a_role_without_one_of_them_is_refused(image: AwsImage, action: str) -> None:
    caller: Any = Checking(denied=f"ecr:{action}")
    with pytest.raises(AccessDenied, match=action):
        images.resolve(caller, f"{URI}:1.0")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (f"{URI}:9.9", "no stand-in of it; it stands in for these images of AWS's: sagemaker-example: 1.0, 2.0"),
        (f"{URI}", "no stand-in of it"),
        (f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1", "no stand-in of it"),
        ("999999999999.dkr.ecr.us-east-1.amazonaws.com/sagemaker-example:1.0", f"there it is in account {ACCOUNT}"),
        (f"{ACCOUNT}.dkr.ecr.mars-north-1.amazonaws.com/sagemaker-example:1.0", "AWS has none there"),
    ],
)
def test_an_image_that_nothing_stands_in_for_is_refused_by_name(image: AwsImage, uri: str, message: str) -> None:
    caller: Any = Checking()
    with pytest.raises(AwsError, match=message) as refused:
        images.resolve(caller, uri)
    assert uri in refused.value.message
    assert not caller.asked
