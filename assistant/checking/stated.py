"""What a sentence states that can be looked up: figures and names, where they stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.checking.cited import Source
from assistant.checking.names.names import is_department_of, is_place_of
from assistant.figures.figures import DATE, ITEM, Figure, read_figures
from assistant.figures.same_figures import stands_among


class Kind(StrEnum):
    """What sort of thing a claim is about."""

    FIGURE = "figure"
    QUOTE = "quote"
    TITLE = "title"
    PLACE = "place"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure or a name where it stands in a sentence (comparable)."""

    kind: Kind
    text: str
    start: int
    figure: Figure | None = None

    @property
    def end(self) -> int:
        """Where it ends in the sentence."""
        return self.start + len(self.text)

    @property
    def is_amount(self) -> bool:
        """Whether it is a figure and no date."""
        return self.figure is not None and self.figure.unit != DATE

    def stands_in(self, source: Source) -> bool:
        """Whether the source says it."""
        if self.figure:
            return stands_among(self.figure, source.figures)
        if self.kind is Kind.DEPARTMENT:
            return is_department_of(self.text, source.body)
        if self.kind is Kind.PLACE:
            return is_place_of(self.text, source.body) or self.text in source.place_names
        return self.text in source.body


def figures_of(text: str) -> list[Claim]:
    """The figures of a comparable text as claims, without the numbers of a list's items.

    >>> [claim.text for claim in figures_of("1.新建12所学校")]
    ['12所']
    """
    return [Claim(Kind.FIGURE, f.text, f.start, f) for f in read_figures(text) if f.unit != ITEM]
