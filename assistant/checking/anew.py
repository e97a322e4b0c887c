"""What a text says that nobody said before it: figures, departments, places and titles."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.checking.names.names import (
    find_departments,
    find_places,
    find_quotes,
    is_department_of,
    is_place_of,
)
from assistant.figures.figures import ITEM, comparable, read_figures
from assistant.figures.same_figures import stands_among


def said_anew(text: str, before: Iterable[str]) -> list[str]:
    """The figures and names of a text (comparable) that stand in none of the texts before it."""
    text = comparable(text)
    known = [comparable(one) for one in before]
    figures = [figure for one in known for figure in read_figures(one)]
    new = [f.text for f in read_figures(text) if f.unit != ITEM and not stands_among(f, figures)]
    kinds = ((find_places, is_place_of), (find_departments, is_department_of))
    for find, stands in kinds:
        names = [text[start:end] for start, end in find(text)]
        new += [name for name in names if not any(stands(name, one) for one in known)]
    quoted = [text[start:end] for start, end in find_quotes(text)]
    return new + [quote for quote in quoted if not any(quote in one for one in known)]
