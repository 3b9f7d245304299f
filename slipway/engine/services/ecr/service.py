"""The service object, and what every operation needs: a repository by its name.

This replaces MiniStack's registry, which answers several operations otherwise than ECR (a missing image is described as
nothing, deleting a tag deletes the image).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from slipway.engine import paging
from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service
from slipway.engine.store import Record, Table

SERVICE = Service("ecr")
# docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html (maxResults, nextToken)
_MOST = 100
_PAGED = ("maxResults", "nextToken")


def repositories(engine: Engine) -> Table:
    """Repositories by name."""
    return engine.store("ecr").table("repositories")


def images(engine: Engine, repository: str) -> Table:
    """A repository's images by digest: manifest, mediaType, tags, pushedAt."""
    return engine.store("ecr").table(f"images/{repository}")


def layer_path(engine: Engine, repository: str, digest: str) -> Path:
    """Where a layer's bytes are."""
    return engine.home / "ecr" / quote(repository, safe="") / digest.removeprefix("sha256:")


def repository_arn(call: Call) -> str:
    """For `resource=`: the ARN of the repository that the call names."""
    return call.arn(f"repository/{call.params['repositoryName']}")


def repository_of(call: Call) -> Record:
    """The repository that the call names; it must exist, in this registry."""
    name, registry = call.params["repositoryName"], call.params.get("registryId", call.account)
    record = repositories(call.engine).get(name) if registry == call.account else None
    if record is None:
        raise AwsError(
            "RepositoryNotFoundException",
            f"The repository with name '{name}' does not exist in the registry with id '{registry}'",
        )
    return record


def page(call: Call, member: str, items: Sequence[Any], named: str = "") -> dict[str, Any]:
    """The page that a request asks for; all that is `named` is on one page, for which none can be asked."""
    if named and named in call.params:
        if asked := [name for name in _PAGED if name in call.params]:
            raise AwsError("InvalidParameterException", f"{' and '.join(asked)} cannot be used with {named}")
        return {member: list(items)}
    wrong = AwsError("InvalidParameterException", "The nextToken is not one that this operation gave")
    found, token = paging.page(items, call.params.get("nextToken"), call.params.get("maxResults", _MOST), wrong)
    return {member: found, **({"nextToken": token} if token else {})}
