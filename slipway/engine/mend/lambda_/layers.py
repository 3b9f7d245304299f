"""Layers by their ARN: MiniStack knows them by their name only, and takes an ARN for one.

"LayerName: The name or Amazon Resource Name (ARN) of the layer."

docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html
"""

from __future__ import annotations

from slipway.engine.engine import current
from slipway.engine.errors import AwsError


def by_name(method: str, path: str) -> str:
    """The path of a request, with a layer's name in the place of its ARN.

    MiniStack reads one version of another account's layer by its ARN; nothing else can be done with such a layer here.
    """
    parts = path.split("/")
    if parts[2:3] != ["layers"] or not parts[3:] or not parts[3].startswith("arn:"):
        return path
    own, is_read = current().arn("lambda", "layer:"), method == "GET" and len(parts) == 6
    if parts[3].startswith(own):
        return "/".join([*parts[:3], parts[3].removeprefix(own), *parts[4:]])
    if is_read:
        return path
    raise AwsError(
        "InvalidParameterValueException",
        f"LayerName {parts[3]} is not of this account and region: expected a name or {own}<name>; "
        "the local engine holds no other layers",
    )
