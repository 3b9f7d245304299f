"""No partition, region, account or URL suffix is written out: the bundle runs where it is launched.

Templates have a rule for that, `config/rules/places_by_reference.py`, which does not know URLs. Here is the rest:
those, the definitions, and the Python of functions, jobs and Build. Addresses of documentation are for people, and
names of service principals are the same in every partition.

docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from slipway.verify.bundle import Bundle
from slipway.verify.finding import Finding
from slipway.verify.source import Source

_LITERALS: Final = {
    "partition": re.compile(r"\barn:aws[a-z-]*:"),
    "account": re.compile(r"(?<![\w.-])\d{12}(?![\w.-])"),
    "region": re.compile(
        r"\b(us|eu|ap|sa|ca|me|af|il|mx|cn)(-gov|-iso[a-z]?)?-(north|south|east|west|central)[a-z]*-\d\b"
    ),
    # With something before the service it is a host; alone, as in `lambda.amazonaws.com`, a principal.
    "URL suffix": re.compile(r"[\w}]\.[\w${}:-]+\.amazonaws\.com|console\.aws\.amazon\.com|//\w+\.amazonaws\.com"),
}
_DOCUMENTATION: Final = re.compile(r"https?://docs\.aws\.amazon\.com\S*|docs\.aws\.amazon\.com\S*")


def findings(bundle: Bundle) -> list[Finding]:
    """Every place that is written out."""
    found = [each for template in bundle.templates for each in _urls(template)]
    for path in sorted(bundle.root.glob("cf/*.json")):
        found += _text(Source.read(bundle.root, path.relative_to(bundle.root).as_posix()))
    for name in bundle.code:
        found += _python(Source.read(bundle.root, name))
    return found


def _urls(template: Source) -> Iterator[Finding]:
    """What the rule for templates does not look for; comments are for people."""
    for number, line in enumerate(template.lines, 1):
        yield from _in(template.path, number, line.partition("# ")[0], ("URL suffix",))


def _text(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, 1):
        yield from _in(source.path, number, line, tuple(_LITERALS))


def _python(source: Source) -> Iterator[Finding]:
    """The texts of a module, without what documents it; what is put into a text stands there as `{}`."""
    passed: set[int] = set()
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.Expr):
            passed.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            passed.update(id(part) for part in node.values)
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield from _in(source.path, node.lineno, text, tuple(_LITERALS))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield from _in(source.path, node.lineno, node.value, tuple(_LITERALS))


def _in(path: str, line: int, text: str, kinds: tuple[str, ...]) -> Iterator[Finding]:
    readable = _DOCUMENTATION.sub("", text)
    for kind in kinds:
        found = _LITERALS[kind].search(readable)
        if found:
            message = f"{found.group()} is a literal {kind}; it is another where the bundle is launched elsewhere"
            yield Finding(path, line, f"place-{kind.replace(' ', '-').lower()}", message)
