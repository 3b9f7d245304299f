"""Shapes as XML, in answers of the Query protocol and in bodies of REST-XML requests.

docs: smithy.io/2.0/spec/protocol-traits.html#xml-bindings
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, Shape, StructureShape

from slipway.engine.wire import text

# What XML 1.0 cannot hold at all, not even escaped.
_FORBIDDEN = {code: "\ufffd" for code in (*range(32), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"}


def element(name: str, content: str) -> str:
    """One element; `content` is XML already."""
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def cleaned(document: str) -> str:
    """A document without the characters that would make it none."""
    return document.translate(_FORBIDDEN)


def escaped(value: object) -> str:
    """Text content."""
    return escape(cleaned(str(value)), {"\r": "&#13;"})


def members(shape: StructureShape, value: Mapping[str, Any]) -> str:
    """A structure's members; one that the shape lacks is an error, None is left out."""
    parts = []
    for name, item in value.items():
        if name not in shape.members:
            raise KeyError(f"{name} is not a member of {shape.name}")
        if item is not None:
            member = shape.members[name]
            parts.append(_written(member, str(member.serialization.get("name", name)), item))
    return "".join(parts)


def _written(shape: Shape, name: str, value: Any) -> str:
    if isinstance(shape, StructureShape):
        return element(name, members(shape, value))
    if isinstance(shape, ListShape):
        return _list(shape, name, value)
    if isinstance(shape, MapShape):
        return _map(shape, name, value)
    return element(name, escaped(_scalar(shape, value)))


def _list(shape: ListShape, name: str, value: Any) -> str:
    item = shape.member.serialization.get("name")
    if shape.serialization.get("flattened"):
        return "".join(_written(shape.member, str(item or name), each) for each in value)
    return element(name, "".join(_written(shape.member, str(item or "member"), each) for each in value))


def _map(shape: MapShape, name: str, value: Mapping[str, Any]) -> str:
    key, item = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    pairs = [_written(shape.key, key, each) + _written(shape.value, item, value[each]) for each in value]
    if shape.serialization.get("flattened"):
        return "".join(element(name, pair) for pair in pairs)
    return element(name, "".join(element("entry", pair) for pair in pairs))


def _scalar(shape: Shape, value: Any) -> str:
    if shape.type_name == "boolean":
        return "true" if value else "false"
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def tree(shape: Shape, node: ElementTree.Element) -> Any:
    """An element's value by its names on the wire, typed as the shape says; namespaces do not matter."""
    if isinstance(shape, StructureShape):
        return _structure(shape, node)
    if isinstance(shape, ListShape):
        return [tree(shape.member, child) for child in node]
    if isinstance(shape, MapShape):
        return {str(entry[0].text): tree(shape.value, entry[1]) for entry in node if len(entry) > 1}
    return text.value(shape, node.text or "")


def _structure(shape: StructureShape, node: ElementTree.Element) -> dict[str, Any]:
    known = {str(member.serialization.get("name", name)): member for name, member in shape.members.items()}
    attributes = {local(name): value for name, value in node.attrib.items()}
    written = [name for name, member in known.items() if member.serialization.get("xmlAttribute")]
    values: dict[str, Any] = {name: attributes[local(name)] for name in written if local(name) in attributes}
    for child in node:
        name = local(child.tag)
        member = known.get(name)
        if member is None:
            values[name] = child.text
        elif isinstance(member, ListShape) and member.serialization.get("flattened"):
            values.setdefault(name, []).append(tree(member.member, child))
        else:
            values[name] = tree(member, child)
    return values


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2].rpartition(":")[2]
