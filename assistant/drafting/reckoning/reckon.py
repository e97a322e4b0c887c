"""Sums, means, counts, and the most and the least of a table's column, by arithmetic over its rows.

Only where nothing is in doubt: one table and one column are meant by their own words, every word of the
question is one of the table, its document or of the arithmetic, and every row is there and has its figure.
Else nothing is reckoned: a wrong sum does more harm than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from assistant.drafting.reckoning.asked import EXTREMES, Ask, Wish, wish_of
from assistant.drafting.reckoning.columns import Column, Sheet, bare, is_share, is_total, read_sheet
from assistant.drafting.reckoning.reckoned import Reckoned, tell
from assistant.drafting.reckoning.understood import Letters
from assistant.figures.units import measured_by
from assistant.find import Found, not_of_others
from assistant.question.words import WORDS
from assistant.reading.signs import asked_units, signs_of
from assistant.types import Draft
from vectorstore.mentions.named import Mentions
from vectorstore.search.searcher import Searcher
from vectorstore.text import years_in
from vectorstore.types import Head, Passage

_LOOKED_AT = 8  # best passages among which a row of the table must be
_PERIODS = ("day", "week", "month", "year")  # 日供餐份数 says for how long, and not of which pupils
_FEWEST = 2  # rows that are reckoned over
_AMOUNT = re.compile(r"(?:数量|人数|总数|数|名额|金额|额)$")


def reckon(question: str, found: Found, passages: Sequence[Passage], searcher: Searcher) -> Draft | None:
    """What the one table that a question means gives for it; None where that is in any doubt."""
    text = bare(question)
    if wish_of(text) is None or _is_told(found, text):
        return None
    reckoned: dict[tuple[str, ...], Reckoned] = {}
    for head, sheet in _sheets(passages, found.mentions, searcher, years_in(question)):
        if one := _reckon(text, sheet, head):
            reckoned.setdefault(tuple(row.text for row in sheet.rows), one)
    return tell(next(iter(reckoned.values())), searcher) if len(reckoned) == 1 else None


def _is_told(found: Found, text: str) -> bool:
    """Whether what answers best is a sentence, and has a figure of the kind that is asked for."""
    best = next(iter(found.reading.spans), None)
    if best is None or best.passage.chunk.cells:
        return False
    return found.none < found.reading.refuse_from and bool(asked_units(text) & signs_of(best.text))


def _sheets(
    passages: Sequence[Passage], mentions: Mentions, searcher: Searcher, years: frozenset[int]
) -> Iterator[tuple[Head, Sheet]]:
    """The whole tables of the documents of which a row is among the best passages."""
    holdings = searcher.holdings
    best = not_of_others(passages, mentions)[:_LOOKED_AT]
    documents = dict.fromkeys(one.chunk.document_id for one in best if one.chunk.cells)
    for document_id in (one for one in documents if holdings.versions.is_meant(one, years)):
        for over, rows in holdings.tables_of(document_id):
            file = PurePath(holdings.document_of(rows[0]).source).stem
            if sheet := read_sheet("\n".join((over, *rows[0].path[:-1], file)), rows):
                yield holdings.head_of(rows[0]), sheet


def _reckon(text: str, sheet: Sheet, head: Head) -> Reckoned | None:
    """What one table gives for a question; None in doubt."""
    letters = Letters(text)
    columns = letters.mark_names([one for one in sheet.columns if not is_total(one.name)])
    wish = wish_of(letters.left)
    title = bare(f"{head.title}\n{head.region}\n{sheet.over}")
    chosen = letters.mark_rows(sheet, title)
    if wish is None or chosen is None:
        return None
    columns = columns or _column_meant(text, letters, sheet, title, wish)
    ask = wish.ask
    if ask is Ask.COUNT and columns:
        ask = Ask.TOTAL  # 有几所学校, where a column counts them
    elif ask is Ask.TOTAL and not columns:
        ask = Ask.COUNT  # 一共有几所学校, where each row is one
    per = next((c for c in sheet.columns if ask is Ask.AVERAGE and c not in columns and wish.is_per(c)), None)
    if per and not columns:  # 平均每班多少人: of each column of people
        columns = [column for column in sheet.columns if column.measures in asked_units(text)]
    if wish.noun and _headers_with(sheet, wish.noun):
        letters.mark(wish.noun)
    reckoned = Reckoned(ask, head.title, sheet, tuple(columns), chosen, wish.top, per)
    if not _is_sound(reckoned) or not _is_all_understood(letters, reckoned, head, title):
        return None
    return reckoned if per else _named(reckoned, wish, text)


def _is_sound(one: Reckoned) -> bool:
    """Whether the columns can be reckoned with so, over these rows."""
    if bool(one.columns) is (one.ask is Ask.COUNT):
        return False
    if len(one.columns) > 1 and one.ask is not Ask.TOTAL and not one.per:
        return False
    if one.ask not in EXTREMES and any(is_share(column) for column in one.columns):
        return False  # a mean of shares, each of another whole, is no share of the whole
    if one.columns and one.ask in (Ask.TOTAL, Ask.AVERAGE) and one.sheet.counts_in_several_units(one.rows):
        return False
    columns = (*one.columns, one.per) if one.per else one.columns
    least = min((sum(n in column.figures for n in one.rows) for column in columns), default=len(one.rows))
    return least >= _FEWEST


def _is_all_understood(letters: Letters, one: Reckoned, head: Head, title: str) -> bool:
    """Whether a question is about a table, and no letter of it says anything else."""
    is_about = bool(one.chosen.by) | letters.mark_shared(title)
    columns = (*one.columns, one.per) if one.per else one.columns
    for column in columns:
        is_about |= letters.mark_shared(column.name) or column.name in letters.text
    letters.mark_shared(one.sheet.other_headers)
    return is_about and not letters.says_more(head, columns)


def _column_meant(text: str, letters: Letters, sheet: Sheet, title: str, wish: Wish) -> list[Column]:
    """The one column that a question names in part, or by the unit that it asks for; none in doubt."""
    kinds = asked_units(text)
    alike = [column for column in sheet.columns if column.measures in kinds]
    pairs = {column.header: _pairs(column.name) for column in sheet.columns}
    by_words = []
    for column in sheet.columns:
        others = set().union(*(p for header, p in pairs.items() if header != column.header))
        fits = not kinds or column.measures in {"", *kinds} or _AMOUNT.sub("", column.name) in text
        if fits and any(pair in letters.left for pair in pairs[column.header] - others):
            by_words.append(column)
    totals = [column for column in alike or sheet.columns if is_total(column.name)]
    for meant in (by_words, alike, totals):
        meant = [column for column in meant if not (wish.ask is Ask.AVERAGE and wish.is_per(column))]
        if len(meant) == 1:
            return meant if meant[0] in totals or not _narrows(meant[0], text, title) else []
    return []


def _narrows(column: Column, text: str, title: str) -> bool:
    """Whether a column's name says more than the question and the title: 女教师人数 for 教师多少人."""
    name = _AMOUNT.sub("", column.name)
    known = f"{text}\n{title}"
    strange = [one for one in name if one not in known and measured_by().get(one) not in _PERIODS]
    return len(strange) > 1 or bool(strange and name[0] in strange)


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}


def _named(one: Reckoned, wish: Wish, text: str) -> Reckoned | None:
    """It with the column that tells the rows apart as what the question asks about; None if none does.

    Where a school has several rows, the row with the most is not the school with the most.
    """
    if one.ask is Ask.TOTAL:
        return one
    sheet, noun = one.sheet, wish.noun
    headers = _headers_with(sheet, noun)
    if one.ask is Ask.COUNT and "person" in asked_units(text):
        headers = [header for header in sheet.word_headers if WORDS["names_person"].holds(bare(header))]
    elif noun in one.by:
        headers = sheet.word_headers
    elif one.ask is Ask.COUNT and not noun:
        headers = []
    names = [bare(sheet.cell_at(n, headers[0]).text) for n in one.rows] if headers else [""]
    return one.by_name(headers[0]) if all(names) and len(set(names)) == len(names) else None


def _headers_with(sheet: Sheet, noun: str) -> list[str]:
    return [header for header in sheet.word_headers if noun in bare(header)]
