"""Figures that stand nowhere and follow from some that do: sums, differences, products, counts, days between.

All functions read comparable text (see ``assistant.figures.figures``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import combinations, permutations

from assistant.figures.figures import DATE, DOCUMENT, ITEM, TIME, Figure
from assistant.figures.same_figures import says_same, with_years

_RECKONS = re.compile(
    r"合计|一共|共计|总计|总共|合起来|加起来|相加|共(?=[\d有为])|(?:多|少|高|低|差|早|晚|加|减)(?:了|出|约)?(?=[\d一二两三])|"
    r"相差|相隔|相距|还(?:剩|有|差)|剩下|就是|等于|折合|[全每一](?:年|学年|学期|个月)|提前|推迟|平均|至少|只需|减半|路上|历时|用时|算|付|约|"
    r"total|more|less|higher|lower|difference|left|sum|together|equal|costs|average"
)
_MOST_ADDED = 8  # of the figures told before
_MOST_SAID, _MOST_KNOWN = 40, 200  # that are compared in pairs
_MOST_TIMES = 1000
_MINUTES = {"分钟": 1, "小时": 60}
_NEAR = Decimal("0.04")  # how far a fraction that is told may be from the exact one, as a share of it
_ABOUT = re.compile(r"约[为合是]?$|近$")
_DAY, _DAYS_LONGEST = "天", 400
_COUNTED = frozenset("个项种类条点档级名人所家位处门件册期次步班方面")  # what is counted by listing it
_MOST_COUNTED = 30
_FEW = 10
_TOGETHER = re.compile(r"合计|相加|加起来|合起来|都符合|都满足")
_LISTED = re.compile(r"[、;；]|(?<=[\u4e00-\u9fff])(?:以及|和|及)(?=[\u4e00-\u9fff])")
_MARKED = re.compile(
    r"[(（](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]|[①-⑳]|(?:^|(?<=[\n。；;:|]))(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、]"
)


def follows(figure: Figure, sentence: str, said: Sequence[Figure], known: Sequence[Figure]) -> bool:
    """Whether an amount is reckoned from others, where its sentence reads as if it were.

    ``said`` are the figures told before it, in order, and ``known`` those of the passages and the question.
    """
    value = _amount(figure)
    said, known = said[-_MOST_SAID:], known[-_MOST_KNOWN:]
    if figure.unit == TIME:
        return _is_moved(figure, said, known)
    if value is not None and _is_between(value, figure, [one for one in said if one.text in sentence]):
        return True
    if _RECKONS.search(sentence) and _is_ratio(figure, said, known):
        return True
    if value is None or not _RECKONS.search(sentence):
        return False
    if figure.unit == _DAY and value in _days_between([*said, *known]):
        return True
    if figure.unit in _MINUTES and value * _MINUTES[figure.unit] in _minutes_between([*said, *known]):
        return True
    if _ABOUT.search(sentence[max(0, figure.start - 3) : figure.start]) and any(
        _is_rounded(value, amount) for amount in _amounts(one for one in known if _same_unit(one, figure))
    ):
        return True
    if figure.unit == "百分点":
        shares = set(_amounts(one for one in (*said, *known) if one.unit == "%"))
        return any(value == abs(one - two) for one, two in combinations(shares, 2))
    own = _amounts(one for one in said if one.unit == figure.unit)[-_MOST_ADDED:]
    sums = (sum(some) for size in range(2, len(own) + 1) for some in combinations(own, size))
    halved = "半" in sentence and any(value == amount / 2 for amount in own)
    return halved or value in sums or _is_made_of(value, figure, said, known)


def is_reckoned_with(figure: Figure, own: Sequence[Figure]) -> bool:
    """Whether others of a sentence are reckoned with a figure: 30个月，每月0.2分，加6分."""
    value = _amount(figure)
    others = set(_amounts(one for one in own if one.text != figure.text))
    return bool(value) and any(
        result in (value + one, abs(value - one)) or _is_near(result, value * one)
        for one, result in permutations(others, 2)
        if value
    )


def _is_made_of(value: Decimal, figure: Figure, said: Sequence[Figure], known: Sequence[Figure]) -> bool:
    """Whether an amount is a sum, a difference, a product, a share or a quotient of two others.

    What it is multiplied or divided by has been said; a quotient may be rounded, up too.
    """
    like = set(_amounts(one for one in (*said, *known) if _same_unit(one, figure)))
    times = {
        amount for amount in _amounts(one for one in said if one.unit != "%") if 1 < amount <= _MOST_TIMES
    }
    shares = set(_amounts(one for one in (*said, *known) if one.unit == "%")) | _parts((*said, *known))
    return (
        any(value in (one + two, abs(one - two)) for one, two in combinations(like, 2))
        or any(value == one * number for one in like for number in times)
        or any(_is_near(value, one * share / 100) for one in like for share in shares)
        or any(_is_near(value, one / number) for one in like for number in times)
    )


def _is_between(value: Decimal, figure: Figure, own: Sequence[Figure]) -> bool:
    """Whether an amount follows from its own sentence: days or years between, a sum, a part."""
    if figure.unit == _DAY:
        return value in _days_between(own)
    like = _amounts(one for one in own if one.unit == figure.unit)
    if (len(like) > 1 and value == sum(like)) or (figure.unit == "%" and value in _parts(own)):
        return True
    years = [int(one.value[0]) for one in own if one.unit == DATE and one.value[0]]
    return figure.unit == "年" and bool(years) and value == max(years) - min(years) + 1 > 1


def _is_ratio(figure: Figure, said: Sequence[Figure], known: Sequence[Figure]) -> bool:
    """Whether a fraction or a multiple is about what one of two like amounts is of the other."""
    if figure.unit == "分之":
        below, above = map(Decimal, figure.value)
        wanted = above / below if below else Decimal(0)
    elif figure.unit == "倍" and (value := _amount(figure)) is not None:
        wanted = value
    else:
        return False
    pairs = permutations({(a, one.unit) for one in (*said, *known) if (a := _amount(one)) is not None}, 2)
    return any(
        unit == other and two and abs(one / two - wanted) <= _NEAR * wanted
        for (one, unit), (two, other) in pairs
    )


def _is_moved(figure: Figure, said: Sequence[Figure], known: Sequence[Figure]) -> bool:
    """Whether a time is another one so many minutes later or earlier, which have been told."""
    times = [int(one.value[0]) for one in (*said, *known) if one.unit == TIME]
    spans = [(one.unit, amount) for one in said if (amount := _amount(one)) is not None]
    minutes = [amount * _MINUTES[unit] for unit, amount in spans if unit in _MINUTES]
    return any(abs(int(figure.value[0]) - time) == span for time in times for span in minutes)


def _parts(figures: Iterable[Figure]) -> set[Decimal]:
    """The shares in per cent of ratios like 4:6, and of fractions."""
    figures = list(figures)
    ratios = [tuple(map(Decimal, one.value)) for one in figures if one.unit == "比"]
    fractions = [tuple(map(Decimal, one.value)) for one in figures if one.unit == "分之"]
    shares = {100 * part / sum(ratio) for ratio in ratios if sum(ratio) for part in ratio}
    return shares | {100 * above / below for below, above in fractions if below}


def _is_near(value: Decimal, exact: Decimal) -> bool:
    """Whether a figure is another one rounded to its own digits, or up to a whole."""
    exponent = value.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return abs(value - exact) <= unit / 2 or (value == value.to_integral() and 0 <= value - exact < 1)


def is_small_count(figure: Figure) -> bool:
    """Whether it is a number of points that a sentence leads in to: 有两项."""
    value = _amount(figure)
    return value is not None and figure.unit[-1:] in _COUNTED and 1 < value <= _FEW


def is_count(figure: Figure, sentence: str, bodies: Iterable[str]) -> bool:
    """Whether a number counts what its own sentence lists, or what a list of a passage has.

    >>> from assistant.figures.figures import read_figures
    >>> text = "分两个县:甲县和乙县"
    >>> is_count(read_figures(text)[0], text, [])
    True
    """
    value = _amount(figure)
    if value is None or not figure.unit or figure.unit[-1] not in _COUNTED or not 1 < value <= _MOST_COUNTED:
        return False
    if _TOGETHER.search(sentence):
        return True
    rest = sentence[figure.end :]
    return value in set(_lengths(rest)) or any(value in set(_lengths(body)) for body in bodies)


def _lengths(text: str) -> Iterator[int]:
    """How many members the lists of a text have."""
    for sentence in re.split(r"[。！？!?\n]", text):
        yield len(re.split(r"[;；]", sentence))
        for clause in re.split(r"[，,;；:：]", sentence):
            yield len(_LISTED.split(clause))
            yield len(re.split("[、;；]", clause))
    yield len(_MARKED.findall(text))


def _amount(figure: Figure) -> Decimal | None:
    if figure.unit in (DATE, TIME, DOCUMENT, ITEM) or len(figure.value) != 1:
        return None
    with suppress(InvalidOperation):
        return Decimal(figure.value[0])
    return None


def _amounts(figures: Iterable[Figure]) -> list[Decimal]:
    return [amount for one in figures if (amount := _amount(one)) is not None]


def _same_unit(one: Figure, figure: Figure) -> bool:
    """Whether two amounts can be added: what fills a cell without a unit can be any."""
    return one.unit == figure.unit or says_same(Figure("", 0, 0, one.value, figure.unit), one)


def _days_between(figures: Iterable[Figure]) -> set[int]:
    dates = [one for one in figures if one.unit == DATE]
    years = {one.value[0] for one in dates if one.value[0]}
    days = {day for one in with_years(dates, years) if (day := _day(one))}
    apart = {abs((one - two).days) for one, two in combinations(days, 2)}
    return {n for days in apart for n in (days, days + 1) if 0 < n <= _DAYS_LONGEST}


def _minutes_between(figures: Iterable[Figure]) -> set[int]:
    times = {int(one.value[0]) for one in figures if one.unit == TIME}
    return {abs(one - two) for one, two in combinations(times, 2)}


def _is_rounded(value: Decimal, amount: Decimal) -> bool:
    """Whether a figure is another one with fewer digits: 3.31亿 of 33120万."""
    digits = len(value.normalize().as_tuple().digits)
    return value == Decimal(f"{amount:.{digits - 1}e}") if amount else False


def _day(figure: Figure) -> date | None:
    year, month, day, _ = figure.value
    with suppress(ValueError):
        return date(int(year), int(month), int(day))
    return None
