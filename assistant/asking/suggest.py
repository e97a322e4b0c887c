"""What to ask next: questions on the sections beside those that an answer cites, each tried out first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from assistant.answer import Assistant
from assistant.asking.examples import question_on
from assistant.types import Outcome, Question
from vectorstore.errors import Language
from vectorstore.types import Document, Section

MOST = 3
_TRIED = 6  # questions that are tried out for one answer: each costs as much as an answer from the evidence
_REMEMBERED = 2000

Place = tuple[str, int]  # a document's id and where a citation begins in its text


class Suggester:
    """Suggests next questions, and remembers which could be answered. Safe in several threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._known: OrderedDict[tuple[str | None, str], bool] = OrderedDict()
        self._lock = threading.Lock()
        self._trying = threading.Lock()  # one at a time: whoever waits for an answer comes first

    def next_questions(self, cited: Sequence[Place], language: Language) -> tuple[str, ...]:
        """Up to MOST questions about what stands beside the places and beside what is around them.

        Each has an answer; those on rows of a table ask for different columns.
        """
        found: list[str] = []
        for tried, (document, section) in enumerate(self._beside(cited)):
            if tried == _TRIED or len(found) == MOST:
                break
            question = question_on(document, section, language, column=len(found))
            if question not in found and self._is_answered(question, document, section):
                found.append(question)
        return tuple(found)

    def _beside(self, cited: Sequence[Place]) -> Iterator[tuple[Document, Section]]:
        """Sections that can be asked about, none of them cited, the places taking turns."""
        rows: list[list[tuple[Document, Section]]] = []
        for document_id, start in dict.fromkeys(cited):
            if document := self._assistant.document(document_id):
                starts = [at for other, at in cited if other == document_id]
                beside = neighbours(document.sections, start)
                rows.append(
                    [(document, one) for one in beside if not any(one.start <= at < one.end for at in starts)]
                )
        return (
            pair
            for pair in chain.from_iterable(zip_longest(*rows))
            if pair and question_on(pair[0], pair[1], "zh")
        )

    def _is_answered(self, question: str, document: Document, section: Section) -> bool:
        key = (self._assistant.generation, question)
        with self._lock:
            known = self._known.get(key)
        if known is None:
            with self._trying:
                answer = self._assistant.ask(Question(text=question, evidence_alone=True))
            known = answer.outcome is Outcome.GROUNDED and any(
                citation.passage.chunk.document_id == document.id
                and section.start <= citation.start < section.end
                for citation in answer.citations
            )
            with self._lock:
                self._known[key] = known
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return known


def neighbours(sections: Sequence[Section], start: int) -> list[Section]:
    """The sections beside the innermost one that holds a place and beside those around it, in turns.

    So what is asked next is not three times the same of three rows of one table.
    """
    around: list[tuple[Sequence[Section], int]] = []
    level = sections
    while (index := _holding(level, start)) is not None:
        around.append((level, index))
        level = level[index].children
    levels = []
    for siblings, index in reversed(around):
        after, before = siblings[index + 1 :], siblings[:index][::-1]
        levels.append([one for one in chain.from_iterable(zip_longest(after, before)) if one])
    return [one for one in chain.from_iterable(zip_longest(*levels)) if one]


def _holding(sections: Iterable[Section], start: int) -> int | None:
    return next((i for i, section in enumerate(sections) if section.start <= start < section.end), None)
