"""config.tested: the bundle's tests run once for a content, whichever configuration it has."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from config import tested

BUCKET = "shop-artifacts"


class Bucket:
    """Objects in memory, by key."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.refusal = "404"

    def head_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        assert Bucket == BUCKET
        if Key not in self.keys:
            raise ClientError({"Error": {"Code": self.refusal}}, "HeadObject")

    def put_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        assert Bucket == BUCKET
        self.keys.append(Key)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A checkout with one file of everything, and a bucket without a mark."""
    for name in ("config/ml-pipeline.json", "jobs/train.py", "build/output/test.yaml", ".venv/bin/tool"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a")
    made = Bucket()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARTIFACT_BUCKET", BUCKET)
    monkeypatch.setattr(tested, "boto3", SimpleNamespace(client=lambda _: made))
    return made


def runs(monkeypatch: pytest.MonkeyPatch, code: int = 0) -> bool:
    """Whether a command that leaves with `code` was run."""
    note = Path("build/ran")
    note.unlink(missing_ok=True)
    program = f"import sys; open({str(note)!r}, 'w').close(); sys.exit({code})"
    monkeypatch.setattr(sys, "argv", ["tested", sys.executable, "-c", program])
    try:
        tested.main()
    except SystemExit as end:
        assert end.code == code
    return note.exists()


def test_what_passed_is_not_run_again_on_the_same_content(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs(monkeypatch)
    assert not runs(monkeypatch)
    (key,) = bucket.keys
    assert key.startswith("tested/")
    assert f"passed before on this content, s3://{BUCKET}/{key}; not run again" in capsys.readouterr().out


def test_what_failed_is_run_again_and_leaves_no_mark(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runs(monkeypatch, code=2)
    assert bucket.keys == []
    assert runs(monkeypatch, code=2)


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("name", ["config/ml-pipeline.json", "build/output/test.yaml", ".venv/bin/tool"])
def test_the_configuration_and_what_a_build_makes_are_no_part_of_the_content(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    runs(monkeypatch)
    Path(name).write_text("b")
    assert not runs(monkeypatch)


@pytest.mark.usefixtures("bucket")
def test_another_file_another_name_and_another_python_are_another_content(monkeypatch: pytest.MonkeyPatch) -> None:
    runs(monkeypatch)
    Path("jobs/train.py").write_text("b")
    assert runs(monkeypatch)
    Path("jobs/train.py").rename("jobs/learn.py")
    assert runs(monkeypatch)
    monkeypatch.setattr(sys, "version", "4.0")
    assert runs(monkeypatch)


def test_a_mark_that_may_not_be_read_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.refusal = "403"
    with pytest.raises(ClientError, match="403"):
        runs(monkeypatch)
