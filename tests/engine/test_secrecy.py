"""No secret is in a log, an artifact, an environment or the journal, also where something prints all that it has."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from pathlib import Path

import pytest

from slipway import local
from tests.end_to_end.planted import VARIABLE, in_the_shell, plant, tempt
from tests.end_to_end.secrecy import environments, everything, leaks


@pytest.mark.specification(
    "docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager"
)
def test_what_is_printed_and_kept_holds_no_secret(tmp_path: Path) -> None:
    with in_the_shell() as shells:
        engine = local.start(tmp_path / ".slipway", port=local.free_port(), clock_factor=60)
    try:
        secrets = {"the shell's": shells, **plant(engine)}
        build = tempt(engine)
        log = dict(everything(engine))["the log /aws/codebuild/planted"].decode()
        assert build["buildStatus"] == "SUCCEEDED", log
        tokens = {path.name: path.read_text() for path in (engine.home / "container-tokens").iterdir()}
        assert tokens, "the build had an address for its role's keys"
        assert leaks(engine, secrets | tokens) == []
        places = dict(everything(engine))
        printed = places["the log /aws/codebuild/planted"].decode()
        assert "the token is ***, the password ***" in printed
        assert VARIABLE not in printed
        processes = dict(environments(engine))
        assert any("function/planted" in place for place in processes), "the function's process is looked at"
        for place, variables in processes.items():
            assert not [name for name, value in secrets.items() if value.encode() in variables], place
    finally:
        local.remove(engine.home)


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/UsingEncryption.html")
def test_a_secret_that_somebody_writes_is_found(tmp_path: Path) -> None:
    """The search itself: in an archive in an archive, and in a log."""
    engine = local.start(tmp_path / ".slipway", port=local.free_port())
    try:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("inner.gz", gzip.compress(b"the hidden word"))
        engine.client("s3").create_bucket(Bucket="hidden-words")
        engine.client("s3").put_object(Bucket="hidden-words", Key="a.zip", Body=packed.getvalue())
        logs = engine.client("logs")
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        event = {"timestamp": int(time.time() * 1000), "message": "here is the hidden word"}
        logs.put_log_events(
            logGroupName="g",
            logStreamName="s",
            logEvents=[event],
        )
        assert leaks(engine, {"it": "the hidden word"}) == ["it in the log g", "it in s3://hidden-words/a.zip/inner.gz"]
    finally:
        local.remove(engine.home)
