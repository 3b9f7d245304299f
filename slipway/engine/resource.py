"""How a CloudFormation resource type of ours is declared; `docs/engine.md` has an example."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

_ALPHABET = string.ascii_uppercase + string.digits


class Partly(str):
    """A property's text of which a part is known only once resources are made: that part reads `${Resource.Attribute}`.

    A value that is not known at all is such a text too, whatever its type will be.
    """


class ResourceFailed(Exception):
    """The resource could not be made, changed or deleted; the text is AWS's reason.

    A create that fails after the resource came into being says its `physical_id`, so that it is deleted.
    """

    def __init__(self, reason: str, *, physical_id: str = "") -> None:
        super().__init__(reason)
        self.physical_id = physical_id


@dataclass(frozen=True)
class Created:
    """What `Ref` gives (`physical_id`) and what `Fn::GetAtt` gives (`attributes`).

    Attributes that an update leaves out keep the value that they had.
    """

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ResourceCall:
    """One create, update or delete of one resource.

    A create that waits for what it makes says its physical id to `began` before: it is known then if the engine ends.
    """

    engine: Engine
    caller: Caller
    stack_name: str
    logical_id: str
    properties: dict[str, Any]
    old_properties: dict[str, Any] = field(default_factory=dict)
    physical_id: str = ""
    began: Callable[[str], None] = lambda _: None
    stack_id: str = ""
    resource_type: str = ""

    def physical_name(self, max_length: int = 63) -> str:
        """A name in CloudFormation's manner, `<stack>-<logical id>-<12 random characters>`, cut to `max_length`.

        docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
        """
        suffix = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        return f"{self.stack_name}-{self.logical_id}"[: max_length - 13] + f"-{suffix}"


@dataclass(frozen=True)
class ResourceType:
    """The three operations of a type, and which of its schema's properties they carry out.

    `update` changes in place, since replacement is the schema's business. Of the schema's top-level properties,
    `honours` names those that act here as on AWS (or are a record there too: a description, a tag), `without_effect`
    those that are accepted and do nothing here; a dotted path names a nested one. Both a property in neither and a
    dotted path in `refuses` are refused by name before anything is made.

    What depends on values is for `check`: it is given the properties as far as they are known before anything is made
    (see `Partly`), and says why the engine does not execute them, or why the service would refuse them, by the same
    function as the service's operation. So a stack makes nothing that its template shows cannot be; AWS says the latter
    only when it makes the resource.
    """

    create: Callable[[ResourceCall], Created]
    update: Callable[[ResourceCall], Created]
    delete: Callable[[ResourceCall], None]
    honours: frozenset[str] = frozenset()
    without_effect: Mapping[str, str] = field(default_factory=dict)
    refuses: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[dict[str, Any]], Iterable[str]] = lambda _: ()
