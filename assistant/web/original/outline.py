"""The outline of a document as a page shows it: a tree of links, open where the cited passage stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.web.original.spans import Range, anchor_of
from vectorstore.errors import Language, Message
from vectorstore.types import Section, SectionKind

_CONTENTS = Message("目录", "Contents")
_CONTENTS_OF = Message("{}（目录）", "{} (contents)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the outline. ``here``: the cited passage begins in it, perhaps further down in the tree."""

    name: str
    anchor: str
    here: bool = False
    children: tuple[Entry, ...] = ()


def outline_entries(
    sections: tuple[Section, ...], cited: Range | None, language: Language
) -> tuple[Entry, ...]:
    """The sections that have a name, as a tree.

    What has none, or that of what it stands in, gives its place to its children.
    """
    entries: list[Entry] = []
    for section in sections:
        name = _name(section, language)
        children = tuple(
            entry
            for child in outline_entries(section.children, cited, language)
            for entry in (child.children if child.name == name else (child,))
        )
        if not name:
            entries.extend(children)
            continue
        here = cited is not None and section.start <= cited[0] < section.end
        entries.append(Entry(name=name, anchor=anchor_of(section.start), here=here, children=children))
    return tuple(entries)


def path_here(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The names over the cited passage, from the top down; nothing where none is cited."""
    here = next((entry for entry in entries if entry.here), None)
    return (here.name, *path_here(here.children)) if here else ()


def _name(section: Section, language: Language) -> str:
    if section.kind is SectionKind.ROW:
        return ""
    space = " " if section.label[-1:].isalnum() else ""
    name = f"{section.label}{space}{section.title}".strip()
    if section.kind is SectionKind.OUTLINE:
        return (_CONTENTS_OF if name else _CONTENTS).in_language(language).format(name)
    return name
