"""Which documents are copies or near copies of each other, so that a split keeps them on one side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

from vectorstore.text import squeeze

_SHINGLE = 12  # characters
_KEPT = 8  # one shingle of so many is compared, chosen by its checksum
_ALIKE = 0.4  # share of the shorter text that stands in the longer
_FEWEST = 8  # shingles below which a text is too short to be compared
_PARENTHESES = re.compile(r"[（(〔\[][^（()）〕\]]*[)）〕\]]")


def families(texts: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    """By the name of a document, the name that stands for all that are alike: the first of them."""
    names = sorted(texts)
    shingles = {name: shingles_of(texts[name]) for name in names}
    plain = {name: _plain(titles.get(name, "")) for name in names}
    first = {name: name for name in names}
    for at, name in enumerate(names):
        for other in names[:at]:
            same_title = bool(plain[name]) and plain[name] == plain[other]
            if same_title or overlap(shingles[name], shingles[other]) >= _ALIKE:
                _join(first, name, other)
    return {name: _first_of(first, name) for name in names}


def shingles_of(text: str) -> frozenset[int]:
    """Checksums that stand for the runs of characters of a text."""
    squeezed = squeeze(text)[0]
    runs = (squeezed[at : at + _SHINGLE] for at in range(max(1, len(squeezed) - _SHINGLE + 1)))
    return frozenset(check for check in (crc32(run.encode()) for run in runs) if check % _KEPT == 0)


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of the shorter text that stands in the longer; 0 for texts that are too short to tell."""
    least = min(len(one), len(other))
    return len(one & other) / least if least >= _FEWEST else 0.0


def alike(text: str, others: Sequence[frozenset[int]]) -> bool:
    """Whether a text is alike to one of which these are the shingles."""
    own = shingles_of(text)
    return any(overlap(own, other) >= _ALIKE for other in others)


def _plain(title: str) -> str:
    """A title without what stands in brackets, such as its year."""
    return "".join(filter(str.isalnum, _PARENTHESES.sub("", squeeze(title)[0])))


def _join(first: dict[str, str], one: str, other: str) -> None:
    ends = sorted((_first_of(first, one), _first_of(first, other)))
    first[ends[1]] = ends[0]


def _first_of(first: Mapping[str, str], name: str) -> str:
    while first[name] != name:
        name = first[name]
    return name
