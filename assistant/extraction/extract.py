"""Answers without a chat model: the sentences and cells of the evidence that answer, and nothing else.

What a question is about decides who answers it: a table's rows, a chapter's
headings, a letterhead, and for everything else the sentences of the passages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.about import state_letterhead
from assistant.extraction.intent import content_of
from assistant.extraction.off_topic import refuse_question
from assistant.extraction.outline import state_members
from assistant.extraction.reading import Reading, read_question
from assistant.extraction.refuse import is_superlative
from assistant.extraction.refuse_scope import refuse_mentions
from assistant.extraction.rows import state_selected
from assistant.extraction.sentences import state_sentences
from assistant.types import Draft, Reason, StandAlone, Statement
from vectorstore.about import is_about_document, letterhead
from vectorstore.errors import Message
from vectorstore.glossary import is_foreign, official_words
from vectorstore.search import Searcher
from vectorstore.text import search_terms
from vectorstore.types import EVERYWHERE, Passage, Scope

_NEAREST = 3
_WORD = re.compile(r"(?![零〇一二两三四五六七八九十百千个])[\u4e00-\u9fff]{2}|[a-z]{4,}")
_SHOWN_OF_A_REFUSAL = 2  # sentences that show what the source does say
_BRIEFLY = 9  # selected rows from which on only their names are listed


def extract(
    asked: StandAlone, passages: Sequence[Passage], searcher: Searcher, scope: Scope = EVERYWHERE
) -> Draft:
    """A draft of the answer to a question that stands on its own, from passages found for it in a scope."""
    nearest = tuple(passages[:_NEAREST])
    if reason := refuse_question(asked.text):
        return Draft(reason=reason, final=True, nearest=() if reason is Reason.SMALL_TALK else nearest)
    reading = read_question(asked, searcher, scope)
    if not asked.context and not reading.mentions.groups and not _shares_words(reading, searcher):
        return Draft(reason=Reason.NOT_FOUND, nearest=nearest)
    reason = _refuse_scope(reading, searcher)
    if reason is Reason.NOT_FOUND:
        return Draft(reason=reason, final=True, nearest=nearest)
    if reason is None and (draft := _state_whole(reading, searcher)):
        return draft
    stated = state_sentences(reading, passages)
    reason = reason or stated.reason
    if reason is not None or not stated.statements:
        shown = tuple(stated.statements[:_SHOWN_OF_A_REFUSAL])
        return Draft(reason=reason or Reason.NOT_FOUND, nearest=nearest, statements=shown)
    return Draft(statements=tuple(stated.statements), compared=stated.compared)


def _shares_words(reading: Reading, searcher: Searcher) -> bool:
    """Whether the library has any word of the question, or of what it says in official words."""
    question = reading.question
    if is_foreign(question):
        question = searcher.gloss(question, by_dictionary=False)
    official = (word for words in official_words(question).values() for word in words)
    terms = search_terms(" ".join((content_of(question), *official)))
    rarest = searcher.weight("")
    return any(searcher.weight(term) < rarest for term in terms if _WORD.fullmatch(term))


def _refuse_scope(reading: Reading, searcher: Searcher) -> Reason | None:
    """Why what the question names, or its matter there, is not in the library."""
    mentions = reading.mentions
    chunks = searcher.chunks_in(mentions.targets) if mentions.groups else ()
    if reason := refuse_mentions(reading.question, mentions, chunks):
        return reason
    if len(mentions.groups) == 1 and searcher.absent_matter(reading.own, mentions.targets):
        return Reason.NOT_FOUND
    if len(mentions.groups) > 1 and is_superlative(reading.question):
        lacking = [group for group in mentions.groups if searcher.absent_matter(reading.own, group)]
        return Reason.NOT_FOUND if lacking else None
    return None


def _state_whole(reading: Reading, searcher: Searcher) -> Draft | None:
    """An answer from a whole table, chapter or letterhead, where the question is of that kind."""
    if draft := _select(reading, searcher):
        return draft
    targets = reading.mentions.targets
    if members := state_members(reading.question, reading.asks, reading.matter, targets, searcher):
        return Draft(statements=tuple(members), lead=_count(members))
    if len(reading.mentions.groups) == 1 and is_about_document(reading.question):
        head = [searcher.passage(chunk) for chunk in letterhead(searcher.chunks_in(targets))]
        if told := state_letterhead(head, reading.matter, reading.asks):
            return Draft(statements=tuple(told))
    return None


def _select(reading: Reading, searcher: Searcher) -> Draft | None:
    selection = searcher.select_rows(reading.question, reading.mentions)
    if selection is None:
        return None
    if not selection.rows:
        return Draft(reason=Reason.NOT_FOUND)
    briefly = len(selection.rows) >= _BRIEFLY
    statements = tuple(
        state_selected(searcher.passage(row, rank), selection.value, briefly=briefly)
        for rank, row in enumerate(selection.rows, start=1)
    )
    return Draft(statements=statements, lead=_count(statements))


def _count(items: Sequence[Statement]) -> Message:
    return Message(f"共{len(items)}项", f"{len(items)} in all")
