"""Prints the addresses that the SageMaker Python SDK has for the images of a file like config/aws-images.json, as JSON.

It runs in the SDK's environment: `python images.py FILE`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from sagemaker.core import image_uris


def wanted(repository: str, tag: str) -> dict[str, Any]:
    """What the SDK is asked for, to find an image."""
    if repository == "sagemaker-xgboost":
        return {"framework": "xgboost", "version": tag}
    if repository in ("autogluon-training", "autogluon-inference"):
        version, _, python = tag.split("-")[:3]
        scope = repository.removeprefix("autogluon-")
        return {"framework": "autogluon", "version": version, "py_version": python, "image_scope": scope}
    raise LookupError(f"say here how the SDK is asked for {repository}")


images = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
found = {
    name: {
        region: image_uris.retrieve(
            region=region, instance_type="ml.m5.xlarge", **wanted(image["repository"], image["tag"])
        )
        for region in image["registries"]
    }
    for name, image in images.items()
}
print(json.dumps(found))
