"""Whether two figures say the same: one unit, one span of time, a date that says less than another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from assistant.figures.figures import ANY_UNIT, DATE, DOCUMENT, ITEM, Figure

_SHARES = ("%", "‰")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SPANS = {"分钟": (1, "分钟"), "小时": (60, "分钟"), "天": (1440, "分钟"), "周": (10_080, "分钟")}
_SPANS |= {"个月": (1, "个月"), "年": (12, "个月")}


def with_years(figures: Iterable[Figure], years: Iterable[str]) -> Iterator[Figure]:
    """The figures, and dates without a year also with the last year told and with each of ``years``."""
    last = ""
    for figure in figures:
        yield figure
        if figure.unit != DATE:
            continue
        if figure.value[0]:
            last = figure.value[0]
        else:
            for year in dict.fromkeys((last, *years)):
                yield replace(figure, value=(year, *figure.value[1:]))


def stands_among(figure: Figure, others: Iterable[Figure]) -> bool:
    """Whether one of the others says what the figure says."""
    return any(says_same(figure, other) for other in others)


def says_same(figure: Figure, other: Figure) -> bool:
    """Whether ``other`` says what ``figure`` says; it may say more (2025年3月1日 for 2025年).

    >>> from assistant.figures.figures import read_figures
    >>> def same(text: str, source: str) -> bool:
    ...     return says_same(read_figures(text)[0], read_figures(source)[0])
    >>> same("三年", "3年"), same("3天", "72小时"), same("2025年", "2025年3月1日")
    (True, True, True)
    >>> same("30所", "30个"), same("2025年3月1日", "2025年")
    (False, False)
    """
    if figure.unit == other.unit == DATE:
        return all(part in ("", same) for part, same in zip(figure.value, other.value, strict=True))
    if DATE in (figure.unit, other.unit):
        day, bare = (figure, other) if figure.unit == DATE else (other, figure)
        asked_for_more = day is figure and any(day.value[1:])
        return bare.unit in ("", ANY_UNIT) and bare.value == day.value[:1] and not asked_for_more
    if figure.value == other.value:
        return _measures(figure.unit, other.unit)
    if other.unit == ANY_UNIT and (number := _NUMBER.match(figure.text)):
        return _plain(number[0]) == other.value[0]  # 300万元 of a cell that says 300.00
    own, theirs = in_least_unit(figure), in_least_unit(other)
    return own is not None and own == theirs


def is_difference(figure: Figure, one: Figure, other: Figure) -> bool:
    """Whether an amount is by how much two others of one unit differ; shares differ by 百分点."""
    unit = "百分点" if one.unit == "%" else one.unit
    values = (*figure.value, *one.value, *other.value)
    if figure.unit != unit or one.unit != other.unit or unit in (DATE, DOCUMENT, ITEM) or len(values) != 3:
        return False
    if any(value.count(".") > 1 for value in values):
        return False
    difference, first, second = map(Decimal, values)
    return difference == abs(first - second)


def in_least_unit(figure: Figure) -> tuple[Decimal, str] | None:
    """A span of time in minutes or months: 3天 is 72小时, and 1年 12个月; None of all else."""
    if len(figure.value) != 1 or figure.unit not in _SPANS or figure.value[0].count(".") > 1:
        return None
    times, least = _SPANS[figure.unit]
    return Decimal(figure.value[0]) * times, least


def _plain(number: str) -> str:
    return f"{Decimal(number).normalize():f}"


def _measures(unit: str, other: str) -> bool:
    if unit == other:
        return True
    if not unit or other == ANY_UNIT:
        return {unit, other}.isdisjoint((*_SHARES, DOCUMENT))
    return unit.startswith("第") and other in ("", ITEM)  # 第三项 of a list that numbers its items 3.
