"""Answers from the sentences and cells of the passages: for one thing, or for several side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.extraction.arithmetic import compare
from assistant.extraction.compose import JOINED, ONE, SIDE, Measure, choose, state, tidy
from assistant.extraction.intent import Ask, holds
from assistant.extraction.reading import Reading
from assistant.extraction.refuse import (
    FIGURES,
    consistent,
    is_superlative,
    refuse_place,
    refuse_spans,
    shows_figure,
    wants_titles,
)
from assistant.extraction.rows import is_blank, state_row
from assistant.extraction.select import SHOWN_BY_SIGN, Span, is_title, score_spans
from assistant.extraction.things import things_of
from assistant.extraction.weigh import Matter
from assistant.types import Reason, Statement
from vectorstore.errors import Message
from vectorstore.named import Mentions, Target
from vectorstore.numbered import numbers_of
from vectorstore.text import fold
from vectorstore.types import Passage, SectionKind

_RIVAL = 0.9  # share of the matter of the best sentence that another document of its place holds
_PLACES = 4  # documents that an answer to a question without a place draws on
_COMPARABLE = 0.55  # of the best score: how good another document's sentence must be to stand beside it
_JOINS = re.compile(r"[和跟、]|(?<!参)与|以及")  # "午餐、饮水两项", "签约和揭牌"
_SPEECHLESS = 12  # nearest sentences among which meaning alone has to find what is asked for


@dataclass(frozen=True, slots=True)
class Stated:
    """The statements that answer, why they do not if they do not, and what comparing them gives."""

    statements: list[Statement]
    reason: Reason | None
    compared: Message | None = None


def state_sentences(reading: Reading, passages: Sequence[Passage]) -> Stated:
    """What the sentences of the passages answer."""
    mentions = reading.mentions
    if len(mentions.groups) > 1:
        told, compared = _state_each(reading, passages)
        lacking = is_superlative(reading.question) and not all(_shows_figure(side) for side in told)
        statements = [statement for side in told for statement in side]
        return Stated(statements, Reason.NOT_FOUND if lacking else None, compared)
    spans = _holding_first(
        score_spans(_numbered_first(passages, mentions), reading.matter, reading.asks), reading.asks
    )
    reason = refuse_spans(reading.focus, reading.asks, spans, reading.matter)
    reason = reason or refuse_place(mentions, reading.asks, spans)
    spans = consistent(reading.focus, reading.asks, spans)
    one = len(mentions.targets) == 1
    statements = _state_titles(reading, passages)
    if one and len(mentions.clauses) > 1:
        statements.extend(_state_numbered(reading, passages))
    elif one and (things := things_of(reading.own)):
        statements.extend(_state_things(reading, things, passages))
    else:
        measure = JOINED if _JOINS.search(reading.own) else ONE
        for best in _by_document(spans, one=one):
            statements.extend(_state(reading, best, reading.matter, reading.asks, measure))
    return Stated(statements, reason or (Reason.NOT_FOUND if _rests_on_blanks(statements) else None))


def _state_titles(reading: Reading, passages: Sequence[Passage]) -> list[Statement]:
    """The titles of the items that the question gives by number, unless it asks for a thing in them."""
    titles: list[Statement] = []
    if any(ask.kind in SHOWN_BY_SIGN for ask in reading.asks):
        return titles
    for passage in passages:
        chunk = passage.chunk
        by_number = numbers_of(chunk) & set(reading.mentions.clauses)
        if not by_number or chunk.kind is not SectionKind.ITEM or len(passage.matches) < 2:
            continue
        first = passage.matches[0]
        text = chunk.text[first.start - chunk.start : first.end - chunk.start]
        titles.append(Statement(text=tidy(text), passage=passage, start=first.start, end=first.end))
    return titles


def _state_numbered(reading: Reading, passages: Sequence[Passage]) -> list[Statement]:
    """What each of the several items says that the question gives by number: none crowds out another."""
    statements: list[Statement] = []
    for number in reading.mentions.clauses:
        inside = [passage for passage in passages if number in numbers_of(passage.chunk)]
        spans = score_spans(inside, reading.matter, reading.asks)
        statements.extend(_state(reading, spans, reading.matter, reading.asks))
    return statements


def _state_things(reading: Reading, things: Sequence[str], passages: Sequence[Passage]) -> list[Statement]:
    """What is said of each of several things of one document: none crowds out another."""
    statements: dict[tuple[str, int], Statement] = {}
    for thing in things:
        matter = reading.matter.leaning_to(thing)
        for statement in _state(reading, score_spans(passages, matter, reading.asks), matter, reading.asks):
            statements.setdefault((statement.passage.chunk.id, statement.start), statement)
    return list(statements.values())


def _state_each(
    reading: Reading, passages: Sequence[Passage]
) -> tuple[list[list[Statement]], Message | None]:
    """The statements for each thing that the question names, in its order, and what comparing them gives."""
    mentions = reading.mentions
    aligned = len(reading.asks) == len(mentions.groups)  # "甲、乙、丙各是多少人、多少场、多久一次"
    told: list[list[Statement]] = []
    for index, group in enumerate(mentions.groups):
        asks = (reading.asks[index],) if aligned else reading.asks
        matter = reading.matter.leaning_to(_own_words(reading.question, mentions, index))
        inside = [passage for passage in passages if _target(passage) in _keys(group)]
        spans = _holding_first(score_spans(_numbered_first(inside, mentions), matter, asks), asks)
        told.append(_state(reading, spans, matter, asks, SIDE))
    return told, compare(reading.question, told, reading.matter)


def _rests_on_blanks(statements: Sequence[Statement]) -> bool:
    """Whether the best answer is a table's row, and of the rows that are told every cell is empty."""
    rows = [statement for statement in statements if statement.passage.chunk.cells]
    return bool(rows) and statements[0] is rows[0] and all(is_blank(row) for row in rows)


def _shows_figure(side: Sequence[Statement]) -> bool:
    return any(shows_figure(statement.text) for statement in side)


def _state(
    reading: Reading, spans: Sequence[Span], matter: Matter, asks: Sequence[Ask], measure: Measure = ONE
) -> list[Statement]:
    statements: list[Statement] = []
    told: set[str] = set()
    chosen = choose(spans, matter, asks, measure)
    if not wants_titles(reading.focus):
        chosen = _without_titles(chosen)
    for span in chosen:
        chunk = span.passage.chunk
        if not chunk.cells:
            statements.append(state(span, matter, asks))
        elif chunk.id not in told:
            told.add(chunk.id)
            starts = {other.start for other in chosen if other.passage.chunk.id == chunk.id}
            best = [cell for cell in chunk.cells if cell.start in starts]
            statements.append(state_row(span.passage, reading.focus, asks, best))
    return statements


def _without_titles(chosen: Sequence[Span]) -> list[Span]:
    """What was chosen without an item's title where a sentence of the item itself was: that one answers."""
    told = {span.passage.chunk.id for span in chosen if not is_title(span)}
    return [span for span in chosen if not (is_title(span) and span.passage.chunk.id in told)]


def _numbered_first(passages: Sequence[Passage], mentions: Mentions) -> list[Passage]:
    """The items that the question gives by number, if they were found; else all passages."""
    numbered = [p for p in passages if numbers_of(p.chunk) & set(mentions.clauses)]
    return numbered or list(passages)


def _own_words(question: str, mentions: Mentions, index: int) -> str:
    """What the question says right after naming its n-th thing, up to the next one."""
    text = fold(question)
    starts = sorted({position for word in mentions.scope_words if (position := text.find(word)) >= 0})
    if index >= len(starts):
        return ""
    following = starts[index + 1] if index + 1 < len(starts) else len(text)
    return text[starts[index] : following]


def _holding_first(spans: list[Span], asks: Sequence[Ask]) -> list[Span]:
    """Where no word is shared with the question, what holds the kind of thing asked for goes first."""
    figures = [ask for ask in asks if ask.kind in FIGURES]
    if not spans or spans[0].share or not figures:
        return spans
    held = [s for s in spans[:_SPEECHLESS] if all(holds(a.kind, s.text, a.units) for a in figures)]
    return [*held, *(span for span in spans if span not in held)]


def _by_document(spans: Sequence[Span], *, one: bool) -> list[list[Span]]:
    """The sentences by document where the question leaves open which is meant; the good documents only."""
    if one or not spans:
        return [list(spans)]
    found: dict[tuple[str, int], list[Span]] = {}
    for span in spans:
        found.setdefault(_target(span.passage), []).append(span)
    good = [
        group
        for group in found.values()
        if group[0].score >= _COMPARABLE * spans[0].score or _is_rival(group[0], spans[0])
    ]
    return good[:_PLACES]


def _is_rival(span: Span, best: Span) -> bool:
    """Whether another document of the same place says as much of the matter: it may say something else."""
    region = best.passage.head.region
    return bool(region) and span.passage.head.region == region and span.share >= _RIVAL * best.share > 0


def _keys(group: frozenset[Target]) -> set[tuple[str, int]]:
    return {(target.document_id, target.part) for target in group}


def _target(passage: Passage) -> tuple[str, int]:
    return passage.chunk.document_id, passage.chunk.part
