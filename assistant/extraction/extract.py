"""Answers without a chat model: the sentences and cells of the evidence that answer, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.extraction.about import is_about_document, letterhead, state_letterhead
from assistant.extraction.compose import choose, state
from assistant.extraction.intent import Ask, Kind, content_of, holds, read_asks
from assistant.extraction.outline import state_members
from assistant.extraction.refuse import FIGURES, refuse_mentions, refuse_question, refuse_spans
from assistant.extraction.rows import select_rows, state_row, state_selected
from assistant.extraction.select import Span, score_spans
from assistant.extraction.weigh import Matter, weigh
from assistant.followup import StandAlone
from assistant.types import Draft, Reason, Statement
from vectorstore.mentions import Mentions, Target
from vectorstore.search import Searcher, numbers_of
from vectorstore.text import fold
from vectorstore.types import Passage, SectionKind

_NEAREST = 3
_OWN_MATTER = 8  # characters of matter from which on a follow-up speaks of a thing of its own
_PLACES = 4  # documents that an answer to a question without a place draws on
_COMPARABLE = 0.55  # of the best score: how good another document's sentence must be to stand beside it
_BRIEFLY = 9  # selected rows from which on only their names are listed


def extract(asked: StandAlone, passages: Sequence[Passage], searcher: Searcher) -> Draft:
    """A draft of the answer to a question that stands on its own, from passages found for it."""
    question = asked.text
    nearest = tuple(passages[:_NEAREST])
    mentions = searcher.read_mentions(question)
    reason = refuse_question(question) or refuse_mentions(
        question, mentions, searcher.chunks_in(mentions.targets) if mentions.groups else ()
    )
    if reason is None and len(mentions.groups) == 1 and _matter_of_others(asked, mentions, searcher):
        reason = Reason.NOT_FOUND
    if reason in (Reason.SMALL_TALK, Reason.OUT_OF_SCOPE, Reason.NOT_FOUND):
        return Draft(reason=reason, final=True, nearest=() if reason is Reason.SMALL_TALK else nearest)
    asks = read_asks(asked.focus)
    if asked.context and all(ask.kind is Kind.NAME for ask in asks):
        asks = read_asks(asked.context)  # "那扬州呢？" asks what was asked before
    matter = weigh(asked.focus, asked.context, mentions.scope_words, searcher.weight)
    if reason is None and (selected := _select(question, mentions, searcher)):
        return selected
    if reason is None and (members := state_members(question, asks, matter, mentions.targets, searcher)):
        return Draft(statements=tuple(members), lead=f"共{len(members)}项")
    if len(mentions.groups) == 1 and is_about_document(question):
        head = [searcher.passage(chunk) for chunk in letterhead(searcher.chunks_in(mentions.targets))]
        if told := state_letterhead(head, matter, asks):
            return Draft(statements=tuple(told))
    statements: list[Statement] = []
    for index, group in enumerate(_groups(_numbered_first(passages, mentions), mentions)):
        own = matter.leaning_to(_own_words(question, mentions, index)) if len(mentions.groups) > 1 else matter
        spans = _holding_first(score_spans(group, own, asks), asks)
        if len(mentions.groups) < 2:
            reason = reason or refuse_spans(question, asks, spans)
        one = len(mentions.groups) > 1 or len(mentions.targets) == 1
        statements.extend(_state(question, asks, own, spans, scoped=one))
    if reason is not None or not statements:
        return Draft(reason=reason or Reason.NOT_FOUND, nearest=nearest, statements=tuple(statements[:1]))
    return Draft(statements=tuple(statements))


def _matter_of_others(asked: StandAlone, mentions: Mentions, searcher: Searcher) -> bool:
    """Whether the question is about something that only documents outside its scope speak of."""
    text = fold(asked.focus if len(content_of(asked.focus)) >= _OWN_MATTER else asked.text)
    for word in sorted(mentions.words, key=len, reverse=True):
        text = text.replace(word, "，")
    return searcher.absent_matter(text, mentions.targets) is not None


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
    """Where no word is shared with the question, what holds the kind of thing asked for goes before the rest."""
    if not spans or spans[0].share or not any(ask.kind in FIGURES for ask in asks):
        return spans
    near = spans[:12]
    held = [s for s in near if all(holds(a.kind, s.text, a.units) for a in asks if a.kind in FIGURES)]
    return [*held, *(span for span in spans if span not in held)]


def _groups(passages: Sequence[Passage], mentions: Mentions) -> list[list[Passage]]:
    """The passages of each thing that the question names; all together if it names at most one."""
    if len(mentions.groups) < 2:
        return [list(passages)]
    return [[p for p in passages if _target(p) in _keys(group)] for group in mentions.groups]


def _keys(group: frozenset[Target]) -> set[tuple[str, int]]:
    return {(target.document_id, target.part) for target in group}


def _target(passage: Passage) -> tuple[str, int]:
    return passage.chunk.document_id, passage.chunk.part


def _select(question: str, mentions: Mentions, searcher: Searcher) -> Draft | None:
    rows = [c for c in searcher.chunks_in(mentions.targets) if c.kind is SectionKind.ROW]
    selection = select_rows(question, rows)
    if selection is None:
        return None
    if not selection.rows:
        return Draft(reason=Reason.NOT_FOUND)
    briefly = len(selection.rows) >= _BRIEFLY
    statements = tuple(
        state_selected(searcher.passage(row, rank), selection.value, briefly=briefly)
        for rank, row in enumerate(selection.rows, start=1)
    )
    return Draft(statements=statements, lead=f"共{len(statements)}项")


def _state(
    question: str, asks: Sequence[Ask], matter: Matter, spans: Sequence[Span], *, scoped: bool
) -> list[Statement]:
    statements: list[Statement] = []
    for best in _by_document(spans, scoped=scoped):
        told: set[str] = set()
        for span in choose(best, matter, asks):
            chunk = span.passage.chunk
            if not chunk.cells:
                statements.append(state(span, matter, asks))
            elif chunk.id not in told:
                told.add(chunk.id)
                cell = next((c for c in chunk.cells if c.start == span.start), None)
                statements.append(state_row(span.passage, question, asks, cell))
    return statements


def _by_document(spans: Sequence[Span], *, scoped: bool) -> list[list[Span]]:
    """The sentences by document, where the question leaves open which is meant; the good documents only."""
    if scoped or not spans:
        return [list(spans)]
    found: dict[tuple[str, int], list[Span]] = {}
    for span in spans:
        found.setdefault(_target(span.passage), []).append(span)
    good = [group for group in found.values() if group[0].score >= _COMPARABLE * spans[0].score]
    return good[:_PLACES]
