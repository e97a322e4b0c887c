"""From a question that stands alone to a draft: searched, read, packed, told without a chat model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.drafting.draft import draft
from assistant.evidence import best_first, pack
from assistant.find import Found, at_home, find
from assistant.reading.read import Reader
from assistant.setup.limits import Limits
from assistant.types import Draft, Evidence, StandAlone
from vectorstore.search.searcher import Searcher
from vectorstore.types import Document, Scope

# How much less likely the own place's documents may be to answer than all are, to be told all the same. At
# this much, of questions that another place answers 14 to 23 in 100 were answered from the own one, on three
# libraries.
_LESS_LIKELY = 0.1


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found for a question, as much of it as fits, and the answer or refusal that it makes."""

    found: Found
    evidence: Evidence
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparer:
    """Prepares answers from one searcher. ``visible`` are the documents that whoever asks may know of."""

    searcher: Searcher
    reader: Reader
    limits: Limits
    scope: Scope
    visible: Sequence[Document]
    closely: int

    def prepare(self, asked: StandAlone) -> Prepared:
        """As the question is or, where it names no place, as if it named that of whoever asks.

        That is told unless it is then less likely to be answered.
        """
        prepared = self._prepare(asked)
        found = prepared.found
        local = None if prepared.draft.final else at_home(asked, found, self.scope, self.searcher)
        if local is None:
            return prepared
        near = self._prepare(local)
        return near if near.found.none <= found.none + _LESS_LIKELY else prepared

    def _prepare(self, asked: StandAlone) -> Prepared:
        found = find(
            asked, self.scope, self.searcher, self.reader, self.limits.passages, closely=self.closely
        )
        evidence = pack(asked, found.passages, self.limits.evidence_tokens)
        best = best_first(evidence)
        return Prepared(found, evidence, draft(asked, found, best, self.visible, self.searcher, self.reader))
