"""How what was reckoned from a table is told: the figure, the rows under it, the table's own total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from assistant.drafting.reckoning.asked import EXTREMES, Ask
from assistant.drafting.reckoning.columns import Column, Sheet
from assistant.drafting.reckoning.understood import Chosen
from assistant.drafting.rows import squeezed
from assistant.types import Draft, Statement
from vectorstore.errors import Message
from vectorstore.search.searcher import Searcher

_LISTED = 30  # rows that are told one by one
_NAMED = 3  # cells that are told of those not counted
_PLACES = Decimal("0.01")  # of a mean


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What is to be told of a table in the document of that ``title``: of which columns, over which rows.

    ``top`` is how many of the rows, where those with the most or the least are asked for.
    ``per`` is the column whose sum a mean is taken over. ``naming`` is the header of the column that the
    rows are told by; empty where any will do.
    """

    ask: Ask
    title: str
    sheet: Sheet
    columns: tuple[Column, ...]
    chosen: Chosen
    top: int = 1
    per: Column | None = None
    naming: str = ""

    @property
    def rows(self) -> list[int]:
        """The numbers of the rows."""
        return self.chosen.rows

    @property
    def by(self) -> list[str]:
        """The words that the rows are chosen by."""
        return self.chosen.by

    def by_name(self, header: str) -> Reckoned:
        """It with its rows told by the column of that header."""
        return replace(self, naming=header)


def tell(one: Reckoned, searcher: Searcher) -> Draft:
    """The figure first, then each row that it rests on, as it stands there."""
    told = list(one.rows)
    for column in one.columns[:1]:
        told = _with_figures(one, column)
        if one.ask in EXTREMES:
            told = _best(one, column)
    totals = {n for column in one.columns for n in _totals(one, column)}
    shown = [*told[:_LISTED], *sorted(totals)]
    lead = _joined([_lead(one, column) for column in one.columns] or [_count(one)], "；", "; ")
    if one.columns:  # a table may be of less than the question: of private schools, of one town
        lead = _joined([Message(f"《{one.title}》", f"{one.title}: "), lead], "", "")
    if len(told) > _LISTED:
        lead = _joined([lead, Message(f"（以下列出前{_LISTED}行）", f" (the first {_LISTED} rows)")], "", "")
    statements = tuple(_statement(one, number, searcher, rank) for rank, number in enumerate(shown, start=1))
    return Draft(statements=statements, lead=lead, final=True)


def _joined(parts: Sequence[Message], between: str, in_english: str) -> Message:
    return Message(
        between.join(part.in_language("zh") for part in parts),
        in_english.join(part.in_language("en") for part in parts),
    )


def _count(one: Reckoned) -> Message:
    by = f"“{'、'.join(one.by)}”的" if one.by else ""
    count = Message(
        f"《{one.title}》的表中{by}共有{len(one.rows)}行",
        f"the table in {one.title} has {len(one.rows)} such rows",
    )
    return _joined([count, *_beside(one)], "，", ", ")


def _with_figures(one: Reckoned, column: Column) -> list[int]:
    return [number for number in one.rows if number in column.figures]


def _best(one: Reckoned, column: Column) -> list[int]:
    """The rows with the most or the least, first to last, with all that have as much as the last of them."""
    rows = sorted(_with_figures(one, column), key=lambda n: column.figures[n], reverse=one.ask is Ask.MOST)
    last = column.figures[rows[: one.top][-1]]
    return [n for at, n in enumerate(rows) if at < one.top or column.figures[n] == last]


def _lead(one: Reckoned, column: Column) -> Message:
    rows = _with_figures(one, column)
    by = f"{'、'.join(one.by)}，" if one.by else ""
    over = Message(
        f"“{squeezed(column.header)}”一列（{by}{len(rows)}行）",
        f"{squeezed(column.header)}, {len(rows)} rows, ",
    )
    parts = [_figure(one, column, rows), *_asides(one, column, _sum(column, rows)), *_beside(one)]
    return _joined([over, _joined(parts, "，", ", ")], "", "")


def _sum(column: Column, rows: Sequence[int]) -> Decimal:
    return sum((column.figures[number] for number in rows), Decimal(0))


def _figure(one: Reckoned, column: Column, rows: Sequence[int]) -> Message:
    """What is reckoned of a column, in words."""
    whole = _sum(column, rows)
    if one.ask is Ask.TOTAL:
        return Message(f"合计{_shown(whole, column)}", f"total: {_shown(whole, column)}")
    if one.ask is Ask.AVERAGE:
        return _mean(column, rows, one.per)
    zh, en = ("最大", "most") if one.ask is Ask.MOST else ("最小", "least")
    if one.top > 1:
        return Message(f"{zh}的{one.top}个依次是", f"the {one.top} {en}")
    shown = _shown(column.figures[_best(one, column)[0]], column)
    return Message(f"{zh}的是{shown}", f"{en}: {shown}")


def _mean(column: Column, rows: Sequence[int], per: Column | None) -> Message:
    """The mean of a row or, over the sum of another column, of what that counts: pupils of a class."""
    among = [number for number in rows if not per or number in per.figures]
    whole, count = _sum(column, among), _sum(per, among) if per else Decimal(len(among))
    if not count:
        return Message("不能平均", "no mean")
    exact = whole / count
    mean = exact.quantize(_PLACES, ROUND_HALF_UP)
    about = ("", "") if mean == exact else ("约", "about ")
    shown = _shown(mean, column)
    over = Message("", "")
    if per:
        header = squeezed(per.header)
        over = Message(f"，除以“{header}”合计{count:f}", f", over {header}, total: {count:f}")
    return Message(
        f"平均{about[0]}{shown}，合计{_shown(whole, column)}{over.in_language('zh')}",
        f"mean: {about[1]}{shown}, total: {_shown(whole, column)}{over.in_language('en')}",
    )


def _beside(one: Reckoned) -> list[Message]:
    """Rows that have the words that rows are chosen by as a part of others only."""
    if not one.chosen.beside:
        return []
    sheet, number = one.sheet, len(set(one.chosen.beside))
    words = dict.fromkeys(
        text for n in one.chosen.beside for text in sheet.words_of(n) if any(by in text for by in one.by)
    )
    named = "、".join(list(words)[:_NAMED])
    return [
        Message(f"另有{number}行写作{named}，没有算入", f"{number} more rows say {named} and are not counted")
    ]


def _asides(one: Reckoned, column: Column, whole: Decimal) -> Sequence[Message]:
    """Rows without a figure, and what the table's own total says."""
    asides: list[Message] = []
    if lacking := len(one.rows) - len(_with_figures(one, column)):
        asides.append(Message(f"另有{lacking}行没有数字", f"{lacking} more rows have no figure"))
    grand = _totals(one, column)
    if any(column.figures[n] == whole for n in grand):
        asides.append(Message("与表中的合计一致", "as the table's own total says"))
    elif len(grand) == 1:
        own = _shown(column.figures[grand[0]], column)
        asides.append(
            Message(
                f"但表中的合计写作{own}，两者不一致",
                f"but the table's own total says {own}, which does not agree",
            )
        )
    elif grand:
        asides.append(Message("表中的合计没有一个与此相等", "none of the table's own totals is equal to it"))
    return asides


def _totals(one: Reckoned, column: Column) -> list[int]:
    """The rows of the table's own totals: those that agree with the sum or, where none does, all."""
    if one.ask is not Ask.TOTAL or one.by:
        return []
    whole = _sum(column, _with_figures(one, column))
    totals = [n for n in sorted(one.sheet.totals) if n in column.figures]
    return [n for n in totals if column.figures[n] == whole] or totals


def _shown(figure: Decimal, column: Column) -> str:
    return f"{figure.normalize():f}{column.unit}"


def _statement(one: Reckoned, number: int, searcher: Searcher, rank: int) -> Statement:
    """A row by its name and its figures, cited as it stands."""
    row = one.sheet.rows[number]
    name = one.sheet.cell_at(number, one.naming) if one.naming else one.sheet.name_of(number)
    figures = [(column, squeezed(one.sheet.cell_at(number, column.header).text)) for column in one.columns]
    if len(figures) == 1:
        column, text = figures[0]
        said = f"：{text}{'' if text.endswith(column.unit) else column.unit}"
    else:
        said = "，".join(f"{squeezed(column.header)}{text}" for column, text in figures)
        said = f"：{said}" if said else ""
    start, end = row.cells_span
    above = tuple(cell for cell in row.cells_above if cell == name)
    return Statement(
        text=f"{squeezed(name.text)}{said}",
        passage=searcher.passage(row, rank),
        start=start,
        end=end,
        above=above,
    )
