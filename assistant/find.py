"""The passages for a question that stands on its own, in the order of how well what they say answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.reading.read import Reader, Reading
from assistant.types import StandAlone
from vectorstore.named import Mentions
from vectorstore.places import nearness_to
from vectorstore.row_selection import Selection
from vectorstore.search import Searcher
from vectorstore.types import Passage, Scope

_READ = 20  # passages that are read to find the best of them
CLOSELY = 4  # of them that the cross-encoder reads, where there is time
_LEAST_TO_READ_CLOSELY = 1.0  # seconds before an answer is due
_FEW_WAITING = 4  # questions; each that waits beyond them is one passage less that is read closely
_AT_HOME = 2.0  # in score: how much further a span may be behind that is of the place of whoever asks
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
        asked.text, scope=scope, limit=max(limit, _READ), each=_EACH, around=asked.around, near=asked.near
    )
    reading = reader.read(asked.focus, passages, searcher.weight, asked.context, closely=closely)
    if asked.near and not mentions.groups:
        reading = reading.raised(lambda one: _AT_HOME * nearness_to(one.head.region, asked.near))
    if len(mentions.groups) > 1 or selection or searcher.is_reranked:
        kept = passages if len(mentions.groups) > 1 or selection else passages[:limit]
        return Found(mentions, selection, kept, reading, closely)
    best = (replace(passage, rank=rank) for rank, passage in enumerate(reading.passages[:limit], start=1))
    return Found(mentions, selection, tuple(best), reading, closely)


def how_closely(seconds: float, waiting: int) -> int:
    """How many passages are read closely, with so much time left and so many others waiting."""
    if seconds < _LEAST_TO_READ_CLOSELY:
        return 0
    return max(0, CLOSELY - max(0, waiting - _FEW_WAITING))
