"""The images that AWS keeps for its algorithms and frameworks: a registry a region, in `aws-images.json`.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("aws-images.json")


class ImageNotInRegion(ValueError):
    """AWS's image is not known for this region."""


def uri(name: str, region: str) -> str:
    """The address of AWS's image `name` in `region`, or ImageNotInRegion with the regions that are known."""
    image = json.loads(FILE.read_text(encoding="utf-8"))[name]
    registry = image["registries"].get(region)
    if registry is None:
        raise ImageNotInRegion(
            f"expected a region that {FILE.name} knows AWS's {name} image for ({', '.join(image['registries'])}), "
            f"found {region}; add its registry there, or train with the engine container"
        )
    # verify:skip=place-url-suffix: the registries that the file knows are all of one partition
    return f"{registry}.dkr.ecr.{region}.amazonaws.com/{image['repository']}:{image['tag']}"
