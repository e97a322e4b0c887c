"""Which titles of the library a question shares words with, found without reading every title.

A province's titles are thousands and alike; an index of their three-character
pieces leaves those that can share anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from vectorstore.mentions.named import Mention, Target

_LEAST = 3  # characters of a title that a question must share to narrow down what it means


class TitleIndex:
    """The titles of all targets, folded, by what is in them."""

    def __init__(self, titles: Mapping[Target, str]) -> None:
        self._targets: dict[str, set[Target]] = defaultdict(set)
        self._pieces: dict[str, set[str]] = defaultdict(set)
        for target, title in titles.items():
            self._targets[title].add(target)
        for title in self._targets:
            for start in range(len(title) - _LEAST + 1):
                piece = title[start : start + _LEAST]
                if not any(map(str.isspace, piece)):  # a run stays within a title or an alias
                    self._pieces[piece].add(title)

    def shared(self, text: str) -> list[Mention]:
        """The longest runs of three characters or more that stand in titles, in order, none overlapping."""
        found: dict[tuple[int, int], set[str]] = defaultdict(set)
        for start, end, titles in self._runs(text):
            found[start, end] |= titles
        kept: list[tuple[int, int]] = []
        for start, end in sorted(found, key=lambda span: span[0] - span[1]):
            if not any(start < other_end and other < end for other, other_end in kept):
                kept.append((start, end))
        return [
            Mention(text[a:b], a, b, frozenset[Target]().union(*map(self._targets.__getitem__, found[a, b])))
            for a, b in kept
        ]

    def _runs(self, text: str) -> Iterator[tuple[int, int, set[str]]]:
        """Every run of the text that stands in some titles and there can't be longer, with those titles."""
        nothing: set[str] = set()
        at = [self._pieces.get(text[i : i + _LEAST], nothing) for i in range(len(text) - _LEAST + 1)]
        for start, titles in enumerate(at):
            before = at[start - 1] if start else nothing
            end = start + _LEAST
            while titles:
                following = at[end - _LEAST + 1] if end < len(text) else nothing
                longer = {title for title in titles & following if text[start : end + 1] in title}
                ended = titles - longer if longer else titles
                whole = {t for t in ended if t not in before or text[start - 1 : end] not in t}
                if whole:
                    yield start, end, whole
                titles, end = longer, end + 1
