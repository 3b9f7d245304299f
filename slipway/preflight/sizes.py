"""Names, sizes and settings that CloudFormation, SageMaker, CodeCommit or Build would refuse, some in a run only.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

from collections.abc import Iterator

from slipway import install, seed, validation
from slipway.errors import BadInput
from slipway.preflight.finding import Finding, Launch, failed, ok

_MOST_BYTES = 1024 * 1024
_MOST_RESOURCES = 500


def names(asked: Launch) -> Iterator[Finding]:
    """Whether every other name can be made of the stack's."""
    try:
        install.check_name(asked.stack)
    except BadInput as error:
        yield failed("names", str(error), "`slipway launch` with another name")
    else:
        yield ok("names", f"{asked.stack} has {len(asked.stack)} of {install.MOST_CHARACTERS} characters")


def templates(asked: Launch) -> Iterator[Finding]:
    """Whether each template is small enough."""
    found = asked.settings.templates()
    too_large = [path for path, text in found.items() if len(text.encode()) > _MOST_BYTES]
    too_many = [path for path in found if asked.settings.resources(path) > _MOST_RESOURCES]
    if too_large or too_many:
        text = f"{', '.join([*too_large, *too_many])}: more than {_MOST_BYTES:,} bytes or {_MOST_RESOURCES} resources"
        yield failed("templates", text, "move resources to a nested stack")
    else:
        largest = max(found, key=lambda path: len(found[path]))
        yield ok("templates", f"{len(found)}, the largest {largest} with {len(found[largest].encode()):,} bytes")


def configuration(asked: Launch) -> Iterator[Finding]:
    """Whether Build would take the configuration."""
    try:
        validation.check(validation.files(asked.settings.root))
    except BadInput as error:
        yield failed("configuration", str(error), f"correct {validation.CONFIG}; docs/configuration.md has every field")
    else:
        yield ok("configuration", "Build takes it")


def code(asked: Launch) -> Iterator[Finding]:
    """Whether the repository can be seeded with the bundle."""
    try:
        made = seed.make(asked.settings.root)
    except BadInput as error:
        yield failed("seed", str(error), "correct that, or take the file out of the bundle: `git rm --cached FILE`")
    else:
        yield ok("seed", f"{len(made.content):,} of {seed.LIMIT_BYTES:,} bytes")
