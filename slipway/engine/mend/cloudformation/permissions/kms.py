"""KMS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html."""

from __future__ import annotations

from collections.abc import Iterator

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, Rule, always


def _key(change: Change) -> str:
    return change.arn("kms", f"key/{change.physical_id or '*'}")


def _create(change: Change) -> Iterator[Need]:
    yield Need("kms:CreateKey")
    if change.get("Tags"):
        yield Need("kms:TagResource")


def _update(change: Change) -> Iterator[Need]:
    for names, action in (
        (("KeyPolicy",), "kms:PutKeyPolicy"),
        (("Description",), "kms:UpdateKeyDescription"),
        (("Tags",), "kms:TagResource"),
    ):
        if change.changed(*names):
            yield Need(action, _key(change))
    if change.changed("EnableKeyRotation"):
        on = str(change.get("EnableKeyRotation")).lower() == "true"
        yield Need("kms:EnableKeyRotation" if on else "kms:DisableKeyRotation", _key(change))
    if change.changed("Enabled"):
        on = str(change.get("Enabled")).lower() != "false"
        yield Need("kms:EnableKey" if on else "kms:DisableKey", _key(change))


def _on_alias_and_key(action: str) -> Rule:
    def rule(change: Change) -> Iterator[Need]:
        """Both the alias and the key have to allow it."""
        plain = Change("", "", "", {})
        yield Need(action, plain.arn("kms", str(change.get("AliasName"))))
        target = str(change.get("TargetKeyId"))
        yield Need(action, target if target.startswith("arn:") else plain.arn("kms", f"key/{target}"))

    return rule


PERMISSIONS = {
    "AWS::KMS::Key": Permissions(_create, _update, always("kms:ScheduleKeyDeletion", _key)),
    "AWS::KMS::Alias": Permissions(
        _on_alias_and_key("kms:CreateAlias"), _on_alias_and_key("kms:UpdateAlias"), _on_alias_and_key("kms:DeleteAlias")
    ),
}
