"""config.packaged: one call packages all stacks, once for a content."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config import packaged

BUCKET = "shop-artifacts"
STACKS = ("training", "test", "production")


class Bucket:
    """Objects in memory, by key; `packages/` has what SAM CLI puts there."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {f"packages/{stack}.template": stack.encode() for stack in STACKS}
        self.refusal = "NoSuchKey"
        self.meta = SimpleNamespace(endpoint_url="https://s3.eu-west-1.amazonaws.com")

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == BUCKET
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": self.refusal}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **encryption: str) -> None:  # noqa: N803
        assert Bucket == BUCKET
        assert encryption == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}
        self.objects[Key] = Body

    @property
    def marks(self) -> list[str]:
        return [key for key in self.objects if key.startswith("packaged/")]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A bundle that waits to be packaged, and a bucket without a mark."""
    for name in ("build/bundle/cf/training.yaml", "config/sam.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a")
    made = Bucket()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARTIFACT_BUCKET", BUCKET)
    monkeypatch.setenv("KEY_ARN", "key")
    monkeypatch.setattr(packaged, "boto3", SimpleNamespace(client=lambda _: made))
    return made


def packages(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the command, which does as SAM CLI does, was run."""
    parts = {
        stack: {"Properties": {"TemplateURL": f"{bucket.meta.endpoint_url}/{BUCKET}/packages/{stack}.template"}}
        for stack in STACKS
    }
    result = Path("build/packaged.json")
    result.unlink(missing_ok=True)
    program = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"
    monkeypatch.setattr(
        sys, "argv", ["packaged", sys.executable, "-c", program, str(result), json.dumps({"Resources": parts})]
    )
    packaged.main()
    return result.exists()


def written() -> dict[str, str]:
    return {path.name: path.read_text() for path in Path("build/output").iterdir()}


def test_every_stack_is_a_part_of_one_template_and_comes_back_packaged(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packages(bucket, monkeypatch)
    parts = json.loads(Path("build/bundle/stacks.json").read_text())["Resources"]
    assert {stack: part["Properties"]["TemplateURL"] for stack, part in parts.items()} == {
        "training": "cf/training.yaml",
        "test": "cf/test.yaml",
        "production": "cf/production.yaml",
    }
    assert written() == {"training.yaml": "training", "test.yaml": "test", "production.yaml": "production"}


def test_what_was_packaged_is_not_packaged_again(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages(bucket, monkeypatch)
    expected = written()
    for name in expected:
        (Path("build/output") / name).unlink()
    assert not packages(bucket, monkeypatch)
    assert written() == expected
    (mark,) = bucket.marks
    assert f"packaged before, s3://{BUCKET}/{mark}, and is not packaged again" in capsys.readouterr().out


def test_other_code_another_sam_cli_and_another_s3_are_packaged_anew(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages(bucket, monkeypatch)
    Path("build/bundle/cf/training.yaml").write_text("b")
    assert packages(bucket, monkeypatch)
    Path("config/sam.txt").write_text("b")
    assert packages(bucket, monkeypatch)
    bucket.meta.endpoint_url = "http://127.0.0.1:4570"
    assert packages(bucket, monkeypatch)
    assert len(bucket.marks) == 4


def test_a_command_that_fails_ends_with_its_code_and_leaves_no_mark(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["packaged", sys.executable, "-c", "import sys; sys.exit(2)"])
    with pytest.raises(SystemExit) as end:
        packaged.main()
    assert (end.value.code, bucket.marks) == (2, [])


def test_a_mark_that_may_not_be_read_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.refusal = "AccessDenied"
    with pytest.raises(ClientError, match="AccessDenied"):
        packages(bucket, monkeypatch)
