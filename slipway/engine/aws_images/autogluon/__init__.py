"""AWS's AutoGluon images: one environment, with the images' version of the library, for all that uses it.

`autogluon_container` is what the images' entry points do, `autopilot` the program of an AutoML job. Both run in that
environment. There is no torch in it, which would multiply its size: models that need it are not there, as in any
AutoGluon without torch, and it says so when it is asked for one.

github.com/aws/deep-learning-containers (autogluon), and the registries and versions that the SageMaker SDK lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from slipway.engine.aws_images.image import AwsImage

FOLDER: Final = Path(__file__).parent
VERSION: Final = "1.5.0"
TAG: Final = f"{VERSION}-cpu-py311"
TAGS: Final[Mapping[str, str]] = {TAG: "requirements.txt", f"{TAG}-ubuntu22.04": "requirements.txt"}
_COMMON = "763104351884"
_WITH_COMMON = (
    *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1"),
    *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
)
ACCOUNTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(_WITH_COMMON, _COMMON),
    "af-south-1": "626614931356",
    "ap-east-1": "871362719292",
    "ap-northeast-3": "364406365360",
    "ap-southeast-3": "907027046896",
    "ap-southeast-4": "457447274322",
    "ca-west-1": "204538143572",
    "eu-south-1": "692866216735",
    "il-central-1": "780543022126",
    "me-south-1": "217643126080",
}


def image(repository: str) -> AwsImage:
    """The image of one of the two repositories; what it does follows from `train` or `serve`."""
    return AwsImage(
        repository=repository,
        accounts=ACCOUNTS,
        tags=TAGS,
        folder=FOLDER,
        module="autogluon_container",
        library="autogluon-tabular",
        # Threads that wait by spinning take the machine from whatever else runs: three times as slow under load.
        environment={"OMP_WAIT_POLICY": "PASSIVE"},
    )


def uri(repository: str, region: str) -> str:
    """The address of an image in a region."""
    return f"{ACCOUNTS[region]}.dkr.ecr.{region}.amazonaws.com/{repository}:{TAG}-ubuntu22.04"
