"""The passages for a question that stands on its own, in the order of how well what they say answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.reading.read import Reader, Reading
from assistant.types import StandAlone
from vectorstore.mentions.named import Mentions
from vectorstore.mentions.row_selection import Selection
from vectorstore.places import own_name
from vectorstore.search.searcher import Searcher
from vectorstore.types import Passage, Scope

_READ = 20  # passages that are read to find the best of them
CLOSELY = 4  # of them that the cross-encoder reads, where there is time
_LEAST_TO_READ_CLOSELY = 1.0  # seconds before an answer is due
_FEW_WAITING = 4  # questions; each that waits beyond them is one passage less that is read closely
_EACH = 6  # passages for each thing that a comparison names


@dataclass(frozen=True, slots=True)
class Found:
    """What a library has for a question: what the question names, the rows that it selects, and passages.

    ``reading`` is what all passages that were read say to it, so many of them read ``closely`` at most.
    """

    mentions: Mentions
    selection: Selection | None
    passages: tuple[Passage, ...]
    reading: Reading
    closely: int

    @property
    def none(self) -> float:
        """The probability that nothing answers of what the question may mean."""
        return self.reading.among(not_of_others(self.passages, self.mentions)).none


def find(
    asked: StandAlone, scope: Scope, searcher: Searcher, reader: Reader, limit: int, closely: int = CLOSELY
) -> Found:
    """At most ``limit`` passages, or some for each of several things that the question names.

    Each of those keeps its turns, selected rows stand first, and what a rerank endpoint has put in order
    stays so; the reading orders all else.
    """
    mentions = searcher.read_mentions(asked.text, scope)
    selection = searcher.select_rows(asked.text, mentions, scope)
    passages = searcher.search(
        asked.text, scope=scope, limit=max(limit, _READ), each=_EACH, around=asked.around
    )
    reading = reader.read(asked.focus, passages, searcher.weight, asked.context, closely=closely)
    if len(mentions.groups) > 1 or selection or searcher.is_reranked:
        kept = passages if len(mentions.groups) > 1 or selection else passages[:limit]
        return Found(mentions, selection, kept, reading, closely)
    best = (replace(passage, rank=rank) for rank, passage in enumerate(reading.passages[:limit], start=1))
    return Found(mentions, selection, tuple(best), reading, closely)


def at_home(asked: StandAlone, found: Found, scope: Scope, searcher: Searcher) -> StandAlone | None:
    """The question as if it named the place of whoever asks, or the nearest around it that has documents.

    None where it names a place, a document or a number itself, or there is no such place.
    """
    named = found.mentions
    if not asked.near or named.places or named.certain or named.unknown:
        return None
    home = own_name(searcher.holdings.home_of(asked.near, scope))
    return replace(asked, text=f"{home}{asked.text}", focus=f"{home}{asked.focus}") if home else None


def how_closely(seconds: float, waiting: int) -> int:
    """How many passages are read closely, with so much time left and so many others waiting."""
    if seconds < _LEAST_TO_READ_CLOSELY:
        return 0
    return max(0, CLOSELY - max(0, waiting - _FEW_WAITING))


def not_of_others(passages: Sequence[Passage], mentions: Mentions) -> Sequence[Passage]:
    """The passages without those of others than the question names with certainty, by place or number.

    What is of no place, or of a place around the one that is named, stays: a national law holds everywhere.
    """
    if mentions.unknown and not (mentions.groups and mentions.certain):
        return [passage for passage in passages if not passage.head.region]
    if not mentions.groups or not mentions.certain:
        return passages
    regions = {target.head.region for target in mentions.targets if target.head.region} or {""}
    meant = {(target.document_id, target.part) for target in mentions.targets}
    documents = {target.document_id for target in mentions.targets}
    return [
        p
        for p in passages
        if (p.chunk.document_id, p.chunk.part) in meant
        or (p.chunk.document_id not in documents and any(r.startswith(p.head.region) for r in regions))
    ]
