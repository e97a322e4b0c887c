"""An answer without a chat model: whole tables and chapters, or the spans of the passages that answer.

Nothing but evidence decides: what the question names chooses whose passages are
read, the reader's scores what of them is told, and whether anything is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.drafting.arithmetic import compare
from assistant.drafting.choose import choose, in_reading_order
from assistant.drafting.hidden import lacks
from assistant.drafting.members import state_members
from assistant.drafting.rows import cells_told, is_blank, state_row, state_selected
from assistant.drafting.state import state
from assistant.question.asking import Part, cut
from assistant.question.whole import reason_of
from assistant.reading.read import Reader, Reading, Span
from assistant.reading.wanted import Wanted
from assistant.types import Draft, Reason, StandAlone, Statement
from vectorstore.errors import Message
from vectorstore.named import Mentions, Target
from vectorstore.numbered import numbers_of
from vectorstore.search import Searcher
from vectorstore.types import EVERYWHERE, Cell, Passage, Scope

_DIGIT = re.compile(r"\d")
_NEAREST = 3
_BRIEFLY = 9  # selected rows from which on only their names are listed
_EACH_PART = 2  # statements for each of several things that are asked or named
_MOST = 8  # statements in one answer


def draft(
    asked: StandAlone,
    passages: Sequence[Passage],
    searcher: Searcher,
    reader: Reader,
    scope: Scope = EVERYWHERE,
) -> Draft:
    """A draft of the answer to a question that stands on its own, from passages found for it in a scope."""
    nearest = tuple(passages[:_NEAREST])
    if reason := reason_of(asked.text):
        return Draft(reason=reason, final=True, nearest=() if reason is Reason.SMALL_TALK else nearest)
    mentions = searcher.read_mentions(asked.text, scope)
    if selected := _select(asked.text, mentions, searcher, scope):
        return selected
    if missing := _missing(mentions, passages):
        return Draft(reason=Reason.NOT_FOUND, final=True, missing=missing, nearest=nearest)
    passages = _numbered_first(_not_of_others(passages, mentions), mentions)
    if len(mentions.groups) > 1:
        return _compare(asked, mentions, passages, searcher, reader, nearest)
    return _answer(asked, mentions, passages, searcher, reader, nearest)


def _answer(
    asked: StandAlone,
    mentions: Mentions,
    passages: Sequence[Passage],
    searcher: Searcher,
    reader: Reader,
    nearest: tuple[Passage, ...],
) -> Draft:
    """What the passages say to each thing that is asked, each statement once."""
    if len(mentions.clauses) > 1:
        return _numbered(asked, mentions.clauses, passages, searcher, reader, nearest)
    parts = cut(asked.focus)
    most = {"most": _EACH_PART} if len(parts) > 1 else {}
    told = _Told(searcher)
    reasons: list[Reason | None] = []
    for part in parts:
        reading = _read(part, asked, passages, searcher, reader)
        least = max((span.share for span in reading.spans), default=0.0)
        members = state_members(part.focus, reading.wanted, passages, searcher, least)
        if members and len(parts) == 1:
            return Draft(statements=members, lead=_count(members))
        reason = _refuse(reading)
        reasons.append(reason)
        if reason is Reason.NOT_FOUND:
            continue
        chosen = choose(_of_named(reading.spans, mentions), reading.wanted, **most)
        told.add(chosen, reading.wanted, part.focus)
    statements = told.statements
    if statements and is_blank(statements[0]):
        reasons = [Reason.NOT_FOUND]
    refused = [reason for reason in reasons if reason]
    if len(refused) == len(reasons):
        return Draft(reason=refused[0], nearest=nearest, statements=statements[:_EACH_PART])
    return Draft(statements=statements)


def _numbered(
    asked: StandAlone,
    clauses: Sequence[int],
    passages: Sequence[Passage],
    searcher: Searcher,
    reader: Reader,
    nearest: tuple[Passage, ...],
) -> Draft:
    """What each of several items says that the question gives by number: none crowds out another."""
    told = _Told(searcher)
    for number in clauses:
        own = [passage for passage in passages if number in numbers_of(passage.chunk)]
        reading = _read(Part(asked.focus, asked.context), asked, own, searcher, reader)
        told.add(choose(reading.spans, reading.wanted, most=_EACH_PART), reading.wanted, asked.focus)
    reason = None if told.statements else Reason.NOT_FOUND
    return Draft(statements=told.statements, reason=reason, nearest=nearest if reason else ())


def _compare(
    asked: StandAlone,
    mentions: Mentions,
    passages: Sequence[Passage],
    searcher: Searcher,
    reader: Reader,
    nearest: tuple[Passage, ...],
) -> Draft:
    """What the passages of each thing say that the question names, in its order."""
    part = Part(asked.focus, asked.context)
    told: list[list[Statement]] = []
    wanted: Wanted | None = None
    for group in mentions.groups:
        reading = _read(part, asked, _of(group, passages), searcher, reader)
        wanted = reading.wanted
        side = _Told(searcher)
        if _refuse(reading) is not Reason.NOT_FOUND:
            side.add(choose(reading.spans, wanted, most=_EACH_PART), wanted, part.focus)
        told.append(list(side.statements))
    statements = tuple(one for side in told for one in side)
    if not statements or wanted is None:
        return Draft(reason=Reason.NOT_FOUND, nearest=nearest)
    return Draft(statements=statements[:_MOST], compared=compare(asked.text, told, wanted))


def _read(
    part: Part, asked: StandAlone, passages: Sequence[Passage], searcher: Searcher, reader: Reader
) -> Reading:
    return reader.read(part.focus, passages, searcher.weight, f"{asked.context} {part.context}".strip())


def _refuse(reading: Reading) -> Reason | None:
    """Why the best span does not answer."""
    if not reading.spans or reading.none >= reading.refuse_from:
        return Reason.NOT_FOUND
    return lacks(reading.spans[0], reading.wanted)


class _Told:
    """The statements of an answer as they are gathered: each once, a row with all that is told of it."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._statements: dict[tuple[str, int], Statement] = {}
        self._cells: dict[str, list[Cell]] = {}

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(self._statements.values())[:_MOST]

    def _keep(self, statement: Statement) -> None:
        """Keep a statement, unless one is kept that holds it; those that it holds go."""
        document = statement.passage.chunk.document_id
        if any(d == document and _covers(one, statement) for (d, _), one in self._statements.items()):
            return
        inside = [k for k, one in self._statements.items() if k[0] == document and _covers(statement, one)]
        for key in inside:
            del self._statements[key]
        self._statements[document, statement.start] = statement

    def add(self, chosen: Sequence[Span], wanted: Wanted, question: str) -> None:
        """The chosen spans as statements, in the order in which they are read."""
        for span in in_reading_order(chosen):
            chunk = span.passage.chunk
            if not chunk.cells:
                for one in state(span, wanted, self._searcher):
                    self._keep(one)
                continue
            spans = [one for one in chosen if one.passage.chunk.id == chunk.id]
            cells = self._cells.setdefault(chunk.id, [])
            cells.extend(c for c in cells_told(spans, wanted, question) if c not in cells)
            self._statements[chunk.document_id, chunk.start] = state_row(span.passage, cells)


def _covers(one: Statement, other: Statement) -> bool:
    return one.start <= other.start and other.end <= one.end


def _select(question: str, mentions: Mentions, searcher: Searcher, scope: Scope) -> Draft | None:
    """All rows that a question for rows means, with their true number."""
    selection = searcher.select_rows(question, mentions, scope)
    if selection is None:
        return None
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


def _not_of_others(passages: Sequence[Passage], mentions: Mentions) -> Sequence[Passage]:
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
        or (
            p.chunk.document_id not in documents and any(r.startswith(p.head.region) for r in regions or {""})
        )
    ]


def _of_named(spans: tuple[Span, ...], mentions: Mentions) -> Sequence[Span]:
    """The spans of what the question names, if the best one is; else all: the name was a wrong guess."""
    meant = {(target.document_id, target.part) for target in mentions.targets}
    inside = [span for span in spans if (span.passage.chunk.document_id, span.passage.chunk.part) in meant]
    return inside if inside and inside[0] is spans[0] else spans


def _numbered_first(passages: Sequence[Passage], mentions: Mentions) -> Sequence[Passage]:
    """The items that the question gives by number, if they were found; else all passages."""
    numbered = [p for p in passages if numbers_of(p.chunk) & set(mentions.clauses)]
    return numbered or passages


def _of(group: frozenset[Target], passages: Sequence[Passage]) -> list[Passage]:
    places = {(target.document_id, target.part) for target in group}
    return [p for p in passages if (p.chunk.document_id, p.chunk.part) in places]


def _count(items: Sequence[Statement]) -> Message:
    return Message(f"共{len(items)}项", f"{len(items)} in all")
