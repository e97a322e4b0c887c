"""What changed between two versions of a document: article by article, then word by word.

The units are chunks (an article, an item, a row of a table), paragraphs that were gathered into one taken
apart. Each unit is paired with the one that it shares most pairs of letters with, rare pairs counting more,
however it has been moved or numbered anew; what finds no partner was added or dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from math import log
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from vectorstore.documents.chunking import is_searched
from vectorstore.outline.families import PATTERNS
from vectorstore.outline.titles import is_date, is_signature
from vectorstore.text import fold, is_page_number
from vectorstore.types import Chunk, Document, SectionKind

# Cosine from which on two units are one that was changed: of 104 pairs from 0.4 to 0.5, in 50 statutes that
# were amended, nearly all are; of those below, few.
ALIKE = 0.4
_FEW = 3  # numbered units from which on what stands before the first is the head of the document
_SAME_NUMBER = 0.05  # what one number is worth, where several are as alike
_LEAST = 2  # letters of a unit that says anything
_ISLAND = 2  # unchanged letters between two changes that are too few to read apart
_MOST = 2_000  # units that have no equal on the other side, from which on it is no version any more
_DIMENSIONS = 4096  # that pairs of letters are hashed to: memory stays bounded whatever the texts
_FIGURE = re.compile(r"\d")
_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)


class Change(StrEnum):
    """What became of a unit."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    DROPPED = "dropped"


class Piece(NamedTuple):
    """Words of a unit, and whether both versions have them or only the one that they are of."""

    text: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A range of a document that is compared as a whole; ``chunk`` is what it is in."""

    chunk: Chunk
    start: int
    end: int

    @property
    def text(self) -> str:
        """Its words."""
        return self.chunk.text[self.start - self.chunk.start : self.end - self.chunk.start]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A unit of the older version and its partner in the newer one; one of them is None where it has none."""

    old: Unit | None
    new: Unit | None

    @property
    def unit(self) -> Unit:
        """Where the newer version has it, or else where the older had it."""
        unit = self.new or self.old
        if unit is None:
            raise ValueError("a difference has a side")
        return unit

    @property
    def change(self) -> Change:
        """What became of it. A new number or other white space alone is no change."""
        if self.old is None or self.new is None:
            return Change.ADDED if self.old is None else Change.DROPPED
        return Change.SAME if _bare(self.old.text) == _bare(self.new.text) else Change.CHANGED

    @property
    def changes_figures(self) -> bool:
        """Whether a unit was changed in its figures, its own number aside."""
        if self.change is not Change.CHANGED or self.old is None or self.new is None:
            return False
        return _figures(self.old.text) != _figures(self.new.text)

    def merged(self) -> tuple[Piece, ...]:
        """The words of both sides as one text, what was dropped before what stands there now.

        Figures are never cut, and a letter that stayed between two changes changes with them.
        """
        return tuple(_merged(*(unit.text if unit else "" for unit in (self.old, self.new))))

    def pieces(self) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """The words of the older side and of the newer, what only one of them has told apart."""
        return sides_of(self.merged())


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two documents and what differs; None where they differ in too much to be versions of anything."""

    old: Document
    new: Document
    differences: tuple[Difference, ...] | None


def sides_of(merged: Sequence[Piece]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """What is merged as the words of the older side and of the newer."""
    others = (Change.ADDED, Change.DROPPED)  # what the other side has alone
    old, new = (tuple(piece for piece in merged if piece.change is not other) for other in others)
    return old, new


def compare(old: Sequence[Chunk], new: Sequence[Chunk]) -> tuple[Difference, ...] | None:
    """All units of two versions, in the order of the newer; what was dropped behind what it followed.

    None where more units have no equal than can be compared with each other.
    """
    before, after = list(_units(old)), list(_units(new))
    partners = _equal(before, after)
    left = [place for place in range(len(before)) if place not in partners]
    taken = set(partners.values())
    right = [place for place in range(len(after)) if place not in taken]
    if max(len(left), len(right)) > _MOST:
        return None
    found = _partners([before[place] for place in left], [after[place] for place in right])
    partners |= {left[place]: right[other] for place, other in found.items()}
    return _in_order(before, after, partners)


def _in_order(
    before: Sequence[Unit], after: Sequence[Unit], partners: Mapping[int, int]
) -> tuple[Difference, ...]:
    of_new = {at: place for place, at in partners.items()}
    told: list[Difference] = []
    dropped = [place for place in range(len(before)) if place not in partners]
    following: dict[int, list[int]] = {}
    for place in dropped:
        anchor = next((partners[one] for one in range(place - 1, -1, -1) if one in partners), -1)
        following.setdefault(anchor, []).append(place)
    told += [Difference(old=before[place], new=None) for place in following.get(-1, ())]
    for at, unit in enumerate(after):
        partner = of_new.get(at)
        told.append(Difference(old=None if partner is None else before[partner], new=unit))
        told += [Difference(old=before[place], new=None) for place in following.get(at, ())]
    return tuple(told)


def _units(chunks: Sequence[Chunk]) -> Iterator[Unit]:
    """The body of a document in units: what its head says differs in any case, and is told by the heads."""
    compared = [chunk for chunk in chunks if is_searched(chunk) and chunk.kind is not SectionKind.OUTLINE]
    numbered = [chunk.start for chunk in compared if chunk.kind is not SectionKind.TEXT]
    first = min(numbered) if len(numbered) >= _FEW else 0
    for chunk in compared:
        if chunk.start < first:
            continue
        if chunk.kind is not SectionKind.TEXT:
            yield Unit(chunk=chunk, start=chunk.start, end=chunk.end)
            continue
        for line in re.finditer(r"[^\n]+", chunk.text):
            if _is_text(line.group()):
                yield Unit(chunk=chunk, start=chunk.start + line.start(), end=chunk.start + line.end())


def _is_text(line: str) -> bool:
    """Whether a line says anything that could change: who signed it, and when, is told by the head."""
    text = line.strip()
    return len(_bare(text)) >= _LEAST and not (is_page_number(text) or is_date(text) or is_signature(text))


def _bare(text: str) -> str:
    """Letters and digits without the number that a unit begins with."""
    return "".join(filter(str.isalnum, _without_number(text)))


def _without_number(text: str) -> str:
    return fold(text).strip()[len(_number(text)) :]


def _number(text: str) -> str:
    folded = fold(text).strip()
    return next((found.group() for _, pattern in PATTERNS if (found := pattern.match(folded))), "")


def _figures(text: str) -> list[str]:
    return [word for word in _WORD.findall(_without_number(text)) if _FIGURE.match(word)]


def _equal(old: Sequence[Unit], new: Sequence[Unit]) -> dict[int, int]:
    """The place in ``new`` by that in ``old`` of units of the same words, each once and in order."""
    places: dict[str, list[int]] = {}
    for place in range(len(new) - 1, -1, -1):
        places.setdefault(_bare(new[place].text), []).append(place)
    equal: dict[int, int] = {}
    for place, unit in enumerate(old):
        if same := places.get(_bare(unit.text)):
            equal[place] = same.pop()
    return equal


def _partners(old: Sequence[Unit], new: Sequence[Unit]) -> dict[int, int]:
    """The place in ``new`` by that in ``old`` of all that are one unit, the most alike first."""
    if not old or not new:
        return {}
    alike = _alike([_bare(unit.text) for unit in old], [_bare(unit.text) for unit in new])
    numbers = [_number(unit.text) for unit in new]
    for place, unit in enumerate(old):
        number = _number(unit.text)
        alike[place] += [_SAME_NUMBER * (bool(number) and number == other) for other in numbers]
    rows, columns = np.nonzero(alike >= ALIKE)
    distance = np.abs(rows / len(old) - columns / len(new))
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for at in np.lexsort((distance, -alike[rows, columns])):
        place, other = int(rows[at]), int(columns[at])
        if place not in partners and other not in taken:
            partners[place] = other
            taken.add(other)
    return partners


def _alike(old: Sequence[str], new: Sequence[str]) -> NDArray[Any]:
    """The cosines of all units with all, by their pairs of letters weighted by rarity."""
    counts = [Counter(map("".join, pairwise(text))) or Counter([text]) for text in (*old, *new)]
    seen = Counter(pair for count in counts for pair in count)
    table = np.zeros((len(counts), _DIMENSIONS), np.float32)
    for row, count in enumerate(counts):
        for pair, times in count.items():
            table[row, crc32(pair.encode()) % _DIMENSIONS] += times * log(1 + len(counts) / seen[pair])
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    return table[: len(old)] @ table[len(old) :].T


def _merged(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    dropped = added = ""
    for at, (step, a, b, c, d) in enumerate(steps):
        left, right = "".join(old[a:b]), "".join(new[c:d])
        is_island = 0 < at < len(steps) - 1 and len(left.strip()) < _ISLAND
        if step != "equal" or is_island:
            dropped, added = dropped + left, added + right
            continue
        yield from _changed(dropped, added)
        dropped = added = ""
        yield Piece(left, Change.SAME)
    yield from _changed(dropped, added)


def _changed(dropped: str, added: str) -> Iterator[Piece]:
    yield from (piece for piece in (Piece(dropped, Change.DROPPED), Piece(added, Change.ADDED)) if piece.text)
