"""Opening the zip packages that office formats are, and the XML in them, without trusting either."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile, ZipInfo

from lxml import etree

from vectorstore.readers.refusals import damaged, encrypted, suspicious, too_deep

MOST_MEMBERS = 5_000
LARGEST_MEMBER = 100_000_000  # bytes, unpacked
LARGEST_PACKAGE = 300_000_000
_SUSPECT_RATIO = 200  # XML of offices packs to a twentieth, of large sheets to a hundredth
_SUSPECT_SIZE = 10_000_000  # smaller members may pack as well as they like
NO_REASON = "unknown error"  # what lxml says where libxml2 had no memory left even for a reason
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)

Element = Any  # lxml's, which ships no types


def check_sizes(members: list[ZipInfo], name: str) -> None:
    """Raise UnreadableFile for what unfolds to far more than it is."""
    total = 0
    for member in members:
        total += member.file_size
        inflated = member.file_size > _SUSPECT_RATIO * max(member.compress_size, 1)
        if member.file_size > LARGEST_MEMBER or (inflated and member.file_size > _SUSPECT_SIZE):
            raise _bomb(name)
    if len(members) > MOST_MEMBERS or total > LARGEST_PACKAGE:
        raise _bomb(name)


def _bomb(name: str) -> Exception:
    return suspicious(name, "解压后异常庞大", "it unfolds to an enormous size")


@dataclass(frozen=True, slots=True)
class Relation:
    """A link of a part to another part of the package: ``kind`` is the last word of its type."""

    id: str
    kind: str
    target: str


class Package:
    """A zip of XML parts. Part names are compared without case, as the formats ask.

    Opening it raises UnreadableFile for sizes beyond reason, encrypted parts, and any
    XML with a document type, which no office program writes.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._zip = ZipFile(path)
        check_sizes(self._zip.infolist(), self.name)
        self._members = {_key(member.filename): member for member in self._zip.infolist()}
        for member in self._members.values():
            if member.flag_bits & 1:
                raise encrypted(self.name)
        self._refuse_doctypes()

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def read(self, part: str) -> bytes:
        """The bytes of a part. Raises UnreadableFile if there is none."""
        member = self._members.get(_key(part))
        if member is None:
            raise damaged(self.name)
        return self._zip.read(member)

    def xml(self, part: str) -> Element:
        """The root element of a part."""
        return parse_xml(self.read(part), self.name)

    def relations(self, part: str) -> Iterator[Relation]:
        """What a part points to inside of the package, in order; the package itself is part ""."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", name + ".rels")
        for relation in self.xml(relations) if relations in self else ():
            target = posixpath.normpath(posixpath.join(folder, unquote(relation.get("Target", ""))))
            if relation.get("TargetMode") != "External":
                kind = relation.get("Type", "").rpartition("/")[2]
                yield Relation(relation.get("Id", ""), kind, target)

    def related(self, part: str, kind: str) -> str:
        """The part that ``part`` names as its ``kind`` ("styles"), or "" if there is none."""
        found = (relation.target for relation in self.relations(part) if relation.kind == kind)
        return next((target for target in found if target in self), "")

    def _refuse_doctypes(self) -> None:
        for key, member in self._members.items():
            if key.endswith((".xml", ".rels")):
                with self._zip.open(member) as part:
                    if _DOCTYPE.search(part.read(2_000).replace(b"\0", b"")):
                        raise _with_doctype(self.name)


def parse_xml(data: bytes, name: str) -> Element:
    """The root of an XML document; entities and networks stay untouched. Raises UnreadableFile."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise too_deep(name) from error
        if NO_REASON in str(error):
            raise MemoryError from error
        raise damaged(name) from error
    if root.getroottree().docinfo.doctype:
        raise _with_doctype(name)
    return root


def local(element: Element) -> str:
    """An element's name without its namespace, which differs between editions of a format."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str, default: str = "") -> str:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return default


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that name without namespace, or None."""
    if element is None:
        return None
    return next((inner for inner in element if local(inner) == name), None)


def _key(part: str) -> str:
    return part.replace("\\", "/").removeprefix("/").lower()


def _with_doctype(name: str) -> Exception:
    return suspicious(name, "含有 XML 实体定义", "it defines XML entities")
