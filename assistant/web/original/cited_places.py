"""The citations of one answer as the reader's address names them: ID:start-end, parted by commas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from assistant.saying.answer_json import document_url

MOST_PLACES = 20
_LONGEST = 4000  # characters of the parameter that are looked at
_PLACE = re.compile(r"([0-9A-Za-z_-]{1,64}):([0-9]{1,9})-([0-9]{1,9})")


class CitedPlace(NamedTuple):
    """A range of characters of a document."""

    document_id: str
    start: int
    end: int


def read_places(written: str) -> tuple[CitedPlace, ...]:
    """The places that are named, each once and at most 20; what is no place is passed over."""
    matches = map(_PLACE.fullmatch, written[:_LONGEST].split(","))
    places = (CitedPlace(match[1], int(match[2]), int(match[3])) for match in matches if match)
    return tuple(dict.fromkeys(place for place in places if place.start < place.end))[:MOST_PLACES]


class Steps(NamedTuple):
    """Where among the citations a page stands, from 1; the links are empty at the ends."""

    number: int
    total: int
    previous: str
    following: str


def read_steps(
    places: Sequence[CitedPlace], here: CitedPlace, kept: Sequence[tuple[str, str]]
) -> Steps | None:
    """The way from citation to citation, if the page shows one of several. Links keep ``kept``."""
    if here not in places or len(places) < 2:
        return None
    index = places.index(here)
    links = [_link(place, places, kept) for place in places]
    return Steps(
        number=index + 1,
        total=len(places),
        previous=links[index - 1] if index else "",
        following=links[index + 1] if index + 1 < len(places) else "",
    )


def _link(place: CitedPlace, places: Sequence[CitedPlace], kept: Sequence[tuple[str, str]]) -> str:
    written = ",".join(f"{each.document_id}:{each.start}-{each.end}" for each in places)
    mark = "" if ("embed", "1") in kept else "#cited"  # in a panel it would scroll the page around it, too
    return f"{document_url(*place)}&{urlencode([('cites', written), *kept], safe=':,')}{mark}"
