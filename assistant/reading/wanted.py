"""A question as it is compared with text: what each of its terms is worth, which signs and units it wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.reading.learned import Learned
from assistant.reading.signs import asked_units, sign_names
from vectorstore.text import fold, search_terms

_CONTEXT = 0.4  # weight of words carried over from an earlier question
_CHARACTER = 0.25  # weight of a single Chinese character beside a pair
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class Wanted:
    """A question as it is compared.

    ``worth`` is by term how much it counts: how rare it is in the library, times how often such a term
    recurs in answers. ``expected`` is how probable each sign is in the answer, as ``sign_names`` has them.
    """

    text: str
    worth: dict[str, float]
    expected: NDArray[np.float64]
    units: frozenset[str]

    @cached_property
    def total(self) -> float:
        """The worth of all terms together."""
        return sum(self.worth.values())

    @cached_property
    def figures(self) -> frozenset[str]:
        """The terms of the question that are numbers."""
        return frozenset(term for term in self.worth if _FIGURE.search(term))

    def share(self, terms: Iterable[str]) -> float:
        """How much of the question's worth stands among ``terms``, 0 to 1."""
        if not self.total:
            return 0.0
        return sum(self.worth[term] for term in self.worth.keys() & frozenset(terms)) / self.total

    def probability_of(self, sign: str) -> float:
        """How probable it is that the answer shows a sign."""
        return float(self.expected[sign_names().index(sign)])


def want(focus: str, context: str, rarity: Callable[[str], float], learned: Learned) -> Wanted:
    """Read a question; ``context`` is what it leans on, ``rarity`` the worth of a term in the library."""
    worth: dict[str, float] = {}
    for text, factor in ((context, _CONTEXT), (focus, 1.0)):
        for term in set(search_terms(text)):
            worth[term] = max(worth.get(term, 0.0), factor * _worth_of(term, rarity, learned))
    text = fold(focus)
    return Wanted(text, worth, _expected(text, learned), asked_units(text))


def _worth_of(term: str, rarity: Callable[[str], float], learned: Learned) -> float:
    size = _CHARACTER if len(term) == 1 and not term.isascii() else 1.0
    return size * learned.recurs.get(term, learned.recurs_else[len(term) == 1]) * rarity(term)


def _expected(question: str, learned: Learned) -> NDArray[np.float64]:
    logits = learned.sign_bias.copy()
    for gram in set(search_terms(question)):
        if (row := learned.grams.get(gram)) is not None:
            logits += row
    probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -20, 20)))
    return probabilities
