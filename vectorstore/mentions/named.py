"""What a question can name, and how several names in it come together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vectorstore.types import Head

_CLEAR = 6  # characters of a title that name a second document beside one that is named already


@dataclass(frozen=True, slots=True)
class Target:
    """A document, or one document of a compilation: what a question can be about."""

    document_id: str
    part: int
    head: Head = field(compare=False)  # follows from the two above


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a question, from ``start`` to ``end``, and what they can mean; nothing if it is not here.

    ``certain`` words name something by themselves, however short: a place, a number, a quoted name.
    """

    words: str
    start: int
    end: int
    targets: frozenset[Target]
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a question names.

    ``groups`` are the things it speaks of side by side: one group for "嘉兴…",
    two for "嘉兴和绍兴…"; each is a set of targets that can be meant. No group:
    anything may be meant. ``unknown`` are places and numbers of documents that
    stand nowhere in the library. ``clauses`` are numbers of articles or items.
    ``words`` are all words that named a target; ``places`` all that name a place.
    ``certain``: places, numbers or ordinals named the groups, and not words of titles alone.
    """

    groups: tuple[frozenset[Target], ...] = ()
    unknown: tuple[str, ...] = ()
    clauses: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    certain: bool = False

    @property
    def targets(self) -> frozenset[Target]:
        """All targets of all groups; empty means everywhere."""
        return frozenset().union(*self.groups)


def within(mentions: Mentions, allowed: frozenset[Target]) -> Mentions:
    """What is named, as far as it is allowed; what is named with certainty and lies outside is unknown."""
    groups = tuple(inside for group in mentions.groups if (inside := group & allowed))
    outside = mentions.certain and mentions.groups and not groups
    unknown = (*mentions.unknown, *mentions.words) if outside else mentions.unknown
    return replace(mentions, groups=groups, unknown=unknown, certain=mentions.certain and bool(groups))


def combine(mentions: Sequence[Mention]) -> tuple[frozenset[Target], ...]:
    """Mentions that can mean the same thing narrow one another; clear ones that can't stand side by side."""
    groups: list[frozenset[Target]] = []
    first: list[int] = []
    for mention in sorted(
        mentions, key=lambda m: (not m.certain, -len(m.words) * (not m.certain), len(m.targets))
    ):
        for index, group in enumerate(groups):
            if group & mention.targets:
                groups[index] = group & mention.targets
                first[index] = min(first[index], mention.start)
                break
        else:
            if mention.certain or not groups or len(mention.words) >= _CLEAR:
                groups.append(mention.targets)
                first.append(mention.start)
    order = sorted(range(len(groups)), key=first.__getitem__)
    return tuple(dict.fromkeys(groups[index] for index in order))
