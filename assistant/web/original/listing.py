"""The documents of a library as people look through them: searched, filtered, sorted, a page at a time.

No text is read, so that thousands of documents are listed at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.web.original.spans import anchor_of
from vectorstore.text import fold
from vectorstore.types import Document, Head, Status

ON_A_PAGE = 50
SORTS = ("date", "title")
_LONGEST = 100  # characters of what is searched for
_UNIT = re.compile(r".{2,}?(?:特别行政区|自治区|省|市)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What of the list is wanted. What is empty, or no value that the field can have, asks for nothing."""

    words: str = ""
    status: str = ""
    kind: str = ""
    region: str = ""
    year: str = ""
    sort: str = SORTS[0]

    @property
    def terms(self) -> tuple[str, ...]:
        """The words, folded for comparison; all of them must be found."""
        return tuple(fold(self.words[:_LONGEST]).split())

    @property
    def narrows(self) -> bool:
        """Whether it leaves out any document."""
        return bool(self.terms or self.status or self.kind or self.region or self.year)


def read_wish(words: str, status: str, kind: str, region: str, year: str, sort: str) -> Wish:
    """A wish from the parameters of an address, which may be anything."""
    return Wish(
        words=words[:_LONGEST].strip(),
        status=status if status in set(Status) else "",
        kind=kind[:_LONGEST],
        region=region[:_LONGEST],
        year=year if year.isascii() and year.isdecimal() and len(year) == 4 else "",
        sort=sort if sort in SORTS else SORTS[0],
    )


def find_documents(documents: Iterable[Document], wish: Wish) -> list[Document]:
    """The documents of which the whole, or one part of a compilation, is as wished; in the wished order."""
    terms = wish.terms
    found = [
        document
        for document in documents
        if any(_fits(head, wish, terms) for head in (document.head, *document.parts))
    ]
    found.sort(key=lambda document: _by_sound(document.head.title))
    if wish.sort == "date":  # the newest first, those without a date last
        found.sort(key=lambda document: str(document.head.issued_on or ""), reverse=True)
    return found


def _fits(head: Head, wish: Wish, terms: Sequence[str]) -> bool:
    if wish.status and head.status != wish.status:
        return False
    if wish.kind and head.kind != wish.kind:
        return False
    if not head.region.startswith(wish.region):
        return False
    if wish.year and (head.issued_on is None or head.issued_on.year != int(wish.year)):
        return False
    said = fold("\n".join((head.title, *head.aliases, head.number, head.issuer, head.region)))
    return all(term in said for term in terms)


def _by_sound(title: str) -> bytes:
    """Sorts as a dictionary does: in this encoding the common characters stand in the order of pinyin."""
    return title.lstrip("《“").encode("gb18030", "replace")


def regions_of(documents: Iterable[Document]) -> list[str]:
    """The regions that can be chosen, by sound; a province or city too of which there are only places."""
    regions = {head.region for document in documents for head in (document.head, *document.parts)}
    wide = {found[0] for region in regions if (found := _UNIT.match(region))}
    return sorted((regions | wide) - {""}, key=_by_sound)


def kinds_of(documents: Iterable[Document]) -> list[str]:
    """The kinds of documents (通知, 方案), by sound."""
    kinds = {head.kind for document in documents for head in (document.head, *document.parts)}
    return sorted(kinds - {""}, key=_by_sound)


def years_of(documents: Iterable[Document]) -> list[str]:
    """The years of issue, the newest first."""
    dates = (head.issued_on for document in documents for head in (document.head, *document.parts))
    return sorted({str(date.year) for date in dates if date}, reverse=True)


def dates_of(documents: Iterable[Document]) -> tuple[str, str] | None:
    """The earliest and the latest date of issue; None if no document has one."""
    dates = [document.head.issued_on for document in documents if document.head.issued_on]
    return (min(dates).isoformat(), max(dates).isoformat()) if dates else None


def part_anchors(document: Document) -> dict[int, str]:
    """Where each part of a compilation begins: its own text, or else its outline."""
    starts: dict[int, str] = {}
    for section in sorted(document.sections, key=lambda section: section.kind == "outline"):
        if section.part:
            starts.setdefault(section.part, anchor_of(section.start))
    return starts
