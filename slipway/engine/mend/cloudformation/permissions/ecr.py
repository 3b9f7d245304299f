"""ECR: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always


def _repository(change: Change) -> str:
    return change.arn("ecr", f"repository/{change.name('RepositoryName', 256).lower()}")


def _configure(change: Change) -> Iterator[Need]:
    for name, put, remove in (
        ("LifecyclePolicy", "ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy"),
        ("RepositoryPolicyText", "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy"),
    ):
        if change.changed(name):
            yield Need(put if change.get(name) else remove, _repository(change))
    if change.changed("Tags"):
        yield Need("ecr:TagResource", _repository(change))


def _create(change: Change) -> Iterator[Need]:
    yield Need("ecr:CreateRepository", _repository(change))
    yield from _configure(change)


def _update(change: Change) -> Iterator[Need]:
    yield from _configure(change)
    if change.changed("ImageScanningConfiguration"):
        yield Need("ecr:PutImageScanningConfiguration", _repository(change))
    if change.changed("ImageTagMutability"):
        yield Need("ecr:PutImageTagMutability", _repository(change))


PERMISSIONS = {"AWS::ECR::Repository": Permissions(_create, _update, always("ecr:DeleteRepository", _repository))}
