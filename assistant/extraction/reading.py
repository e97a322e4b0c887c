"""A question as it was understood: what it names, what it asks for, and what its words are worth."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.extraction.intent import Ask, Kind, content_of, read_asks
from assistant.extraction.weigh import Matter, weigh
from assistant.types import StandAlone
from vectorstore.named import Mentions
from vectorstore.search import Searcher
from vectorstore.text import fold
from vectorstore.types import Scope

_OWN_MATTER = 6  # characters of matter from which on a follow-up speaks of a thing of its own


@dataclass(frozen=True, slots=True)
class Reading:
    """``question`` stands on its own, ``focus`` is what was asked now.

    ``own`` is the question without the names in it and without what was carried over.
    """

    question: str
    focus: str
    own: str
    mentions: Mentions
    asks: tuple[Ask, ...]
    matter: Matter


def read_question(asked: StandAlone, searcher: Searcher, scope: Scope) -> Reading:
    """Understand a question against what of the library is in the scope."""
    mentions = searcher.read_mentions(asked.text, scope)
    asks = read_asks(asked.focus)
    if asked.context and all(ask.kind is Kind.NAME for ask in asks):
        asks = read_asks(asked.context)  # "那绍兴呢？" asks what was asked before
    own = _without(asked.focus, mentions)
    if len(re.sub(r"\W", "", content_of(own))) < _OWN_MATTER:
        own = _without(asked.text, mentions)
    matter = weigh(asked.focus, asked.context, mentions.scope_words, searcher.weight)
    return Reading(asked.text, asked.focus, own, mentions, asks, matter)


def _without(text: str, mentions: Mentions) -> str:
    text = fold(text)
    for word in sorted(mentions.words, key=len, reverse=True):
        text = text.replace(word, "，")
    return text
