"""Things that a question names side by side, of which each is told at a place of its own.

"改厕和改宿舍，各是哪年完成？" asks of two projects, and the sentences that answer best may all be of one.
What a text tells of in one breath ("水利局和卫生健康委配合") is one thing: texts decide, not the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.question.asking import Part, asking_words
from assistant.question.words import WORDS
from assistant.reading.features import text_of
from vectorstore.text import fold, search_terms
from vectorstore.types import Passage

_CLAUSE = re.compile(r"[^，,。！？!?；;：:]+[，,。！？!?；;：:]*")
_MOST = 5  # things side by side; more are an enumeration that is asked about as a whole
_LEAST = 2  # letters of each
_WORDS_AT = 6  # letters beside the conjunction by which a thing is looked for
_HAS = 0.6  # of the worth of those letters' terms, from which on a sentence is about the thing


def sides_of(question: str, passages: Sequence[Passage], rarity: Callable[[str], float]) -> tuple[Part, ...]:
    """The question for each thing that it names side by side; none where it names no such things.

    ``passages`` tell of each of them, and no sentence or row tells of two. ``rarity`` is the worth of a term.
    """
    clauses = _CLAUSE.findall(question)
    for at, clause in enumerate(clauses):
        things, rest = _joined(clause)
        if not _LEAST <= len(things) <= _MOST:
            continue
        looked_for = [_beside(thing, first=place == 0) for place, thing in enumerate(things)]
        if _stand_apart(looked_for, passages, rarity):
            before, after = "".join(clauses[:at]), rest + "".join(clauses[at + 1 :])
            return tuple(Part(f"{before}{thing}{after}") for thing in things)
    return ()


def _joined(clause: str) -> tuple[list[str], str]:
    """The things that conjunctions join in a clause, and what is said of all of them behind the last."""
    joins = list(WORDS["joins"].pattern.finditer(clause))
    if not joins:
        return [], ""
    last = clause[joins[-1].end() :]
    end = min((start for start, _ in asking_words(fold(last)) if start >= _LEAST), default=len(last))
    edges = [0, *(edge for join in joins for edge in join.span()), len(clause) - len(last) + end]
    things = [clause[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if any(sum(map(str.isalnum, thing)) < _LEAST for thing in things):
        return [], ""
    return things, last[end:]


def _beside(thing: str, *, first: bool) -> str:
    """The letters of a thing beside its conjunction: before the first may stand a place or a time."""
    letters = "".join(filter(str.isalnum, thing))
    return letters[-_WORDS_AT:] if first else letters[:_WORDS_AT]


def _stand_apart(
    looked_for: Sequence[str], passages: Sequence[Passage], rarity: Callable[[str], float]
) -> bool:
    """Whether each thing is told of, and no two of them in one sentence or row."""
    worth = [{term: rarity(term) for term in search_terms(words)} for words in looked_for]
    found: set[int] = set()
    for passage in passages:
        texts = (
            [passage.chunk.text] if passage.chunk.cells else [text_of(passage, m) for m in passage.matches]
        )
        for text in texts:
            terms = frozenset(search_terms(text))
            about = {at for at, one in enumerate(worth) if _share(one, terms) >= _HAS}
            if len(about) > 1:
                return False
            found |= about
    return len(found) == len(looked_for)


def _share(worth: dict[str, float], terms: frozenset[str]) -> float:
    total = sum(worth.values())
    return sum(worth[term] for term in worth.keys() & terms) / total if total else 0.0
