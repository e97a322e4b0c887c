"""Where a document's words break off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from vectorstore.lines import ends_sentence
from vectorstore.outline.titles import ends_in_kind, is_date, is_signature
from vectorstore.types import Mark, Section, SectionKind

_LEAST = 12  # characters: a shorter last line may be a name or a remark that needs no full stop
_FIELD = re.compile(r"[^：:。，]{1,12}[：:]")
_SOURCE_NOTE = ("报", "送", "抄", "分", "主", "附")


def mark_truncated(text: str, sections: Sequence[Section]) -> tuple[Section, ...]:
    """Mark the innermost last section if its words break off, in a document whose others end properly."""
    leaves = [leaf for section in sections for leaf in section.walk() if not leaf.children]
    before = [leaf for leaf in leaves[:-1] if leaf.kind in (SectionKind.ITEM, SectionKind.TEXT)]
    if not leaves or not _breaks_off(text, leaves[-1]):
        return tuple(sections)
    unfinished = sum(_breaks_off(text, leaf) for leaf in before)
    return _mark_last(sections) if unfinished * 2 <= len(before) else tuple(sections)


def _mark_last(sections: Sequence[Section]) -> tuple[Section, ...]:
    *others, last = sections
    if last.children:
        return (*others, replace(last, children=_mark_last(last.children)))
    return (*others, replace(last, marks=(*last.marks, Mark.TRUNCATED)))


def _breaks_off(text: str, section: Section) -> bool:
    if section.kind is SectionKind.ROW:
        return _row_breaks_off(section)
    if section.kind not in (SectionKind.ITEM, SectionKind.TEXT, SectionKind.HEADING):
        return False
    own = text[section.start : section.end]
    line = own.rsplit("\n", 1)[-1].strip()
    if section.kind is SectionKind.HEADING and not {"\n", "。"} & set(own):
        return False  # a heading needs no full stop
    return not (
        len(line) < _LEAST
        or ends_sentence(line)
        or section.label.startswith(_SOURCE_NOTE)
        or _FIELD.match(line)
        or is_date(line)
        or is_signature(line)
        or ends_in_kind(line)
    )


def _row_breaks_off(section: Section) -> bool:
    """A row whose cells stop before its last columns, the only ones of them filled being the first."""
    filled = [bool(cell.text) for cell in section.cells]
    return len(filled) > 2 and sum(filled) * 2 < len(filled) and filled == sorted(filled, reverse=True)
