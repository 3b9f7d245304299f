"""The service object, and what every operation needs: a repository by its name.

This replaces MiniStack's registry, which answers several operations otherwise than ECR (a missing image is described as
nothing, deleting a tag deletes the image).
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service
from slipway.engine.store import Record, Table

SERVICE = Service("ecr")


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
