"""Which letters of a question a table explains: what is left says something that the table does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.drafting.reckoning.columns import Column, Sheet, bare
from assistant.figures.units import one_unit
from assistant.question.words import WORDS
from vectorstore.types import Head

_LONGEST_WORD = 24  # characters of a cell that names something
_EVERY_PLACE = re.compile(r"全([省市州盟县区旗镇乡校])")
_GONE = "\0"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that a question means, by number, and the words of cells ``by`` which they are chosen.

    ``beside`` are rows that have such a word only as a part of a cell: they are left out, and that is told.
    """

    rows: list[int]
    by: list[str] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)


class Letters:
    """A question's letters, of which those that are understood are marked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._understood: set[int] = set()

    @property
    def left(self) -> str:
        """The question with what is understood blotted out."""
        return "".join(_GONE if at in self._understood else one for at, one in enumerate(self.text))

    def mark(self, words: str) -> None:
        """Mark each place where these words stand."""
        self.mark_all(re.compile(re.escape(words)))

    def mark_all(self, pattern: re.Pattern[str]) -> None:
        """Mark what a pattern matches."""
        for found in pattern.finditer(self.text):
            self._understood.update(range(*found.span()))

    def mark_shared(self, text: str) -> bool:
        """Mark the pairs of letters that another text has too; whether there are any."""
        shared = {at for at in range(len(self.text) - 1) if self.text[at : at + 2] in text}
        self._understood |= shared | {at + 1 for at in shared}
        return bool(shared)

    def mark_names(self, columns: Sequence[Column]) -> list[Column]:
        """Mark the whole names of columns, of three letters at least; gives those columns."""
        named: list[Column] = []
        for column in sorted(columns, key=lambda one: -len(one.name)):
            if len(column.name) > 2 and column.name in self.left:
                self.mark(column.name)
                named.append(column)
        return sorted(named, key=columns.index)

    def mark_rows(self, sheet: Sheet, title: str) -> Chosen | None:
        """Mark what cells hold; gives the rows that have it. None in doubt.

        A word chooses the rows of which it is a cell. If it is a cell of none it chooses those whose names
        begin or end with it, where no other has it: 小学 chooses nothing where one row says 中小学. Of words
        of one column any will do, those of several columns are all meant: 小学和初中, 城关镇的小学.
        """
        texts = {n: [one for one in sheet.words_of(n) if len(one) <= _LONGEST_WORD] for n in sheet.body}
        names = {n: bare(sheet.name_of(n).text) for n in sheet.body}
        by_column: dict[str, set[int]] = {}
        chosen = Chosen(sheet.body)
        for term in _terms_in(self.left, "\n".join("\n".join(cells) for cells in texts.values())):
            holders = [n for n in sheet.body if any(term in one for one in texts[n])]
            whole = [n for n in sheet.body if term in texts[n]]
            named_otherwise = not whole and (term in sheet.other_headers or _is_made_of(title, term))
            if named_otherwise or len(whole) == len(sheet.body):
                continue
            edge = [n for n, name in names.items() if name.startswith(term) or name.endswith(term)]
            if not whole and holders != edge:
                return None
            column = sheet.header_with(whole[0], term) if whole else ""
            by_column.setdefault(column, set()).update(whole or edge)
            chosen.by.append(term)
            chosen.beside.extend(n for n in holders if n not in (whole or edge))
            self.mark(term)
        rows = [n for n in sheet.body if all(n in meant for meant in by_column.values())]
        return Chosen(rows, chosen.by, [n for n in chosen.beside if n not in rows])

    def says_more(self, head: Head, columns: Sequence[Column]) -> bool:
        """Whether anything is left that is neither grammar, nor a letter of a column's name or unit."""
        for place in _EVERY_PLACE.findall(self.left):
            if head.region.endswith(place) or f"全{place}" in head.title:
                self.mark(f"全{place}")
        self.mark_all(WORDS["says_no_row"].pattern)
        letters = {*"".join(f"{column.name}{column.unit}" for column in columns)}
        letters |= {one_unit().get(letter, letter) for letter in letters}  # 每天 of 日供餐份数
        return bool(set(self.left) - letters - {_GONE})


def _is_made_of(text: str, term: str) -> bool:
    """Whether each letter of a term stands in a pair that the text has: 青禾县教育 of 青禾县2026年教育."""
    letters = Letters(term)
    letters.mark_shared(text)
    return not letters.left.strip(_GONE)


def _terms_in(left: str, cells: str) -> list[str]:
    """The longest runs of two letters and more that stand in the question and in cells."""
    terms: dict[str, None] = {}
    at = 0
    while at < len(left) - 1:
        end = at + 1
        while end < len(left) and left[end] != _GONE and left[at : end + 1] in cells:
            end += 1
        found = end - at > 1 and left[at] != _GONE and not left[at:end].isdecimal()
        if found:
            terms[left[at:end]] = None
        at = end - 1 if found and end - 1 > at else at + 1
    return list(terms)
