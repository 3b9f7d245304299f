from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session

from slipway import target
from slipway.errors import BadInput
from slipway.local import EngineFailed
from slipway.target import NoAccount
from tests.slipway.stubs import Aws


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without AWS settings."""
    for name in ("PROFILE", "REGION", "DEFAULT_REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "ENDPOINT_URL"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_local_is_the_default_and_says_how_to_start_an_engine(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=f"no engine runs on {tmp_path}; start one with `slipway up`"):
        target.choose(False, tmp_path)


def test_aws_without_a_region_asks_for_one() -> None:
    with pytest.raises(NoAccount, match="--aws needs a region and none is set; give --region, or set AWS_REGION"):
        target.choose(True)


def test_aws_without_credentials_says_how_to_sign_in() -> None:
    with pytest.raises(NoAccount, match="do not work: Unable to locate credentials; sign in"):
        target.choose(True, region="eu-west-1")


def test_a_profile_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nope")
    with pytest.raises(NoAccount, match=r"cannot be used: .*nope"):
        target.choose(True, region="eu-west-1")


def test_a_region_without_aws_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--region eu-west-1 goes with --aws"):
        target.choose(False, tmp_path, "eu-west-1")


def test_another_program_gets_keys_region_and_the_engines_url(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Aws().target
    monkeypatch.setenv("AWS_PROFILE", "mine")
    variables = there.environment()
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_REGION"]) == ("AKIATEST", "us-east-1")
    assert "AWS_PROFILE" not in variables


def test_a_target_says_where_it_is(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    assert aws.target.name == "local engine at http://127.0.0.1:1"
    real = Aws(local=False)
    real.answer("sts.get_caller_identity", {"Account": "123456789012"})
    assert real.target.name == "AWS account 123456789012, region us-east-1"
    real.answer("sts.get_caller_identity", {"Account": "123456789012"})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert real.target.name == (
        "account 123456789012 at http://127.0.0.1:1, which is AWS_ENDPOINT_URL and not AWS, region us-east-1"
    )
    assert (aws.target.clock_factor, real.target.clock_factor) == (30.0, 1.0)


@pytest.mark.parametrize(("region", "said"), [("mars-1", "Could not connect"), ("mars 1", "doesn't match a supported")])
def test_a_region_that_aws_has_not_is_told_apart_from_credentials_that_do_not_work(
    region: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url=f"https://sts.{region}.amazonaws.com/")

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(URLLib3Session, "send", unreachable)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(NoAccount) as told:
        target.choose(True, region=region)
    assert str(told.value).startswith(f"--aws: AWS does not answer in region {region}: ")
    assert said in str(told.value)
    assert str(told.value).endswith(
        "; give one of its regions (`aws ec2 describe-regions --region us-east-1`), and see that this machine reaches"
        " it"
    )
