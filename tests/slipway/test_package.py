from __future__ import annotations

from pathlib import Path

import pytest

from slipway import package
from slipway.errors import BadInput
from slipway.package import PackageFailed
from slipway.seed import Seed
from tests.slipway.stubs import Aws

SEED = Seed(b"zip", "0123456789abcdef")
BUCKET = "slipway-launch-111122223333-us-east-1"


def sam(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SAM CLI that does what the script says."""
    program = folder / "sam"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(package, "sam", lambda: str(program))


def test_seed_and_packaged_template_are_uploaded_to_the_accounts_bucket(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam(tmp_path, "echo Uploading; echo 'AWSTemplateFormatVersion: 2010-09-09'", monkeypatch)
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    aws.answer("s3.head_bucket", {}, {"Bucket": BUCKET, "ExpectedBucketOwner": "111122223333"})
    aws.answer("s3.put_object", {}, {"Bucket": BUCKET, "Key": "seeds/0123456789abcdef.zip", "Body": b"zip"})
    template = {"Bucket": BUCKET, "Key": "templates/0123456789abcdef/template.yaml"}
    aws.answer("s3.put_object", {}, {**template, "Body": b"AWSTemplateFormatVersion: 2010-09-09\n"})
    made = package.package(aws.target, tmp_path, SEED)
    assert made.template_url == f"http://127.0.0.1:1/{BUCKET}/templates/0123456789abcdef/template.yaml"
    assert (made.bucket, made.seed_key) == (BUCKET, "seeds/0123456789abcdef.zip")


def test_the_bucket_is_made_private_where_there_is_none(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam(tmp_path, "echo 'AWSTemplateFormatVersion: 2010-09-09'", monkeypatch)
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    aws.refuse("s3.head_bucket", "404", "Not Found")
    aws.answer("s3.create_bucket", {}, {"Bucket": BUCKET})
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    request = {"Bucket": BUCKET, "PublicAccessBlockConfiguration": dict.fromkeys(blocked, True)}
    aws.answer("s3.put_public_access_block", {}, request)
    aws.answer("s3.put_object", {})
    aws.answer("s3.put_object", {})
    package.package(aws.target, tmp_path, SEED)


def test_somebody_elses_bucket_is_told(aws: Aws, tmp_path: Path) -> None:
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    aws.refuse("s3.head_bucket", "403", "Forbidden")
    with pytest.raises(PackageFailed, match=f"bucket {BUCKET} cannot be used: .*Forbidden; it is another account's"):
        package.package(aws.target, tmp_path, SEED)


def test_what_sam_complains_about_is_told(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sam(tmp_path, "echo 'cf/storage.yaml is not there' >&2; exit 1", monkeypatch)
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    aws.answer("s3.head_bucket", {})
    aws.answer("s3.put_object", {})
    with pytest.raises(PackageFailed, match=r"sam package .* failed:\ncf/storage\.yaml is not there"):
        package.package(aws.target, tmp_path, SEED)


def test_without_sam_it_says_what_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(package.sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="SAM CLI is not installed; `make setup` installs it"):
        package.sam()
