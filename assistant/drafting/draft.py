"""An answer without a chat model: whole tables, or the spans of the passages that answer.

Nothing but evidence decides: what the question names chooses whose passages are
read, the reader's scores what of them is told, and whether anything is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.drafting.about_document import tell_letterhead
from assistant.drafting.about_library import tell_library
from assistant.drafting.choose import MOST, choose, in_reading_order
from assistant.drafting.hidden import lacks
from assistant.drafting.members import members_of
from assistant.drafting.reckoning.arithmetic import compare
from assistant.drafting.reckoning.deadline import tell_left, tell_today
from assistant.drafting.reckoning.reckon import reckon
from assistant.drafting.rows import cells_told, is_blank, state_row, state_selected
from assistant.drafting.sides import sides_of
from assistant.drafting.state import state
from assistant.drafting.versions import of_meant_versions, tell_changes, tell_standing
from assistant.find import Found, not_of_others
from assistant.question.asking import Part, cut
from assistant.question.whole import reason_of, reply_to
from assistant.reading.read import Reader, Reading, Span
from assistant.reading.wanted import Wanted
from assistant.types import Draft, Reason, StandAlone, Statement
from vectorstore.errors import Message
from vectorstore.mentions.named import Mentions, Target
from vectorstore.mentions.numbered import numbers_of
from vectorstore.mentions.row_selection import Selection
from vectorstore.search.searcher import Searcher
from vectorstore.types import Cell, Document, Passage

_DIGIT = re.compile(r"\d")
_NEAREST = 3
_BRIEFLY = 9  # selected rows from which on only their names are listed
_EACH_PART = 2  # statements for each of several things that are asked or named
_MOST = 8  # statements in one answer, a list being one


@dataclass(frozen=True, slots=True)
class _Inquiry:
    """One thing to be told: the words that ask for it, and the passages that may tell it.

    ``most`` is how many statements it gets. Of several sides each is told
    as soon as any of them answers; passages that stand apart are read by themselves.
    """

    part: Part
    passages: Sequence[Passage]
    most: int = MOST
    is_side: bool = False
    is_apart: bool = False


def draft(
    asked: StandAlone,
    found: Found,
    passages: Sequence[Passage],
    documents: Sequence[Document],
    searcher: Searcher,
    reader: Reader,
) -> Draft:
    """A draft of the answer to a question that stands on its own, from what was found for it.

    ``passages`` are those of them that fit into the evidence, best first; ``documents`` those of the
    collection that whoever asks may know of.
    """
    nearest = tuple(passages[:_NEAREST])
    if whole := _without_reading(asked.text, documents, nearest):
        return whole
    best = passages[0] if passages else None
    changes = tell_changes(asked.text, found.mentions, best, documents, searcher)
    if told := changes or reckon(asked.text, found, passages, searcher):
        return told
    if found.selection:
        return _select(found.selection, searcher)
    if missing := _missing(found.mentions, passages):
        return Draft(reason=Reason.NOT_FOUND, final=True, missing=missing, nearest=nearest)
    meant = not_of_others(passages, found.mentions)
    inquiries = list(_inquiries(asked, found.mentions, meant, searcher))
    closely = -(-found.closely // max(1, len(inquiries)))
    kept = _Told(searcher)
    if not (inquiries := [one for one in inquiries if not kept.add_letterhead(one.part, one.passages)]):
        return Draft(statements=kept.statements)
    readings = [_read(one, asked, found.reading, searcher, reader, closely) for one in inquiries]
    refused: list[Reason] = []
    sides: list[tuple[Statement, ...]] = []
    answering = any(reading.none < reading.refuse_from for reading in readings)
    for one, reading in zip(inquiries, readings, strict=True):
        reason = _refuse(reading, anyway=one.is_side and answering)
        spans = () if reason is Reason.NOT_FOUND else _of_named(reading.spans, found.mentions)
        spans = of_meant_versions(spans, searcher.holdings.versions, asked.text)
        sides.append(kept.add(choose(spans, reading.wanted, most=one.most), reading.wanted, one.part.focus))
        refused += [reason] if reason else []
    statements = kept.statements
    if statements and is_blank(statements[0]):
        refused = [Reason.NOT_FOUND] * len(inquiries)
    if not statements or (len(refused) == len(inquiries) and not kept.of_head):
        reason = refused[0] if refused else Reason.NOT_FOUND
        return Draft(reason=reason, nearest=nearest, statements=statements[:_EACH_PART])
    is_compared = all(one.is_side and not one.is_apart for one in inquiries)
    compared = compare(asked.text, sides, readings[0].wanted) if is_compared else None
    compared = compared or tell_left(asked.text, statements) or tell_standing(asked.text, statements)
    return Draft(statements=statements, compared=compared)


def _without_reading(
    question: str, documents: Sequence[Document], nearest: tuple[Passage, ...]
) -> Draft | None:
    """What is said to a question about the day or the collection, and to what is no question; else None."""
    if by_catalog := tell_today(question) or tell_library(question, documents):
        return Draft(told=by_catalog, final=True)
    if said := reply_to(question):
        return Draft(told=said, reason=Reason.SMALL_TALK, final=True)
    if reason := reason_of(question):
        return Draft(reason=reason, final=True, nearest=() if reason is Reason.SMALL_TALK else nearest)
    return None


def _inquiries(
    asked: StandAlone, mentions: Mentions, passages: Sequence[Passage], searcher: Searcher
) -> Iterator[_Inquiry]:
    """What is to be told one by one: things named side by side, items given by number, parts of the question.

    None of several crowds out another.
    """
    whole = Part(asked.focus)
    numbered = {n: [p for p in passages if n in numbers_of(p.chunk)] for n in mentions.clauses}
    if len(mentions.groups) > 1:
        for group in mentions.groups:
            yield _Inquiry(whole, _of(group, passages), _EACH_PART, is_side=True)
    elif any(numbered.values()):
        parts = cut(asked.focus) if len(numbered) == 1 else (whole,)
        most = _EACH_PART if len(parts) * len(numbered) > 1 else MOST
        for own in numbered.values():
            yield from (_Inquiry(part, own, most, is_side=True, is_apart=True) for part in parts)
    elif sides := sides_of(asked.focus, passages, searcher.weight):
        for side in sides:
            yield _Inquiry(side, passages, _EACH_PART, is_side=True)
    else:
        parts = cut(asked.focus)
        for part in parts:
            yield _Inquiry(part, passages, _EACH_PART if len(parts) > 1 else MOST)


def _read(
    one: _Inquiry, asked: StandAlone, whole: Reading, searcher: Searcher, reader: Reader, closely: int
) -> Reading:
    """What its passages say to an inquiry: the reading of the whole question, where it is that.

    What was read closely for that may be of others than an inquiry is about: then its own are.
    """
    if one.part.focus == asked.focus and not one.is_apart:
        own = {passage.chunk.id for passage in one.passages}
        if whole.closely <= own:
            return whole.among(one.passages)
        rarity, every = searcher.weight, whole.passages
        read = reader.read(asked.focus, every, rarity, asked.context, closely=closely, only=own)
        return read.among(one.passages)
    context = f"{asked.context} {one.part.context}".strip()
    return reader.read(one.part.focus, one.passages, searcher.weight, context, closely=closely)


def _refuse(reading: Reading, *, anyway: bool) -> Reason | None:
    """Why the best span does not answer; ``anyway`` where it is told even if it seems not to."""
    if not reading.spans or (reading.none >= reading.refuse_from and not anyway):
        return Reason.NOT_FOUND
    return lacks(reading.spans[0], reading.wanted)


class _Told:
    """The statements of an answer as they are gathered: each once, a row with all that is told of it."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._statements: dict[tuple[str, int], Statement] = {}
        self._cells: dict[str, list[Cell]] = {}
        self.of_head: list[Statement] = []

    @property
    def statements(self) -> tuple[Statement, ...]:
        kept, count = list(self.of_head), len(self.of_head)
        for one in self._statements.values():
            count += not one.listed
            if count > _MOST:
                break
            kept.append(one)
        return tuple(kept)

    def _keep(self, statement: Statement) -> None:
        """Keep a statement, unless one is kept that holds it; those that it holds go."""
        document = statement.passage.chunk.document_id
        if any(d == document and _covers(one, statement) for (d, _), one in self._statements.items()):
            return
        inside = [k for k, one in self._statements.items() if k[0] == document and _covers(statement, one)]
        for key in inside:
            del self._statements[key]
        self._statements[document, statement.start] = statement

    def add_letterhead(self, part: Part, passages: Sequence[Passage]) -> bool:
        """Keep what a letterhead tells to a part of a question; whether it tells anything."""
        facts = tell_letterhead(part, passages, self._searcher)
        self.of_head += facts
        return bool(facts)

    def add(self, chosen: Sequence[Span], wanted: Wanted, question: str) -> tuple[Statement, ...]:
        """Keep the chosen spans as statements, in the order in which they are read; gives those."""
        before = set(self._statements)
        if listed := members_of(chosen, wanted, self._searcher):
            for one in listed:
                self._keep(one)
            return listed
        for span in in_reading_order(chosen):
            chunk = span.passage.chunk
            if not chunk.cells:
                beside = sum(one.passage.chunk.id == chunk.id for one in chosen) > 1
                for one in state(span, wanted, self._searcher, with_others=beside):
                    self._keep(one)
                continue
            spans = [one for one in chosen if one.passage.chunk.id == chunk.id]
            cells = self._cells.setdefault(chunk.id, [])
            cells.extend(c for c in cells_told(spans, wanted, question) if c not in cells)
            self._statements[chunk.document_id, chunk.start] = state_row(span.passage, cells)
        return tuple(one for key, one in self._statements.items() if key not in before)


def _covers(one: Statement, other: Statement) -> bool:
    return one.start <= other.start and other.end <= one.end


def _select(selection: Selection, searcher: Searcher) -> Draft:
    """All rows that a question for rows means, with their true number."""
    briefly = len(selection.rows) >= _BRIEFLY
    statements = tuple(
        state_selected(searcher.passage(row, rank), selection.value, briefly=briefly)
        for rank, row in enumerate(selection.rows, start=1)
    )
    return Draft(statements=statements, lead=_count(statements))


def _missing(mentions: Mentions, passages: Sequence[Passage]) -> tuple[str, ...]:
    """What the question names that the library does not have, where the best passage is of another place.

    What has no place, such as a national law, may answer for any.
    """
    if not mentions.unknown or (mentions.groups and mentions.certain):
        return ()
    numbered = any(map(_DIGIT.search, mentions.unknown))  # a number means one document and no other
    return mentions.unknown if numbered or (passages and passages[0].head.region) else ()


def _of_named(spans: tuple[Span, ...], mentions: Mentions) -> Sequence[Span]:
    """The spans of what the question names, if the best one is; else all: the name was a wrong guess."""
    meant = {(target.document_id, target.part) for target in mentions.targets}
    inside = [span for span in spans if (span.passage.chunk.document_id, span.passage.chunk.part) in meant]
    return inside if inside and inside[0] is spans[0] else spans


def _of(group: frozenset[Target], passages: Sequence[Passage]) -> list[Passage]:
    places = {(target.document_id, target.part) for target in group}
    return [p for p in passages if (p.chunk.document_id, p.chunk.part) in places]


def _count(items: Sequence[Statement]) -> Message:
    return Message(f"共{len(items)}项", f"{len(items)} in all")
