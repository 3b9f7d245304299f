"""The deployment package of a function.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from slipway.engine.resource import ResourceFailed
from slipway.engine.resource_properties import picked

# "ZipFile: … The inline source, at most 4 MB."
_INLINE_BYTES = 4 * 1024 * 1024
# A zip's timestamp is part of its hash: the same source is the same code.
_ALWAYS = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def code_of(code: Mapping[str, Any]) -> dict[str, Any]:
    """The members of the API's code: a place in S3, or the package of the inline source."""
    if "ZipFile" in code:
        return {"ZipFile": _inline(code["ZipFile"])}
    if "S3Bucket" not in code or "S3Key" not in code:
        raise ResourceFailed("Please provide a source for function code.")
    return picked(code, "S3Bucket", "S3Key", "S3ObjectVersion")


def _inline(source: str) -> bytes:
    """`index.py` of the source, beside the module by which it answers CloudFormation.

    docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html
    """
    if len(source.encode()) > _INLINE_BYTES:
        raise ResourceFailed(f"ZipFile has {len(source.encode())} bytes; at most {_INLINE_BYTES} are allowed")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (("index.py", source), ("cfnresponse.py", _response_module())):
            entry = zipfile.ZipInfo(name, _ALWAYS)
            entry.external_attr = _MODE
            package.writestr(entry, content)
    return buffer.getvalue()


def _response_module() -> str:
    return (files(__package__) / "cfnresponse.py").read_text()
