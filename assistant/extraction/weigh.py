"""How well a sentence meets a question: the share of the question's matter that it holds.

Terms are the characters and pairs of characters of vectorstore.text, each
weighed by how rare it is in the library, so that what is particular to the
question counts and what every document says does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.extraction.intent import content_of
from vectorstore.glossary import official_words
from vectorstore.text import search_terms

_NEAR = 2.5  # how much more the words beside a name count when several things are named
_CONTEXT = 0.4  # weight of words carried over from an earlier question
_OFFICIAL = 0.8  # weight of official words for what the question says in words that the library never uses
_BESIDE = 0.3  # weight of official words for spoken ones that the library uses too
_CHARACTER = 0.25  # weight of a single Chinese character beside a pair


@dataclass(frozen=True, slots=True)
class Matter:
    """The question's terms with their weights; ``total`` is their sum."""

    weights: dict[str, float]
    total: float

    def leaning_to(self, words: str) -> Matter:
        """The same matter with these words counting more: they stand beside what is looked at now."""
        near = set(search_terms(words))
        weights = {term: weight * (_NEAR if term in near else 1.0) for term, weight in self.weights.items()}
        return Matter(weights, sum(weights.values()))

    def share(self, terms: Iterable[str]) -> float:
        """The share of the matter that ``terms`` hold, 0 to 1."""
        if not self.total:
            return 0.0
        return sum(self.weights.get(term, 0.0) for term in set(terms)) / self.total


def weigh(focus: str, context: str, without: Iterable[str], weight: Callable[[str], float]) -> Matter:
    """The matter of a question, ``without`` the names that only say where to look.

    ``context`` is what a follow-up carries over from an earlier question; it counts less.
    Spoken words bring their official ones along, most of all those that the library never uses.
    """
    weights: dict[str, float] = {}
    for text, factor in ((context, _CONTEXT), (focus, 1.0)):
        content = content_of(text)
        for name in sorted(without, key=len, reverse=True):
            content = content.replace(name, " ")
        for term in set(search_terms(content)):
            size = _CHARACTER if len(term) == 1 and not term.isascii() else 1.0
            weights[term] = max(weights.get(term, 0.0), factor * size * weight(term))
    for said, words in official_words(focus).items():
        factor = _OFFICIAL if _is_unknown(said, weight) else _BESIDE
        for term in search_terms(" ".join(words)):
            size = _CHARACTER if len(term) == 1 else 1.0
            weights[term] = max(weights.get(term, 0.0), factor * size * weight(term))
    return Matter(weights, sum(weights.values()))


def _is_unknown(said: str, weight: Callable[[str], float]) -> bool:
    """Whether the library never says it: no pair of its characters is in any chunk."""
    pairs = [term for term in search_terms(said) if len(term) > 1] or [said]
    return all(weight(pair) >= weight("") for pair in pairs)
