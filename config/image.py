"""`python -m config.image`: build and push the job image, unless this content was pushed before.

The tag is the hash of what is in `jobs/`, and tags are immutable, so an image that is there is the right one. An
algorithm whose training needs packages of its own, listed in `jobs/algorithms/<name>.txt`, has an image of its own.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

from config.validate import RESOLVED
from config.versions import content_hash, files

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

JOBS: Final = Path("jobs")
CONTEXT: Final = Path("build/image")
RESULT: Final = Path("build/image.txt")


def main() -> None:
    """Write `<repository>@<digest>` of the image of this content to `build/image.txt`."""
    repository = os.environ["IMAGE_REPOSITORY_URI"]
    requirements = _requirements(json.loads(RESOLVED.read_text(encoding="utf-8"))["config"]["train"])
    tag = f"{content_hash(JOBS)[:32]}{f'-{requirements.stem}' if requirements else ''}"
    ecr = boto3.client("ecr")
    digest = _digest(ecr, repository, tag)
    if digest is None:
        _push(ecr, f"{repository}:{tag}", requirements)
        digest = _digest(ecr, repository, tag)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(f"{repository}@{digest}\n", encoding="utf-8")
    print(f"job image {repository}@{digest} ({tag})")


def _requirements(train: dict[str, Any]) -> Path | None:
    """The packages of an algorithm that needs more than every image has, as a path in `jobs/`."""
    found = Path("algorithms", f"{train['algorithm']}.txt")
    return found if train["engine"] == "container" and (JOBS / found).is_file() else None


def _digest(ecr: ECRClient, repository: str, tag: str) -> str | None:
    """The digest of a tag, None without one; https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html."""
    try:
        found = ecr.describe_images(repositoryName=repository.partition("/")[2], imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ImageNotFoundException":
            raise
        return None
    return found["imageDetails"][0]["imageDigest"]


def _push(ecr: ECRClient, image: str, requirements: Path | None) -> None:
    _log_in(ecr)
    _copy_context()
    # SageMaker takes no image index, which is what Docker makes of an image with a provenance attestation.
    arguments = ["--build-arg", f"REQUIREMENTS={requirements.as_posix()}"] if requirements else []
    _docker("build", "--platform", "linux/amd64", "--provenance=false", *arguments, "--tag", image, str(CONTEXT))
    _docker("push", image)


def _log_in(ecr: ECRClient) -> None:
    authorization = ecr.get_authorization_token()["authorizationData"][0]
    user, _, password = base64.b64decode(authorization["authorizationToken"]).decode().partition(":")
    _docker("login", "--username", user, "--password-stdin", authorization["proxyEndpoint"], stdin=password)


def _copy_context() -> None:
    """The content alone, so that a cache that a test leaves in `jobs/` meanwhile does not get into the image."""
    shutil.rmtree(CONTEXT, ignore_errors=True)
    for path in files(JOBS):
        target = CONTEXT / path.relative_to(JOBS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


def _docker(*arguments: str, stdin: str | None = None) -> None:
    subprocess.run(["docker", *arguments], input=stdin, text=True, check=True)


if __name__ == "__main__":
    main()
