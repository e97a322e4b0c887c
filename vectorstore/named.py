"""What a question can name, and how several names in it come together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vectorstore.types import Head

_LEAST_BESIDE_PLACE = 2  # characters of a title beside its place that name the document
_APART = re.compile(r"[和与及跟同比对、，,；;：:。？?！!《》\n—]|还是|以及|\b(?:and|with|or|than)\b")
_CLEAR_TITLE = 4  # characters of a title that name a document of its own


@dataclass(frozen=True, slots=True)
class Target:
    """A document, or one document of a compilation: what a question can be about."""

    document_id: str
    part: int
    head: Head = field(compare=False)  # follows from the two above


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a question names.

    ``groups`` are the things it speaks of side by side: one group for "嘉兴…",
    two for "嘉兴和绍兴…"; each is a set of targets that can be meant. No group:
    anything may be meant. ``unknown`` are names of places that occur nowhere in
    the library; ``uncollected`` are documents, by number or title, and quoted
    names of plans and projects that the question asks into and the library does
    not have; ``foreign`` are quoted
    names that stand only outside the groups.
    ``clauses`` are numbers of articles or items. ``words`` are all words that
    named a target; ``scope_words`` those among them that say only where to
    look, quoted names that are part of the matter left out. ``within`` are the
    bare names of places that no document is of and that a text speaks of;
    ``places`` are all words that name a place.
    """

    groups: tuple[frozenset[Target], ...] = ()
    unknown: tuple[str, ...] = ()
    uncollected: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    clauses: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    scope_words: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def targets(self) -> frozenset[Target]:
        """All targets of all groups; empty means everywhere."""
        return frozenset().union(*self.groups)


def within(mentions: Mentions, allowed: frozenset[Target]) -> Mentions:
    """What is named, as far as it is allowed; a question that names nothing is about all that is.

    Where all that it names lies outside, it asks for what is not there.
    """
    groups = tuple(inside for group in mentions.groups if (inside := group & allowed))
    if mentions.groups and not groups:
        return replace(mentions, groups=(), uncollected=(*mentions.uncollected, *mentions.scope_words))
    return replace(mentions, groups=groups or (allowed,))


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a question, from ``start`` to ``end``, and what they can mean; nothing if it is not here."""

    words: str
    start: int
    end: int
    targets: frozenset[Target]
    stands_alone: bool = False  # names something by itself, however short
    in_text: bool = False  # a place that the body speaks of: it says where to look, and is part of the matter


def scope_words(named: Sequence[Mention], quoted: Sequence[Mention]) -> tuple[str, ...]:
    """The words that say only where to look: not those inside a quoted name, nor places of the body."""
    inside = [(m.start, m.end) for m in quoted if not m.words.isdigit()]
    outside = [m for m in named if not any(a <= m.start and m.end <= b for a, b in inside)]
    words = [m.words for m in outside if not m.in_text]
    return tuple(dict.fromkeys([*words, *(m.words for m in quoted if m.words.isdigit())]))


def ends_place_name(title: Mention, places: Sequence[Mention]) -> bool:
    """Whether a title's words only continue a place's name: 某市 + 教育和体育局."""
    return any(place.end == title.start and not place.targets & title.targets for place in places)


def extends_place_name(title: Mention, places: Sequence[Mention]) -> bool:
    """Whether a title's words are hardly more than a place's name: 某市学 of 某市学校管理办法."""
    around = (place for place in places if title.start <= place.start and place.end <= title.end)
    return any(len(title.words) - len(place.words) < _LEAST_BESIDE_PLACE for place in around)


def is_matter_of_place(title: Mention, places: Sequence[Mention], text: str) -> bool:
    """Whether a title's words say what is asked of a place that no such document is of: 乙县的午餐补助."""
    before = [place for place in places if place.end <= title.start]
    if not before or not before[-1].targets or before[-1].targets & title.targets:
        return False
    return not _APART.search(text, before[-1].end, title.start + 1)


def combine(mentions: Sequence[Mention]) -> tuple[frozenset[Target], ...]:
    """Mentions that can mean the same thing narrow one another; clear ones that can't stand side by side."""
    groups: list[frozenset[Target]] = []
    first: list[int] = []
    for mention in sorted(mentions, key=lambda m: (len(m.targets), m.start)):
        for index, group in enumerate(groups):
            if group & mention.targets:
                groups[index] = group & mention.targets
                first[index] = min(first[index], mention.start)
                break
        else:
            if len(mention.words) >= _CLEAR_TITLE or not groups or mention.stands_alone:
                groups.append(mention.targets)
                first.append(mention.start)
    order = sorted(range(len(groups)), key=first.__getitem__)
    return tuple(dict.fromkeys(groups[index] for index in order))


def narrow(
    groups: tuple[frozenset[Target], ...], quoted: Sequence[Mention], compares: bool
) -> tuple[tuple[frozenset[Target], ...], tuple[str, ...]]:
    """Quoted names narrow the groups, are a group themselves, or turn out to belong elsewhere."""
    found, foreign = list(groups), []
    for mention in quoted:
        index = next((i for i, group in enumerate(found) if group & mention.targets), None)
        if index is not None:
            found[index] &= mention.targets
        elif not groups or compares or mention.stands_alone:
            found.append(mention.targets)
        else:
            foreign.append(mention.words)
    return tuple(found), tuple(foreign)
