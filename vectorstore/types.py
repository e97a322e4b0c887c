"""The domain types of the library half: documents, sections, chunks, passages.

All are frozen and keyword-only. Every ``start`` and ``end`` in the product is a
half-open range of characters into ``Document.text``, which is normalised once,
when the file is read, and never again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from vectorstore.errors import Message
from vectorstore.text import years_in


class Status(StrEnum):
    """What standing a document has. Anything but ISSUED is told to the reader."""

    ISSUED = "issued"
    DRAFT = "draft for comments"
    BULLETIN = "bulletin"
    ANONYMISED = "anonymised"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"


class Mark(StrEnum):
    """What the source hides or lacks, on the narrowest span that has it."""

    REDACTED = "redacted"
    TRUNCATED = "truncated"
    OUTLINE_ONLY = "outline only"


class SectionKind(StrEnum):
    """What a section is in its document."""

    PART = "part"  # one document of a compilation
    HEADING = "heading"  # a chapter, a numbered heading, a 【column】
    ITEM = "item"  # a numbered item, an article, a ★ entry: the unit of citation
    TABLE = "table"
    ROW = "row"
    OUTLINE = "outline"  # a table of contents
    TEXT = "text"  # paragraphs under no heading of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a document says of itself, corrected by hand in the catalog.

    ``region`` is the place that the document governs, from the province down
    ("浙江省嘉兴市"); empty where neither the text nor the catalog knows.
    ``aliases`` are other names under which people ask for it.
    """

    title: str
    issuer: str = ""
    number: str = ""
    region: str = ""
    issued_on: date | None = None
    period: str = ""
    kind: str = ""
    status: Status = Status.ISSUED
    deadline: date | None = None
    superseded_by: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def years(self) -> frozenset[int]:
        """The years that it is of: when it was issued, and those of its period or, without one, its title."""
        said = years_in(self.period or self.title)
        return said | ({self.issued_on.year} if self.issued_on else set())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table row, with the name of its column. ``text`` may be empty.

    A merged cell belongs to several ``rows`` and stands in the first: for the
    others its range lies before their own. ``names`` tells the cell that tells
    its row from the others of the table.
    """

    header: str
    text: str
    start: int
    end: int
    rows: int = 1
    names: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as printed, its cells by column, its range in the document."""

    number: str
    cells: tuple[Cell, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """Words that the file marks up as a heading: their range in its text, and the level, 1 to 9."""

    start: int
    end: int
    level: int


def name_cell(cells: Sequence[Cell]) -> Cell:
    """The cell that tells a row from the others, or else its first with words."""
    filled = (cell for cell in cells if cell.text)
    return next((cell for cell in cells if cell.names and cell.text), None) or next(filled, cells[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A node of the outline. Children lie inside their parent and never overlap.

    ``part`` is 0 for the document itself and 1..n for the n-th document of a
    compilation. ``label`` is the number as printed ("（三）"), ``title`` the
    words of the heading.
    """

    kind: SectionKind
    label: str
    title: str
    start: int
    end: int
    part: int = 0
    marks: tuple[Mark, ...] = ()
    cells: tuple[Cell, ...] = ()
    children: tuple[Section, ...] = ()

    def walk(self) -> Iterator[Section]:
        """This section and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file, read and understood. ``digest`` is the SHA-256 of ``text``, hex.

    ``pages[i]`` is where page i+1 begins, empty for formats without pages;
    ``notices`` tell what the reader had to leave out.
    """

    id: str
    source: str
    text: str
    digest: str
    head: Head
    parts: tuple[Head, ...] = ()
    sections: tuple[Section, ...] = ()
    pages: tuple[int, ...] = ()
    notices: tuple[Message, ...] = ()

    def head_of(self, part: int) -> Head:
        """The head of a part: 0 is the document itself, 1..n the n-th sub-document."""
        return self.parts[part - 1] if part else self.head


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The unit of retrieval and citation: an item, a row, a paragraph.

    Guarantee: ``text == document.text[start:end]``. ``id`` is the document's id
    and the ordinal. ``path`` are the headings from the top down to this chunk;
    it goes in front of the text for embedding and is never part of it.
    """

    id: str
    document_id: str
    ordinal: int
    part: int
    kind: SectionKind
    path: tuple[str, ...]
    text: str
    start: int
    end: int
    marks: tuple[Mark, ...] = ()
    cells: tuple[Cell, ...] = ()

    @property
    def own_cells(self) -> tuple[Cell, ...]:
        """The cells of a row that have words and stand in its own text, each once."""
        inside = (c for c in self.cells if c.text and self.start <= c.start and c.end <= self.end)
        return tuple(next(same) for _, same in groupby(inside, key=lambda cell: cell.start))

    @property
    def cells_above(self) -> tuple[Cell, ...]:
        """The merged cells of a row that have words and stand above it, each once."""
        above = (cell for cell in self.cells if cell.text and cell.start < self.start)
        return tuple(next(same) for _, same in groupby(above, key=lambda cell: cell.start))

    @property
    def cells_span(self) -> tuple[int, int]:
        """From the first to the last of a row's own cells; the whole row if all are empty."""
        own = self.own_cells
        return (own[0].start, own[-1].end) if own else (self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where to search: document ids, regions, kinds (通知, 方案) and years. Empty means everywhere.

    ``within`` is a scope that holds as well: what whoever asks may see at all.
    """

    documents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    within: Scope | None = None

    def allows(self, document_id: str, head: Head) -> bool:
        """Whether a document, or a part of one with this head, is to be looked at."""
        return (
            (not self.documents or document_id in self.documents)
            and (not self.regions or any(region and region in head.region for region in self.regions))
            and (not self.kinds or head.kind in self.kinds)
            and (not self.years or not head.years.isdisjoint(self.years))
            and (self.within is None or self.within.allows(document_id, head))
        )

    def shows(self, document: Document) -> bool:
        """Whether whoever asks may see any part of a document, whatever they chose to look at."""
        heads = (document.head_of(part) for part in range(len(document.parts) + 1))
        return self.within is None or any(self.within.allows(document.id, head) for head in heads)


EVERYWHERE = Scope()


class Hit(NamedTuple):
    """An entry that one index found. ``score`` orders the hits of that search, higher is better."""

    chunk_id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A sentence or a cell of a chunk, and how near its meaning is to the question's.

    ``similarity`` is a cosine, comparable within one search only; sentences
    that the search did not reach have that of the farthest that it did.
    """

    start: int
    end: int
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chunk that retrieval found, with the head of the document that it is from.

    ``rank`` is 1..n within one search; ``score`` is for ordering only and means
    nothing across searches. ``matches`` are the chunk's sentences, or a row's
    cells, in order. ``pages`` are those of the document.
    """

    rank: int
    chunk: Chunk
    source: str
    head: Head
    score: float = 0.0
    matches: tuple[Match, ...] = ()
    pages: tuple[int, ...] = ()

    def page_of(self, offset: int) -> int | None:
        """The page, counted from 1, that a character of the document stands on; None without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None
