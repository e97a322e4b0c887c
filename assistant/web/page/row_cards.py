"""What an answer tells of a table's row, as a card: its name, and each column with its cell.

Only where the words of the answer are just the row's own cells; whatever else it says stays a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from assistant.drafting.rows import BLANK, said_of, squeezed

Json = Mapping[str, Any]

_STATEMENT = re.compile(r"(.+?)((?:\[\d{1,3}\])+)")
_LABEL = re.compile(r"\d+")
_NAMED = "——"


class RowCard(NamedTuple):
    """A row that is told: what stands before it in its line, its name, columns with cells, and its labels."""

    before: str
    name: str
    cells: tuple[tuple[str, str], ...]
    labels: str


def cut_cards(line: str, citations: Sequence[Json]) -> Iterator[RowCard | str]:
    """A line of an answer as cards of rows and the text between them, in order."""
    rows = {str(one["label"]): one["cells"] for one in citations if one.get("cells")}
    text, end = "", 0
    for statement in _STATEMENT.finditer(line):
        cells = next((rows[label] for label in _LABEL.findall(statement[2]) if label in rows), ())
        card = _card(statement[1], statement[2], cells)
        if card is None:
            text += statement[0]
        else:
            yield from filter(None, (text,))
            yield card
            text = ""
        end = statement.end()
    yield from filter(None, (text + line[end:],))


def _card(told: str, labels: str, cells: Sequence[Json]) -> RowCard | None:
    for cell in cells:
        name = squeezed(cell["text"])
        before, found, rest = told.partition(f"{name}{_NAMED}")
        if name and found and (shown := _cells_in(rest.removesuffix("。"), cells)):
            return RowCard(before, name, shown, labels)
    return None


def _cells_in(told: str, cells: Sequence[Json]) -> tuple[tuple[str, str], ...]:
    """The columns and cells that a text is made of, one after the other; none where it is anything else."""
    shown: list[tuple[str, str]] = []
    while told:
        for cell in cells:
            said = said_of(cell["header"], cell["text"])
            if told == said or told.startswith(f"{said}；"):
                shown.append((cell["header"], squeezed(cell["text"]) or BLANK))
                told = told[len(said) + 1 :]
                break
        else:
            return ()
    return tuple(shown)
